import type { Mirror } from '../../src/db/open-mirror.ts';
import type { Damage } from './damage-rows.ts';

/** Damage that no verification can notice, and the reason. */
export interface Unknowable {
  readonly what: string;
  readonly why: string;
  readonly holds: (mirror: Mirror, damage: Damage) => boolean;
}

const only = ({ columns }: Damage, column: string): boolean => columns.length === 1 && columns[0] === column;

/** The complete list, which docs/verify.md repeats. The damage test accepts nothing else. */
export const UNKNOWABLE_ROWS: readonly Unknowable[] = [
  {
    what: 'A changed number of a docket entry (`docket_entries.mirror_id`) that no other row refers to.',
    why: 'It only names the row. If an attachment or an earlier text of the entry refers to it, `verify` finds the change.',
    holds: (_, damage) => damage.table === 'docket_entries' && only(damage, 'mirror_id'),
  },
  {
    what: 'A changed counter of change numbers (`sqlite_sequence`) in a mirror with a redacted case.',
    why: 'A redaction removes the newest changes and their content; the next number only has to be higher.',
    holds: (_, damage) =>
      damage.table === 'sqlite_sequence' && only(damage, 'seq') && damage.row.name === 'case_changes',
  },
];

export function findUnknowable(mirror: Mirror, damage: Damage): Unknowable | undefined {
  return UNKNOWABLE_ROWS.find(({ holds }) => holds(mirror, damage));
}

/** Rows that no query reads. */
export const UNKNOWABLE_STATISTICS = {
  what: 'Changed index statistics (`sqlite_stat1`, `sqlite_stat4`).',
  why: 'They affect which index a query uses, not its answer.',
} as const;

/** Bytes that no verification reads, because no query reads them either. */
export const UNKNOWABLE_BYTES = {
  what: 'Changed bytes that hold no content: free pages, space between the rows of a page, white space and comments in the SQL of the schema, header fields that affect no content.',
  why: 'Every table, view and setting of the file reads as before; the damage test compares them all.',
} as const;
