import type { FieldChange } from '../case/diff.ts';
import { type ShownChange, showChange } from '../case/shown-fields.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { RECORD_KINDS, type RecordKind } from '../db/schema/schema.ts';
import type { JsonValue } from '../lib/json.ts';
import { RECORD_SPECS } from '../linked/kinds.ts';
import { getTableName } from 'drizzle-orm';
import type { ChangeFilter } from './changes.ts';

/*
 * The changes of the records of linked lists, as the view `linked_change_log` has them. The view leaves out every record
 * that is hidden now, and of the others each change that was made while they were hidden.
 */

/** What happened to a record. A field that changed is one event. */
export type LinkedEvent = 'added' | 'returned' | 'changed' | 'removed' | 'hidden' | 'shown' | 'redacted';

interface AnyEvent {
  readonly caseId: number;
  readonly runId: number;
  readonly changedAt: string;
  readonly recordKind: RecordKind;
  readonly recordKey: number;
}

/** A change of a record of a linked list of a case. */
export type LinkedRecordChange = AnyEvent &
  (
    | { readonly event: 'changed'; readonly change: ShownChange }
    | { readonly event: Exclude<LinkedEvent, 'changed'> }
  );

/** The changes in the linked lists of one case, run by run. */
export interface ChangedLists {
  readonly caseId: number;
  readonly changes: readonly LinkedRecordChange[];
}

/** A field of linked records; every event of their kind if `field` is null. */
export interface LinkedField {
  readonly kind: RecordKind;
  readonly field: string | null;
}

/** What `--field` calls each kind: its table. */
export const KIND_NAMES = Object.fromEntries(
  RECORD_KINDS.map((kind) => [getTableName(RECORD_SPECS[kind].table), kind]),
) as Readonly<Record<string, RecordKind>>;

/** The names of all fields of linked records, as `--field` takes them. */
export const LINKED_FIELD_NAMES = Object.entries(KIND_NAMES).flatMap(([table, kind]) =>
  Object.keys(RECORD_SPECS[kind].fields).map((field) => `${table}.${field}`),
);

/** Parses a name such as `documents` or `documents.title`; undefined if it is no field of linked records. */
export function parseLinkedField({ sqlite }: Mirror, name: string): LinkedField | undefined {
  const [, table = '', field = null] = /^(\w+)(?:\.(.+))?$/.exec(name) ?? [];
  const kind = Object.hasOwn(KIND_NAMES, table) ? KIND_NAMES[table] : undefined;
  if (kind === undefined) return undefined;
  if (field === null || Object.hasOwn(RECORD_SPECS[kind].fields, field)) return { kind, field };
  const wasSeen = sqlite
    .prepare<[string, string]>('SELECT 1 FROM linked_changes WHERE record_kind = ? AND field = ? LIMIT 1')
    .get(kind, field);
  return wasSeen === undefined || field.startsWith('mirror_') ? undefined : { kind, field };
}

export type LinkedFilter = Pick<ChangeFilter, 'period' | 'caseId'> & {
  readonly linkedField?: LinkedField | undefined;
};

interface Row {
  readonly run_id: number;
  readonly changed_at: string;
  readonly case_id: number;
  readonly record_kind: RecordKind;
  readonly record_key: number;
  readonly event: LinkedEvent;
  readonly field: string | null;
  readonly kind: FieldChange['kind'] | null;
  readonly old_value: string | null;
  readonly new_value: string | null;
}

/** The order of the kinds within a run. */
const PLACES = `CASE record_kind ${RECORD_KINDS.map((kind, place) => `WHEN '${kind}' THEN ${place}`).join(' ')} END`;

/** The cases with changes in their linked lists in a period, ordered by id. Holds the changes of one case in memory. */
export function* listChangedLists({ sqlite }: Mirror, filter: LinkedFilter): Generator<ChangedLists, void> {
  const { period, caseId } = filter;
  const rows = sqlite
    .prepare<[object], Row>(
      `SELECT * FROM linked_change_log WHERE run_id BETWEEN :first AND :last ${toConditions(filter)}
       ORDER BY case_id, run_id, ${PLACES}, record_key, change_id`,
    )
    .iterate({ ...toValues(filter), first: period.first.id, last: period.last.id, caseId });
  let current: { caseId: number; changes: LinkedRecordChange[] } | undefined;
  for (const row of rows) {
    if (current?.caseId !== row.case_id) {
      if (current !== undefined) yield current;
      current = { caseId: row.case_id, changes: [] };
    }
    current.changes.push(toChange(row));
  }
  if (current !== undefined) yield current;
}

