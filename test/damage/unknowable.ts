import type { Mirror } from '../../src/mirror/open-mirror.ts';
import type { Damage } from './damage-rows.ts';

/** Damage that no verification can notice, and why. */
export interface Unknowable {
  readonly what: string;
  readonly why: string;
  readonly holds: (mirror: Mirror, damage: Damage) => boolean;
}

const only = ({ columns }: Damage, column: string): boolean => columns.length === 1 && columns[0] === column;

/** The whole list: docs/verify.md has it, and the damage test admits nothing else. */
export const UNKNOWABLE_ROWS: readonly Unknowable[] = [
  {
    what: 'The number of a docket entry (`docket_entries.mirror_id`) to which no other row refers.',
    why: 'It only names the row. Where an attachment or an earlier text of the entry refers to it, a change is found.',
    holds: (_, damage) => damage.table === 'docket_entries' && only(damage, 'mirror_id'),
  },
  {
    what: 'How far the numbers of changes (`sqlite_sequence`) have come, in a mirror in which a case was redacted.',
    why: 'A redaction removes the newest changes with what they said; the next number only has to be a higher one.',
    holds: (_, damage) =>
      damage.table === 'sqlite_sequence' && only(damage, 'seq') && damage.row.name === 'case_changes',
  },
];

export function findUnknowable(mirror: Mirror, damage: Damage): Unknowable | undefined {
  return UNKNOWABLE_ROWS.find(({ holds }) => holds(mirror, damage));
}

/** What no query reads. */
export const UNKNOWABLE_STATISTICS = {
  what: 'The statistics of the indexes (`sqlite_stat1`, `sqlite_stat4`).',
  why: 'They say which index a query uses, and nothing of what it answers.',
} as const;

/** What of the bytes of a file no verification looks at, because nobody else does either. */
export const UNKNOWABLE_BYTES = {
  what: 'Bytes that no content is made of: free pages, the room between the rows of a page, fields of the header that nobody reads.',
  why: 'Every table, view and setting of the file reads as before; the damage test compares them all.',
} as const;
