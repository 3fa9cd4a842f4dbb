import { CASE_FIELDS, DOCKET_FIELDS } from '../api/payload.ts';
import { DOCKET_FIELD, compareObjects } from '../case/diff.ts';
import { type EntryColumns, toEntry } from '../case/docket-rows.ts';
import { type ShownChange, type Side, showChange, showRecord } from '../case/shown-fields.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { prepareIsWithheld } from '../db/public-names.ts';
import { toNotMirrored } from '../db/read-case.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { listClosest, suggestNames } from '../lib/closest-names.ts';
import type { JsonObject, JsonValue } from '../lib/json.ts';
import { prepareFindStart } from '../db/run-log.ts';
import type { Period } from './period.ts';

/** Fails with CASE_NOT_MIRRORED or CASE_REJECTED if there is no such case. */
export function checkCase(mirror: Mirror, caseId: number): void {
  if (mirror.sqlite.prepare('SELECT 1 FROM cases WHERE id = ?').get(caseId) === undefined)
    throw toNotMirrored(mirror, caseId);
}

const KNOWN_FIELDS = [
  ...Object.keys(CASE_FIELDS),
  ...Object.keys(DOCKET_FIELDS).map((field) => `${DOCKET_FIELD}.${field}`),
];

/**
 * Converts a field name to the name that the history uses. Fails with USAGE if no case can have, or ever had, such a
 * field; the hint then names the kinds of linked records or one of their fields, too.
 */
export function toHistoryField(
  { sqlite }: Mirror,
  name: string,
  linked: { readonly kinds: readonly string[]; readonly fields: readonly string[] },
): string {
  if (name === 'docket_entries') return ENTRIES_FIELD;
  if (KNOWN_FIELDS.includes(name)) return name;
  const isSeen = sqlite.prepare('SELECT 1 FROM case_changes WHERE field = ? LIMIT 1').get(name) !== undefined;
  // The mirror's own columns in the history have this prefix; they are not fields of a case.
  if (isSeen && !name.startsWith('mirror_')) return name;
  const hint =
    suggestNames(listClosest(name, [...KNOWN_FIELDS, ...linked.kinds, ...linked.fields], 5)) ??
    `Fields have the names of the API: see docs/schema.md, tables \`cases\` and \`dockets\` (as main_docket.NAME). Linked records are ${linked.kinds.join(', ')}.`;
  throw new MirrorError('USAGE', `Cases have no field "${name}".`, { hint });
}

interface AnyChange {
  readonly caseId: number;
  readonly runId: number;
  /** The change of a field has its own time; every other change has the start time of its run. */
  readonly changedAt: string;
}

/** A change that concerns a whole case. */
export type PresenceKind = 'appeared' | 'redacted' | 'departed' | 'returned';

export type PresenceChange = AnyChange & { readonly kind: PresenceKind };

/** A field of a case, or an element of one of its lists. A missing value is undefined. */
export type ValueChange = AnyChange & ShownChange;

export type EntryChange = AnyChange & {
  /** `mirror_key` of the docket entry. */
  readonly entryKey: number;
  /** Of which of the two something is not shown. */
  readonly withheld?: readonly Side[];
} & (
    | { readonly kind: 'entry added'; readonly after: JsonObject }
    | { readonly kind: 'entry removed'; readonly before: JsonObject }
    | {
        readonly kind: 'entry edited';
        readonly before: JsonObject;
        readonly after: JsonObject;
        /** The differences, field by field. */
        readonly edits: readonly ShownChange[];
      }
  );

/** One difference that a run found. The kinds are those of the view `change_log`. */
export type CaseChange = PresenceChange | ValueChange | EntryChange;

export type CaseChangeKind = CaseChange['kind'];

/** A change before its values are read: its kind, and the row that holds the values. */
export interface ChangeKey {
  readonly case_id: number;
  readonly run_id: number;
  readonly kind: CaseChangeKind;
  /** The id of the row: in `case_changes`, `docket_entries` or `docket_entry_versions`. */
  readonly ref: number;
  /** Whether an entry's row is in `docket_entry_versions`. */
  readonly is_past: 0 | 1;
}

export interface ChangeFilter {
  readonly period: Period;
  readonly caseId?: number | undefined;
  /** A field of a case; {@link ENTRIES_FIELD} stands for the docket entries. */
  readonly field?: string | undefined;
}

/** The changes of one case, run by run. */
export interface ChangedCase {
  readonly caseId: number;
  readonly keys: readonly ChangeKey[];
}

/** The name that selects changes of docket entries. */
const ENTRIES_FIELD = `${DOCKET_FIELD}.docket_entries`;

/**
 * The cases that changed in a period, ordered by id, each with all of its changes. Read while iterating; holds the
 * changes of one case in memory, without their values.
 */