/** The newest finished run with such a change, among those after a run. To look through all runs takes a second. */
export function findNewestLinkedRun(
  { sqlite }: Mirror,
  filter: Omit<LinkedFilter, 'period'>,
  after = 0,
): number | undefined {
  const runs = `SELECT id FROM sync_runs WHERE outcome <> 'running' AND trigger <> 'redact' AND id > :after`;
  if (sqlite.prepare(`${runs} LIMIT 1`).get({ after }) === undefined) return undefined;
  const newest = sqlite
    .prepare<[object], number | null>(
      `SELECT max(run_id) FROM linked_change_log
       WHERE run_id IN (${runs}) ${toConditions(filter)}`,
    )
    .pluck()
    .get({ ...toValues(filter), caseId: filter.caseId, after });
  return newest ?? undefined;
}

function toConditions({ caseId, linkedField }: Omit<LinkedFilter, 'period'>): string {
  return [
    ...(caseId === undefined ? [] : ['AND case_id = :caseId']),
    ...(linkedField === undefined ? [] : ['AND record_kind = :kind']),
    ...(linkedField?.field == null ? [] : ['AND field = :field']),
  ].join(' ');
}

const toValues = ({ linkedField }: Omit<LinkedFilter, 'period'>) => ({
  kind: linkedField?.kind,
  field: linkedField?.field,
});

function toChange({ field, kind, old_value, new_value, event, ...row }: Row): LinkedRecordChange {
  const base = {
    caseId: row.case_id,
    runId: row.run_id,
    changedAt: row.changed_at,
    recordKind: row.record_kind,
    recordKey: row.record_key,
  };
  if (event !== 'changed') return { ...base, event };
  const parse = (text: string | null): JsonValue | undefined =>
    text === null ? undefined : (JSON.parse(text) as JsonValue);
  const change = {
    field: field ?? '',
    kind: kind ?? 'changed',
    before: parse(old_value),
    after: parse(new_value),
  };
  return { ...base, event, change: showChange(row.record_kind, change) };
}

/** What a line shows of a record. The members are null if it is hidden or redacted. */
export interface RecordFacts {
  /** Its id on the site; null if it has none. */
  readonly id: number | null;
  readonly type: string | null;
  readonly date: string | null;
  readonly title: string | null;
}

const FACTS: Readonly<Record<RecordKind, string>> = {
  document: 'id, document_type AS type, substr(date, 1, 10) AS date, title',
  docket: 'id, court AS type, NULL AS date, docket_number_manual AS title',
  docket_entry: 'id, entry_number AS type, substr(date_filed, 1, 10) AS date, description AS title',
  resource: `id, nullif(author, '') AS type, coalesce(nullif(display_date, ''), date) AS date, title`,
};

/** Prepares whether a record was for the public in the state that is read, and is now: neither hidden nor redacted. */
export function prepareIsOpen({ sqlite }: Mirror): (kind: RecordKind, key: number) => boolean {
  const statements = Object.fromEntries(
    RECORD_KINDS.map((kind) => {
      const { table, key } = RECORD_SPECS[kind];
      const isOpen = 'mirror_hidden IS NULL AND mirror_redacted_run_id IS NULL';
      const [then, now] = [getTableName(table), `main.${getTableName(table)}`].map(
        (name) => `EXISTS (SELECT 1 FROM ${name} WHERE ${key} = @key AND ${isOpen})`,
      );
      return [kind, sqlite.prepare<[object], number>(`SELECT ${then} AND ${now}`).pluck()];
    }),
  );
  return (kind, recordKey) => statements[kind]?.get({ key: recordKey }) === 1;
}

/** Prepares the lookup of these facts of a record. */
export function prepareFindRecord({ sqlite }: Mirror): (kind: RecordKind, key: number) => RecordFacts {
  const statements = Object.fromEntries(
    RECORD_KINDS.map((kind) => {
      const { table, key } = RECORD_SPECS[kind];
      const sql = `SELECT ${FACTS[kind]} FROM ${getTableName(table)}
        WHERE ${key} = ? AND mirror_hidden IS NULL AND mirror_redacted_run_id IS NULL`;
      return [kind, sqlite.prepare<[number], RecordFacts>(sql)];
    }),
  );
  return (kind, key) => {
    const facts = statements[kind]?.get(key);
    return facts ?? { id: kind === 'document' ? key : null, type: null, date: null, title: null };
  };
}
