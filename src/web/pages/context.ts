import type { Mirror } from '../../db/open-mirror.ts';
import type { ListSource } from '../download.ts';
import type { Page } from '../html/layout.ts';
import type { MirrorReader } from '../reader.ts';
import type { Asked, Site } from '../request.ts';

/** What a page is made from. */
export interface PageRequest {
  readonly mirror: Mirror;
  readonly reader: MirrorReader;
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

/** A list that can be downloaded. It takes the parameters of its page, and ignores which part the page shows. */
export interface ListRoute {
  readonly path: string;
  readonly parameters: readonly string[];
  readonly fileName: (id: number) => string;
  readonly open: (request: Omit<PageRequest, 'reader'>) => ListSource;
}
