import type { RunReport } from '../../src/sync/report.ts';
import type { ServedDay } from './served-world.ts';
import type { TroubleName } from './troubles.ts';

/** How a day's run ended: with a report, with an error, or not at all. */
export type Ending =
  | { readonly kind: 'report'; readonly report: RunReport }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'death' };

/** What one day left behind. */
export interface Day {
  /** The file that the next day goes on with. */
  readonly database: string;
  /** Null where the run did not get as far as having one. */
  readonly runId: number | null;
  readonly ending: Ending;
  readonly served: ServedDay;
  readonly troubles: readonly TroubleName[];
  /** Everything that the run told, as text. */
  readonly told: string;
  /** What readers found wrong while the run went on. */
  readonly halfCases: readonly string[];
  /** How each attempt to write at the same time ended; LOCKED is right. */
  readonly secondWriters: readonly string[];
}
