import { DOCKET_FIELD } from '../cases/compare-cases.ts';
import type { Mirror } from '../mirror/open-mirror.ts';
import type { ChangeKey } from './case-change.ts';
import type { Period } from './find-period.ts';

export interface ChangeFilter {
  readonly period: Period;
  readonly caseId?: number | undefined;
  /** A field of a case; {@link ENTRIES_FIELD} are the docket entries. */
  readonly field?: string | undefined;
}

/** The changes of one case, run by run. */
export interface ChangedCase {
  readonly caseId: number;
  readonly keys: readonly ChangeKey[];
}

/** The field whose changes are those of docket entries. */
export const ENTRIES_FIELD = `${DOCKET_FIELD}.docket_entries`;

/**
 * The cases that changed in a period, in order of id, each with all of its changes. Read while iterating; memory is the
 * changes of one case, without their values.
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

/** The newest run that ended and changed something, as far as the filter looks. */
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

/** Only keys are sorted: values are long, and those that nobody asks to see are not read at all. */
function toQuery({ period, ...filter }: ChangeFilter): { text: string; values: object } {
  const text = listArms(filter)
    .map((arm) => toSelect(arm, filter, `${arm.runId} BETWEEN :first AND :last`))
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

/** An entry that came with its case is no change: its run is the case's first. That spares the rows of a first sync. */
const CAME_LATER = [
  'mirror_first_run_id > (SELECT min(mirror_first_run_id) FROM cases)',
  'mirror_first_run_id > (SELECT mirror_first_run_id FROM cases WHERE cases.id = case_id)',
];

const ENTRIES: readonly Arm[] = [
  {
    select: `SELECT case_id, mirror_first_run_id, 'entry added', mirror_id, 0, 4 FROM docket_entries`,
    runId: 'mirror_first_run_id',
    where: CAME_LATER,
  },
  {
    // Those that have gone again since: each such life ends with one row.
    select: `SELECT case_id, mirror_first_run_id, 'entry added', mirror_version_id, 1, 4 FROM past_docket_entries`,
    runId: 'mirror_first_run_id',
    where: [`mirror_end = 'removed'`, ...CAME_LATER],
  },
  {
    select: `SELECT case_id, mirror_until_run_id, 'entry ' || mirror_end, mirror_version_id, 1,
        CASE mirror_end WHEN 'edited' THEN 5 ELSE 6 END
      FROM past_docket_entries`,
    runId: 'mirror_until_run_id',
    where: [],
  },
];
