import { splitPayload } from '../../case/fingerprint.ts';
import { type CaseRows, toCaseRows } from '../../case/case-rows.ts';
import type { CasePayload } from '../../api/payload.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import {
  LIST_TABLES,
  type ListField,
  caseDefendants,
  type cases,
  dockets,
  relatedCases,
} from '../../db/schema/schema.ts';
import { type PresentCase, prepareFindPresent, prepareRebuildVersion, toOrderOf } from '../rebuild.ts';
import {
  LAZY_COLUMNS,
  LAZY_TABLE,
  CHANGED_SINCE,
  INLINE_COLUMNS,
  INLINE_TABLE,
  listColumns,
  prepareTempInsert,
} from './shadow-content.ts';

/**
 * Lists in a temporary table the cases whose present rows differ from their state after the run: those that were added,
 * changed, moved, departed, returned or redacted later. Returns how many cases of that state were redacted later.
 */
export function listCasesChangedSince({ sqlite }: Mirror, runId: number): number {
  sqlite.exec(`
    INSERT INTO temp.${CHANGED_SINCE} SELECT id FROM main.cases WHERE mirror_changed_run_id > ${runId};
    INSERT OR IGNORE INTO temp.${CHANGED_SINCE} SELECT case_id FROM main.case_changes WHERE run_id > ${runId};
  `);
  // No index covers the redacted cases, and there are hardly any; the run log says whether to search for them.
  const redaction = sqlite
    .prepare(`SELECT 1 FROM main.sync_runs WHERE trigger = 'redact' AND id > ${runId} LIMIT 1`)
    .get();
  if (redaction === undefined) return 0;
  sqlite.exec(
    `INSERT OR IGNORE INTO temp.${CHANGED_SINCE} SELECT id FROM main.cases WHERE mirror_redacted_run_id > ${runId}`,
  );
  return Number(
    sqlite
      .prepare(
        `SELECT count(*) FROM main.cases WHERE mirror_redacted_run_id > ${runId} AND mirror_first_run_id <= ${runId}`,
      )
      .pluck()
      .get(),
  );
}

type Insert = (row: Readonly<Record<string, unknown>>) => void;
type CaseColumns = typeof cases.$inferSelect;

/**
 * Rebuilds each case that changed after the run, and inserts its rows into the requested temporary tables. Holds one
 * case in memory.
 */
export function rebuildCasesChangedSince(
  mirror: Mirror,
  runId: number,
  isWanted: (table: string) => boolean,
): void {
  const { sqlite } = mirror;
  const ids = sqlite
    .prepare<[], number>(
      `SELECT now.id FROM temp.${CHANGED_SINCE} AS later JOIN main.cases AS now ON now.id = later.id
      WHERE now.mirror_first_run_id <= ${runId}`,
    )
    .pluck()
    .all();
  const findPresent = prepareFindPresent(mirror);
  const rebuild = prepareRebuildVersion(mirror, runId);
  const write = prepareWriteRows(mirror, isWanted);
  const findDeparture = prepareFindDeparture(mirror, runId);
  // Plain text of a summary would take a third of the time.
  const toWanted = (version: JsonObject): JsonObject =>
    isWanted(LAZY_TABLE) ? version : { ...version, summary: null };
  for (const id of ids) {
    const now = findPresent(id);
    if (now === undefined) continue;
    const { mirror_redacted_run_id: redacted, mirror_first_run_id } = now;
    if (redacted !== null && redacted > runId) {
      const rows = toRows({ id }, now.mirror_fingerprint);
      write({ ...rows, case: { ...rows.case, ...toRedacted(now, findDeparture(now)) } }, null);
      continue;
    }
    const { version, own, changedRunId, fingerprint } = rebuild(now);
    const rows = toRows(toWanted(version) as CasePayload, fingerprint);
    const ofRuns = {
      mirror_first_run_id,
      mirror_changed_run_id: changedRunId,
      mirror_redacted_run_id: redacted,
    };
    write({ ...rows, case: { ...rows.case, ...own, ...ofRuns } }, now.mirror_entry_keys);
  }
}

