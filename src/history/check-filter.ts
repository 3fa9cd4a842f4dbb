import { listClosest, suggestNames } from '../closest-names.ts';
import { CASE_FIELDS, DOCKET_FIELDS } from '../clearinghouse/case-payload.ts';
import { DOCKET_FIELD } from '../cases/compare-cases.ts';
import { MirrorError } from '../errors.ts';
import { toNotMirrored } from '../mirror/find-case.ts';
import type { Mirror } from '../mirror/open-mirror.ts';
import { ENTRIES_FIELD } from './list-changes.ts';

/** Fails with CASE_NOT_MIRRORED or CASE_KEPT_ASIDE when there is no such case. */
export function checkCase(mirror: Mirror, caseId: number): void {
  if (mirror.sqlite.prepare('SELECT 1 FROM cases WHERE id = ?').get(caseId) === undefined)
    throw toNotMirrored(mirror, caseId);
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
  const hint =
    suggestNames(listClosest(name, KNOWN_FIELDS, 5)) ??
    'Fields have the names of the API: see docs/schema.md, tables `cases` and `dockets` (as main_docket.NAME).';
  throw new MirrorError('USAGE', `Cases have no field "${name}".`, { hint });
}
