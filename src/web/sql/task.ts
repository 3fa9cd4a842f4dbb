import type { Params } from '../../search/filters.ts';
import type { ListForm } from '../addresses.ts';

/* What the server and the process that executes a statement, or lists a whole search, tell each other. */

/** A search all of whose results are listed. */
export interface SearchTask {
  readonly params: Params;
  /** The time and the zone to which `since` is relative. */
  readonly now: string;
  readonly timeZone: string;
}

export interface StatementLimits {
  readonly milliseconds: number;
  /** Bytes of the whole process. */
  readonly memory: number;
  readonly rows: number;
  /** Bytes of the result. */
  readonly bytes: number;
}

export interface StatementTask {
  readonly database: string;
  /** A statement, or a search. */
  readonly work: string | SearchTask;
  readonly form: 'page' | ListForm;
  readonly limits: StatementLimits;
}

/** A value of a row. Bytes are base64, and whole numbers beyond those of JSON are text. */
export type PageCell = string | number | null;

/** The first rows of a result. */
export interface PageRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly PageCell[])[];
  /** Whether there are more rows. */
  readonly isCut: boolean;
}

/** The first line of the process: the rows of a page, or that the rows of a file follow, or why there are none. */
export type Answer =
  | { readonly page: PageRows }
  | { readonly file: true }
  | { readonly error: { readonly code: string; readonly message: string; readonly hint: string } };

/** Why a process ended itself, on its standard error. */
export const STOPS = ['time', 'memory', 'rows', 'bytes'] as const;
export type Stop = (typeof STOPS)[number];
