import type { CaseFilters } from '../collection/collection.ts';

/** The lists of one case that the API links to (A40). */
export const LINKED_LISTS = ['dockets', 'documents', 'resources'] as const;

/** The part of a request that is in its URL. */
export function toRoute(path: string, basePath: string): Route {
  if (!path.startsWith(basePath)) return { kind: 'unknown' };
  const rest = path.slice(basePath.length);
  if (rest === 'cases/') return { kind: 'cases' };
  if (rest === 'cases') return { kind: 'unslashed' };
  if (rest === 'test' || rest === 'test/') return { kind: 'test' };
  const isSlashed = rest.endsWith('/');
  if (rest === 'documents' || rest === 'documents/') return { kind: 'documents', isSlashed };
  const [, document] = /^documents\/(\d+)\/text\/?$/.exec(rest) ?? [];
  if (document !== undefined) return { kind: 'text', documentId: Number(document), isSlashed };
  const [, id, name] = /^cases\/(\d+)\/([a-z]+)\/?$/.exec(rest) ?? [];
  const list = LINKED_LISTS.find((candidate) => candidate === name);
  return list === undefined ? { kind: 'unknown' } : { kind: 'linked', caseId: Number(id), list, isSlashed };
}

/** One request as fault rules and hooks see it. */
export interface FakeApiRequest {
  /** Counts all requests, from 1. */
  readonly number: number;
  /** Counts the requests for this URL, from 1. */
  readonly attempt: number;
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly route: Route;
  /** The requested page; 1 by default, NaN if it isn't a number. */
  readonly page: number;
  /** The filters of a list request, as far as they are integers. */
  readonly filters: CaseFilters;
}

export type LinkedList = (typeof LINKED_LISTS)[number];

/** The resource that a path names. */
export type Route =
  | { readonly kind: 'cases' }
  | {
      readonly kind: 'linked';
      readonly caseId: number;
      readonly list: LinkedList;
      readonly isSlashed: boolean;
    }
  /** The documents of all cases, or of the one that `case_id` names. */
  | { readonly kind: 'documents'; readonly isSlashed: boolean }
  | { readonly kind: 'text'; readonly documentId: number; readonly isSlashed: boolean }
  | { readonly kind: 'test' }
  /** The list without its slash. */
  | { readonly kind: 'unslashed' }
  | { readonly kind: 'unknown' };
