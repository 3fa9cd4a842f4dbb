import { toApiListId } from '../api/lists.ts';
import { isSame } from '../case/diff.ts';
import { fingerprint } from '../case/fingerprint.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { SEALED_TABLES, type Seal, computeSeal } from '../db/seals.ts';
import type { JsonValue } from '../lib/json.ts';
import { type Violation, type Violations, Unreadable, show } from './checks.ts';
import { type Change, isMirrorField, parseChange } from './history.ts';
import type { Rebuilt } from './payload.ts';
import type { Circumstances, StoredRows } from './stored-rows.ts';

/**
 * Checks that the sealed tables hold exactly the rows that were written to them. Each table and its seal are read in
 * one transaction, so a concurrent sync has no effect.
 */
export function* checkSeals({ sqlite }: Mirror): Violations {
  const select = sqlite.prepare<[string], Seal>(
    'SELECT row_count AS rowCount, digest FROM main.mirror_seals WHERE table_name = ?',
  );
  let checked = 0;
  for (const one of SEALED_TABLES) {
    const look = sqlite.transaction(() => ({ seal: select.get(one.table), found: computeSeal(sqlite, one) }));
    const { seal, found } = look();
    checked += found.rowCount;
    if (seal?.rowCount !== found.rowCount || seal.digest !== found.digest)
      yield toViolation(one.table, seal, found);
  }
  const names = sqlite.prepare<[], number>('SELECT count(*) FROM main.mirror_seals').pluck().get() ?? 0;
  if (names !== SEALED_TABLES.length)
    yield { what: 'the rows of mirror_seals', expected: `${SEALED_TABLES.length}`, found: `${names}` };
  return checked;
}

function toViolation(table: string, seal: Seal | undefined, found: Seal): Violation {
  const what = `the rows of ${table}`;
  if (seal === undefined)
    return { what: `the seal of ${table}`, expected: 'a row of mirror_seals', found: 'nothing' };
  if (seal.rowCount !== found.rowCount)
    return {
      what,
      expected: `${seal.rowCount}, as many as were written`,
      found: `${found.rowCount}`,
    };
  return {
    what,
    expected: `those that were written (digest ${seal.digest.slice(0, 80)})`,
    found: `others (${found.digest})`,
  };
}

/** Checks the mirror's metadata of a case, present and past: runs, status, departure and redaction. */
export function* checkMetadata(
  stored: StoredRows,
  rebuilt: Rebuilt | null,
  circumstances: Circumstances,
): Violations {
  const { case: row, newestRunId } = stored;
  const runs = [row.mirror_first_run_id, row.mirror_changed_run_id, newestRunId];
  if (runs.some((run, at) => run < (runs[at - 1] ?? 1)))
    yield { what: 'first run, changed run, newest run', expected: 'rising', found: runs.join(', ') };
  const departed = row.mirror_departed_run_id;
  if (departed !== null && (departed < row.mirror_first_run_id || departed > newestRunId))
    yield {
      what: 'cases.mirror_departed_run_id',
      expected: 'a run that knew the case',
      found: show(departed),
    };
  yield* checkRedaction(stored);
  yield* checkMirrorFields(stored, rebuilt, circumstances);
  return 1;
}

/** Nothing from before its redaction is left of a redacted case, except when it departed and returned. */
function* checkRedaction({
  case: row,
  changes,
  caseVersions,
  entries,
  pastEntries,
}: StoredRows): Generator<Violation> {
  const runId = row.mirror_redacted_run_id;
  if (runId === null) return;
  const bare = fingerprint({ rest: { id: row.id }, entries: null });
  const found = caseVersions[0]?.fingerprint ?? row.mirror_fingerprint;
  if (found !== bare)
    yield {
      what: 'the oldest version of a redacted case',
      runId,
      expected: `${bare}, of the id alone`,
      found,
    };
  const left: [string, number[]][] = [
    [
      'case_changes',
      changes.filter(({ field }) => field !== 'mirror_departed_run_id').map((one) => one.run_id),
    ],
    ['case_versions', caseVersions.map((one) => one.run_id)],
    ['docket_entries', entries.map((one) => one.mirror_first_run_id)],
    ['docket_entry_versions', pastEntries.map((one) => one.mirror_valid_from_run_id)],
  ];
  for (const [table, runs] of left) {
    const older = runs.filter((run) => run < runId).length;
    if (older > 0)
      yield {
        what: `${table} of a redacted case`,
        runId,
        expected: 'no row from before the redaction',
        found: `${older}`,
      };
  }
}

/** Undoes the changes of the status and of the departure, starting with the present values. */
function* checkMirrorFields(
  { case: row, changes, newestRunId }: StoredRows,
  rebuilt: Rebuilt | null,
  circumstances: Circumstances,
): Generator<Violation> {
  const now = new Map<string, JsonValue | undefined>([
    ['mirror_list_id', row.mirror_list_id],
    ['mirror_departed_run_id', row.mirror_departed_run_id],
    ['case_ongoing', rebuilt?.payload.case_ongoing],
  ]);
  const isStatusRight = (): boolean => {
    const label = now.get('case_ongoing');
    return (
      typeof label !== 'string' ||
      now.get('mirror_list_id') === toApiListId(label) ||
      circumstances.hasForeignLabels()
    );
  };
  const toWrongStatus = (before: number): Violation => ({
    what: before > newestRunId ? 'cases.mirror_list_id' : `the status before run ${before}`,
    expected: show(toApiListId(now.get('case_ongoing'))),
    found: show(now.get('mirror_list_id')),
  });
  let runId = newestRunId + 1;
  for (const change of listReadable(changes).reverse()) {
    if (change.runId !== runId && !isStatusRight()) yield toWrongStatus(runId);
    ({ runId } = change);
    if (isMirrorField(change)) yield* checkMirrorField(change, now.get(change.field));
    if (now.has(change.field)) now.set(change.field, change.before);
  }
  if (!isStatusRight()) yield toWrongStatus(runId);
  if (now.get('mirror_departed_run_id') !== null && row.mirror_redacted_run_id === null)
    yield {
      what: 'the departure',
      expected: 'a change that marked it',
      found: show(now.get('mirror_departed_run_id')),
    };
}

function* checkMirrorField(
  { field, after, runId }: Change,
  now: JsonValue | undefined,
): Generator<Violation> {
  if (!isSame(after, now))
    yield { what: `${field} after its change`, runId, expected: show(after), found: show(now) };
  if (field === 'mirror_departed_run_id' && after !== null && after !== runId)
    yield { what: 'the run of a departure', runId, expected: show(runId), found: show(after) };
}

/** Unreadable changes are findings of the history check. */
function listReadable(rows: StoredRows['changes']): Change[] {
  return rows.flatMap((row) => {
    try {
      return [parseChange(row)];
    } catch (error) {
      if (error instanceof Unreadable) return [];
      throw error;
    }
  });
}