function toRows(payload: CasePayload, fingerprint: string): CaseRows {
  return toCaseRows(payload, splitPayload(payload), fingerprint);
}

/**
 * The row of a case whose content was redacted later: only its presence is known. The column that marks the redaction
 * stays unchanged.
 */
function toRedacted(
  now: PresentCase,
  departedRunId: number | null,
): Omit<CaseColumns, keyof CaseRows['case']> {
  return {
    mirror_list_id: null,
    mirror_first_run_id: now.mirror_first_run_id,
    mirror_changed_run_id: now.mirror_first_run_id,
    mirror_departed_run_id: departedRunId,
    mirror_redacted_run_id: now.mirror_redacted_run_id,
  };
}

/** Whether a case had departed after a run. Its departures and returns are known even if its content was redacted. */
function prepareFindDeparture({ sqlite }: Mirror, runId: number): (now: PresentCase) => number | null {
  const selectNext = sqlite
    .prepare<[number], string>(
      `SELECT old_value FROM main.case_changes
      WHERE case_id = ? AND field = 'mirror_departed_run_id' AND +run_id > ${runId} ORDER BY id LIMIT 1`,
    )
    .pluck();
  return (now) => {
    const before = selectNext.get(now.id);
    return before === undefined ? now.mirror_departed_run_id : (JSON.parse(before) as number | null);
  };
}

/** `presentKeys`: past entries are sorted by the order of the present ones. */
type WriteRows = (rows: CaseRows & { readonly case: CaseColumns }, presentKeys: string | null) => void;

function prepareWriteRows({ sqlite }: Mirror, isWanted: (table: string) => boolean): WriteRows {
  const prepare = (name: string, columns: readonly string[]): Insert | null =>
    isWanted(name) ? prepareTempInsert(sqlite, name, columns) : null;
  const prepareFor = (table: Parameters<typeof listColumns>[0], name: string): Insert | null =>
    prepare(
      name,
      listColumns(table).map((column) => column.name),
    );
  const near = prepare(INLINE_TABLE, [...INLINE_COLUMNS, 'mirror_is_rebuilt']);
  const far = prepare(LAZY_TABLE, ['id', ...LAZY_COLUMNS]);
  const lists = (Object.keys(LIST_TABLES) as ListField[]).flatMap((field) => {
    const insert = prepareFor(LIST_TABLES[field], field);
    return insert === null ? [] : { field, insert };
  });
  const defendants = prepareFor(caseDefendants, 'case_defendants');
  const related = prepareFor(relatedCases, 'related_cases');
  const docket = prepareFor(dockets, 'dockets');
  const selectKeys = sqlite
    .prepare<[number], number>('SELECT mirror_key FROM temp.docket_entries WHERE case_id = ?')
    .pluck();
  return (rows, presentKeys) => {
    const columns = rows.case;
    const case_id = columns.id;
    near?.({ ...columns, mirror_is_rebuilt: true });
    if (far !== null) {
      const keys =
        columns.mirror_entry_keys === null
          ? null
          : JSON.stringify(toOrderOf(presentKeys, selectKeys.all(case_id)));
      far({ ...columns, mirror_entry_keys: keys });
    }
    for (const { field, insert } of lists)
      rows.lists[field].forEach((value, mirror_position) => {
        insert({ case_id, mirror_position, value });
      });
    if (defendants !== null)
      rows.defendants.forEach((row, mirror_position) => {
        defendants({ ...row, case_id, mirror_position });
      });
    if (related !== null)
      rows.relatedCases.forEach((row, mirror_position) => {
        related({ ...row, case_id, mirror_position });
      });
    if (rows.docket !== null) docket?.({ ...rows.docket, case_id });
  };
}
