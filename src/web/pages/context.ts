import type { Mirror } from '../../db/open-mirror.ts';
import type { ListSource } from '../download.ts';
import type { Page } from '../html/layout.ts';
import type { CaseIndex } from '../lists/case-index.ts';
import type { Asked, Site } from '../request.ts';

/** What a page is made from. */
export interface PageRequest {
  readonly mirror: Mirror;
  /** Stays the same for as long as nobody writes to the mirror. */
  readonly stamp: string;
  readonly index: CaseIndex;
  readonly site: Site;
  readonly asked: Asked;
  /** The number in the path; 0 if it has none. */
  readonly id: number;
}

export interface Redirect {
  readonly redirect: string;
}

/** A page: its path as a pattern of the router, and its parameters. */
export interface PageRoute {
  readonly path: string;
  readonly parameters: readonly string[];
  readonly make: (request: PageRequest) => Page | Redirect;
}

/** What a file is made from. */
export type ListRequest = Omit<PageRequest, 'stamp' | 'index'>;

/** A list that can be downloaded. It takes the parameters of its page, and ignores which part the page shows. */
export interface ListRoute {
  readonly path: string;
  readonly parameters: readonly string[];
  readonly fileName: (id: number) => string;
  readonly open: (request: ListRequest) => ListSource;
}