export function* listChangedCases({ sqlite }: Mirror, filter: ChangeFilter): Generator<ChangedCase> {
  const { text, values } = toQuery(filter);
  let caseId: number | undefined;
  let keys: ChangeKey[] = [];
  for (const key of sqlite.prepare<[object], ChangeKey>(text).iterate(values)) {
    if (key.case_id !== caseId) {
      if (caseId !== undefined) yield { caseId, keys };
      caseId = key.case_id;
      keys = [];
    }
    keys.push(key);
  }
  if (caseId !== undefined) yield { caseId, keys };
}

/** The newest finished run with a change that matches the filter. */
export function findNewestChangingRun(
  { sqlite }: Mirror,
  filter: Omit<ChangeFilter, 'period'>,
): number | undefined {
  const found = listArms(filter).map(
    (arm) => `EXISTS (SELECT 1 FROM (${toSelect(arm, filter, `${arm.runId} = sync_runs.id`)} LIMIT 1))`,
  );
  return sqlite
    .prepare<[object], number>(
      `SELECT id FROM sync_runs WHERE outcome <> 'running' AND trigger <> 'redact' AND (${found.join(' OR ')})
       ORDER BY id DESC LIMIT 1`,
    )
    .pluck()
    .get({ caseId: filter.caseId, field: filter.field });
}

/** Sorts only keys: values are long, and are read only when requested. */
function toQuery({ period, ...filter }: ChangeFilter): { text: string; values: object } {
  const text = listArms(filter)
    .map((arm) => toSelect(arm, filter, `${arm.runId} BETWEEN ${arm.first ?? ':first'} AND :last`))
    .join('\nUNION ALL ');
  return {
    text: `${text}\nORDER BY case_id, run_id, place, ref`,
    values: { first: period.first.id, last: period.last.id, caseId: filter.caseId, field: filter.field },
  };
}

function listArms({ field }: Omit<ChangeFilter, 'period'>): readonly Arm[] {
  return [
    FIELDS,
    ...(field === undefined ? PRESENCES : []),
    ...(field === undefined || field === ENTRIES_FIELD ? ENTRIES : []),
  ];
}

function toSelect(arm: Arm, { caseId, field }: Omit<ChangeFilter, 'period'>, ofRuns: string): string {
  const { select, where, caseColumn = 'case_id', isOfFields = false } = arm;
  const conditions = [
    ofRuns,
    ...where,
    ...(caseId === undefined ? [] : [`${caseColumn} = :caseId`]),
    ...(field === undefined || !isOfFields ? [] : ['field = :field']),
  ];
  return `${select} WHERE ${conditions.join(' AND ')}`;
}

interface Arm {
  readonly select: string;
  readonly runId: string;
  /** The first run of a period, if it is not simply that. */
  readonly first?: string;
  readonly where: readonly string[];
  readonly caseColumn?: string;
  readonly isOfFields?: boolean;
}

const FIELDS: Arm = {
  select: `SELECT case_id, run_id,
      CASE WHEN field <> 'mirror_departed_run_id' THEN kind WHEN new_value = 'null' THEN 'returned' ELSE 'departed' END AS kind,
      id AS ref, 0 AS is_past, CASE WHEN field = 'mirror_departed_run_id' THEN 2 ELSE 3 END AS place
    FROM case_changes`,
  runId: 'run_id',
  where: [`(field NOT LIKE 'mirror!_%' ESCAPE '!' OR field = 'mirror_departed_run_id')`],
  isOfFields: true,
};

const PRESENCES: readonly Arm[] = [
  {
    select: `SELECT id, mirror_first_run_id, 'appeared', id, 0, 0 FROM cases`,
    runId: 'mirror_first_run_id',
    where: [],
    caseColumn: 'id',
  },
  {
    select: `SELECT id, mirror_redacted_run_id, 'redacted', id, 0, 1 FROM cases`,
    runId: 'mirror_redacted_run_id',
    where: [],
    caseColumn: 'id',
  },
];

/**
 * An entry that was added together with its case is not a change: its run is the first run of the case. This skips the
 * rows of a first sync. The least run of a period must say so too: SQLite begins at the first bound that it finds, and would walk through all of them.
 */
const FIRST_LATER = 'max(:first, 1 + (SELECT min(mirror_first_run_id) FROM cases))';
const CAME_LATER = [
  'mirror_first_run_id > (SELECT min(mirror_first_run_id) FROM cases)',
  'mirror_first_run_id > (SELECT mirror_first_run_id FROM cases WHERE cases.id = case_id)',
];

const ENTRIES: readonly Arm[] = [
  {
    select: `SELECT case_id, mirror_first_run_id, 'entry added', mirror_id, 0, 4 FROM docket_entries`,
    runId: 'mirror_first_run_id',
    first: FIRST_LATER,
    where: CAME_LATER,
  },
  {
    // Entries that were removed later: each such lifetime ends with one row.
    select: `SELECT case_id, mirror_first_run_id, 'entry added', mirror_version_id, 1, 4 FROM docket_entry_versions`,
    runId: 'mirror_first_run_id',
    first: FIRST_LATER,
    where: [`mirror_end_reason = 'removed'`, ...CAME_LATER],
  },
  {
    select: `SELECT case_id, mirror_valid_to_run_id, 'entry ' || mirror_end_reason, mirror_version_id, 1,
        CASE mirror_end_reason WHEN 'edited' THEN 5 ELSE 6 END
      FROM docket_entry_versions`,
    runId: 'mirror_valid_to_run_id',
    where: [],
  },
];

