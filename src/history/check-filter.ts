import { CASE_FIELDS, DOCKET_FIELDS } from '../clearinghouse/payload-fields.ts';
import { DOCKET_FIELD } from '../cases/compare-cases.ts';
import { MirrorError } from '../errors.ts';
import type { Mirror } from '../mirror/open-mirror.ts';
import { ENTRIES_FIELD } from './list-changes.ts';

/** Fails with CASE_NOT_MIRRORED when there is no such case. */
export function checkCase({ sqlite, path }: Mirror, caseId: number): void {
  if (sqlite.prepare('SELECT 1 FROM cases WHERE id = ?').get(caseId) === undefined)
    throw new MirrorError('CASE_NOT_MIRRORED', `${path} holds no case ${caseId}.`);
}

const KNOWN_FIELDS = [
  ...Object.keys(CASE_FIELDS),
  ...Object.keys(DOCKET_FIELDS).map((field) => `${DOCKET_FIELD}.${field}`),
];

/** The name by which the history knows a field. Fails with USAGE when no case can have, or ever had, such a field. */
export function toHistoryField({ sqlite }: Mirror, name: string): string {
  if (name === 'docket_entries') return ENTRIES_FIELD;
  if (KNOWN_FIELDS.includes(name)) return name;
  const isSeen = sqlite.prepare('SELECT 1 FROM case_changes WHERE field = ? LIMIT 1').get(name) !== undefined;
  // With this prefix the history has columns of the mirror's own, which are no fields of a case.
  if (isSeen && !name.startsWith('mirror_')) return name;
  const similar = KNOWN_FIELDS.filter((field) => isSimilar(field, name.toLowerCase()));
  const hint =
    similar.length === 0
      ? 'Fields have the names of the API: see docs/schema.md, tables `cases` and `dockets` (as main_docket.NAME).'
      : `Perhaps ${similar.slice(0, 5).join(', ')}?`;
  throw new MirrorError('USAGE', `Cases have no field "${name}".`, { hint });
}

/** Whether one name holds the other, or they differ by a slip or two of the pen. */
function isSimilar(field: string, name: string): boolean {
  if (name.length < 3 || field.length < 3) return false;
  return field.includes(name) || name.includes(field) || countSlips(field, name) <= 2;
}

/** The Levenshtein distance. */
function countSlips(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row++) {
    const line = [row];
    for (let at = 1; at <= other.length; at++) {
      const replaced = (above[at - 1] ?? 0) + (one[row - 1] === other[at - 1] ? 0 : 1);
      line.push(Math.min((above[at] ?? 0) + 1, (line[at - 1] ?? 0) + 1, replaced));
    }
    above = line;
  }
  return above.at(-1) ?? 0;
}
