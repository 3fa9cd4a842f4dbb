import type { RunReport } from '../../src/sync/report.ts';
import type { ServedDay } from './served-world.ts';
import type { TroubleName } from './troubles.ts';

/** How a day's run ended: with a report, with an error, or not at all. */
export type Ending =
  | { readonly kind: 'report'; readonly report: RunReport }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'death' };

/** The results of one day. */
export interface Day {
  /** The file that the next day continues with. */
  readonly database: string;
  /** Null if the run ended before it had an id. */
  readonly runId: number | null;
  readonly ending: Ending;
  readonly served: ServedDay;
  readonly troubles: readonly TroubleName[];
  /** The whole output of the run, as text. */
  readonly output: string;
  /** The half cases that readers found during the run. */
  readonly halfCases: readonly string[];
  /** How each attempt to write at the same time ended; LOCKED is correct. */
  readonly secondWriters: readonly string[];
}