export type FindChange = (key: ChangeKey) => CaseChange;

interface FieldRow {
  readonly changed_at: string;
  readonly field: string;
  readonly old_value: string | null;
  readonly new_value: string | null;
}

type EntryRow = EntryColumns & { readonly case_id: number };

/** Prepares reading the values of a change from its row, as it is shown by default: without what may not be public. */
export function prepareFindChange(mirror: Mirror): FindChange {
  const { sqlite, path } = mirror;
  const selectField = sqlite.prepare<[number], FieldRow>(
    'SELECT changed_at, field, old_value, new_value FROM case_changes WHERE id = ?',
  );
  const selectCurrent = sqlite.prepare<[number], EntryRow>(
    'SELECT * FROM docket_entries WHERE mirror_id = ?',
  );
  const selectPast = sqlite.prepare<[number], EntryRow>(
    'SELECT * FROM docket_entry_versions WHERE mirror_version_id = ?',
  );
  /** The content of an entry from a given run on, whether it is past or present. */
  const selectSince = sqlite.prepare<[object], EntryRow>(
    'SELECT * FROM docket_entry_versions WHERE case_id = :caseId AND mirror_key = :key AND mirror_valid_from_run_id = :runId',
  );
  const selectNow = sqlite.prepare<[object], EntryRow>(
    'SELECT * FROM docket_entries WHERE case_id = :caseId AND mirror_key = :key',
  );
  const findStart = prepareFindStart(mirror);
  const isWithheld = prepareIsWithheld(mirror);

  const there = <Row>(row: Row | undefined, { kind, case_id }: ChangeKey): Row => {
    if (row !== undefined) return row;
    throw new MirrorError(
      'DATABASE_DAMAGED',
      `${path}: of case ${case_id}, "${kind}" names a row that is not there.`,
    );
  };
  const findEntrySince = (columns: EntryRow, key: ChangeKey): JsonObject => {
    const place = { caseId: columns.case_id, key: columns.mirror_key };
    return toEntry(there(selectSince.get({ ...place, runId: key.run_id }) ?? selectNow.get(place), key));
  };

  return (key) => {
    const base = { caseId: key.case_id, runId: key.run_id };
    const atStart = (): string => findStart(key.run_id);
    switch (key.kind) {
      case 'appeared':
      case 'redacted':
        return { ...base, kind: key.kind, changedAt: atStart() };
      case 'departed':
      case 'returned':
        return { ...base, kind: key.kind, changedAt: there(selectField.get(key.ref), key).changed_at };
      case 'changed':
      case 'added':
      case 'removed': {
        const { changed_at, field, old_value, new_value } = there(selectField.get(key.ref), key);
        const values = { before: toValue(old_value), after: toValue(new_value) };
        const change = { ...base, kind: key.kind, changedAt: changed_at, field, ...values };
        return showChange('case', change, isWithheld);
      }
      case 'entry added':
      case 'entry edited':
      case 'entry removed': {
        const columns = there((key.is_past === 1 ? selectPast : selectCurrent).get(key.ref), key);
        const entry = { ...base, changedAt: atStart(), entryKey: columns.mirror_key };
        if (key.kind === 'entry removed')
          return { ...entry, kind: key.kind, ...showSides({ before: toEntry(columns) }) };
        const after = findEntrySince(columns, key);
        if (key.kind === 'entry added') return { ...entry, kind: key.kind, ...showSides({ after }) };
        const before = toEntry(columns);
        // Compared as they are stored: what differs may be what is not shown.
        const edits = compareObjects(before, after, '').map((edit) => showChange('docket_entry', edit));
        return { ...entry, kind: key.kind, ...showSides({ before, after }), edits };
      }
    }
  };
}

/** A docket entry before or after a change, or both, as they are shown. */
function showSides<Sides extends Partial<Record<Side, JsonObject>>>(
  sides: Sides,
): Sides & { readonly withheld?: readonly Side[] } {
  const shown = Object.fromEntries(
    Object.entries(sides).map(([side, entry]) => [side, showRecord('docket_entry', entry)]),
  ) as Sides;
  const withheld = (Object.keys(sides) as Side[]).filter((side) => shown[side] !== sides[side]);
  return withheld.length === 0 ? shown : { ...shown, withheld };
}

/** The inverse of how changes store their values: a missing value has no text. */
function toValue(text: string | null): JsonValue | undefined {
  return text === null ? undefined : (JSON.parse(text) as JsonValue);
}
