import type { CasePayload } from '../api/payload.ts';
import { BrokenHistory, type FieldChange, isSame, toFieldPath, undoChanges } from '../case/diff.ts';
import { fingerprint, fromVersion, splitPayload, toVersion } from '../case/fingerprint.ts';
import type { JsonObject, JsonValue } from '../lib/json.ts';
import { type Violation, type Violations, Unreadable, show } from './checks.ts';
import { type Rebuilt, readEntry } from './payload.ts';
import {
  type Circumstances,
  type StoredChange,
  type StoredRows,
  type VersionRuns,
  toVersionRuns,
} from './stored-rows.ts';

/** A change in the form in which it is undone. */
export interface Change extends FieldChange {
  readonly runId: number;
}

const OWN_FIELDS: ReadonlySet<string> = new Set(['mirror_list_id', 'mirror_departed_run_id']);

/** Whether a change concerns the mirror's metadata of a case, not its payload. */
export function isMirrorField({ field }: Pick<FieldChange, 'field'>): boolean {
  return field.startsWith('mirror_');
}

/** Parses a row of `case_changes`. Fails with {@link Unreadable} if no change can have created it. */
export function parseChange(row: StoredChange): Change {
  const { field, kind, run_id: runId } = row;
  const what = `the change ${row.id} of ${field}`;
  const before = parseValue(`${what}: old_value`, row.old_value);
  const after = parseValue(`${what}: new_value`, row.new_value);
  const values = [row.old_value, row.new_value];
  if (kind === 'added') {
    if (before !== undefined || after === undefined) throw new Unreadable(what, 'a new value alone', values);
  } else if (kind === 'removed') {
    if (before === undefined || after !== undefined) throw new Unreadable(what, 'an old value alone', values);
  } else if (kind !== 'changed') {
    throw new Unreadable(`${what}: kind`, 'changed, added or removed', kind);
  } else if (isSame(before, after)) throw new Unreadable(what, 'two values that differ', values);
  const change: Change = { field, kind, before, after, runId };
  if (isMirrorField(change)) {
    if (!OWN_FIELDS.has(field)) throw new Unreadable(what, 'a field that has a history', field);
    if (![before, after].every(isIdOrNull)) throw new Unreadable(what, 'ids, or null', values);
  }
  parseField(what, field);
  return change;
}

/** Each of the mirror's own fields is the id of a list or run, or null. */
function isIdOrNull(value: JsonValue | undefined): boolean {
  return value === null || Number.isSafeInteger(value);
}

function parseValue(what: string, text: string | null): JsonValue | undefined {
  if (text === null) return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new Unreadable(what, 'JSON', text);
  }
}

function parseField(what: string, field: string): void {
  try {
    toFieldPath(field);
  } catch {
    throw new Unreadable(what, 'the name of a field', field);
  }
}

/** Proves the past versions of a case, whose present version is proven. */
export type ProveVersions = (
  stored: StoredRows,
  rebuilt: Rebuilt,
  changes: readonly Change[],
) => Iterable<Violation>;

/** Compares the fingerprint of each past version with the one that was recorded then. */
function proveVersions(...[stored, rebuilt, changes]: Parameters<ProveVersions>): Iterable<Violation> {
  const entriesOf = toEntriesAsOf(stored);
  return undoVersions(stored, rebuilt, changes, (version, runId, expected) =>
    proveVersion(version, entriesOf(runId), runId, expected),
  );
}

/**
 * Undoes the changes from the present version of a case to its oldest, in one pass. Calls `prove` with each version,
 * its run and the fingerprint that was recorded then.
 */
export function* undoVersions(
  stored: StoredRows,
  { split }: Rebuilt,
  changes: readonly Change[],
  prove: (version: JsonObject, runId: number, expected: string) => Iterable<Violation>,
): Generator<Violation> {
  const left = changes.filter((change) => !isMirrorField(change));
  const takeAfter = (runId: number): Change[] => {
    const taken: Change[] = [];
    for (let last = left.at(-1); last !== undefined && last.runId > runId; last = left.at(-1)) {
      taken.push(last);
      left.pop();
    }
    return taken;
  };
  let version = toVersion(split.rest, split.entries !== null);
  try {
    for (const { run_id: runId, fingerprint: expected } of stored.caseVersions.toReversed()) {
      version = undoChanges(version, takeAfter(runId));
      yield* prove(version, runId, expected);
    }
    // Changes that the run of the oldest version made itself, because it saw the case twice.
    undoChanges(version, left.toReversed());
  } catch (error) {
    if (error instanceof BrokenHistory) {
      yield { what: 'the changes', expected: 'a chain back from what is there now', found: error.message };
    } else if (error instanceof Unreadable) yield error.violation;
    else throw error;
  }
}

function* proveVersion(
  version: JsonObject,
  entries: readonly JsonObject[],
  runId: number,
  expected: string,
): Generator<Violation> {
  const split = splitPayload(fromVersion(version, entries) as CasePayload);
  if (split.entries === null && entries.length > 0) {
    yield {
      what: 'the docket of a past version',
      runId,
      expected: 'no docket entries, as it had no list of them',
      found: `${entries.length}`,
    };
  }
  const found = fingerprint(split);
  if (found !== expected) yield { what: 'the fingerprint of a past version', runId, expected, found };
}

/** The docket entries in their state after a run: those that existed and had not yet been edited or removed. */
function toEntriesAsOf({ entries, pastEntries }: StoredRows): (runId: number) => JsonObject[] {
  const lastUntil = new Map(pastEntries.map((one) => [one.mirror_key, one.mirror_valid_to_run_id]));
  const spells = [
    ...pastEntries.map((row) => ({
      since: row.mirror_valid_from_run_id,
      until: row.mirror_valid_to_run_id,
      read: remember(() => readEntry('docket_entry_versions', row)),
    })),
    ...entries.map((row) => ({
      since: Math.max(row.mirror_first_run_id, lastUntil.get(row.mirror_key) ?? 0),
      until: Infinity,
      read: remember(() => readEntry('docket_entries', row)),
    })),
  ];
  return (runId) =>
    spells.filter(({ since, until }) => since <= runId && runId < until).map(({ read }) => read());
}

function remember<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

/**
 * Checks the stored history of a case: every change is well-formed, in order and belongs to a version, and undoing the
 * changes leads to the recorded fingerprints. `rebuilt` is null if the present version is broken; the history is then
 * not rebuilt, because it has nothing to start from.
 */
export function* checkHistory(
  stored: StoredRows,
  rebuilt: Rebuilt | null,
  circumstances: Circumstances,
  prove: ProveVersions = proveVersions,
): Violations {
  const changes: Change[] = [];
  let isWhole = rebuilt !== null;
  for (const [at, row] of stored.changes.entries()) {
    yield* checkMoment(row, stored.changes[at - 1]);
    try {
      changes.push(parseChange(row));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      isWhole = false;
      yield { ...error.violation, runId: row.run_id };
    }
  }
  const versions = toVersionRuns(stored, circumstances);
  yield* checkOldest(stored, versions, circumstances);
  yield* checkTraces(stored, versions, circumstances);
  if (isWhole && rebuilt !== null) yield* prove(stored, rebuilt, changes);
  return stored.changes.length + stored.caseVersions.length;
}

/** The time of a change lies within its run. */
function* checkMoment(row: StoredChange, before: StoredChange | undefined): Generator<Violation> {
  const what = `the change ${row.id} of ${row.field}`;
  const { changed_at: at, run_id: runId, run_started_at: start, run_ended_at: end } = row;
  if (before !== undefined && runId < before.run_id)
    yield { what, runId, expected: `a run from ${before.run_id} on`, found: String(runId) };
  const moment = Date.parse(at);
  if (Number.isNaN(moment) || new Date(moment).toISOString() !== at) {
    yield { what: `${what}: changed_at`, runId, expected: 'a time', found: show(at) };
    return;
  }
  // If the clock was set back during a run, its times prove nothing.
  const isClockSound = start !== null && (end === null || start <= end);
  if (isClockSound && (at < start || (end !== null && at > end))) {
    const expected = `a time from ${start} to ${end ?? 'the end of the run'}`;
    yield { what: `${what}: changed_at`, runId, expected, found: at };
  }
}

/** The history begins with the run that first stored the case, or with the first run that recorded history. */
function* checkOldest(
  { case: row }: StoredRows,
  { runs, oldest }: VersionRuns,
  { lastRunWithoutHistory }: Circumstances,
): Generator<Violation> {
  const first = row.mirror_first_run_id;
  if (row.mirror_redacted_run_id === null && oldest !== first) {
    if (oldest < first || oldest > lastRunWithoutHistory)
      yield {
        what: 'the run of the oldest version',
        runId: oldest,
        expected: show(first),
        found: show(oldest),
      };
  }
  const present = row.mirror_changed_run_id;
  for (const runId of runs.slice(0, -1)) {
    if (runId >= present)
      yield {
        what: 'the run of a past version',
        runId,
        expected: `a run before ${present}`,
        found: show(runId),
      };
  }
}

/** Every run with a change stored a version, and every run with a version stored a change. */
function* checkTraces(
  stored: StoredRows,
  versions: VersionRuns,
  { maySeeTwice }: Circumstances,
): Generator<Violation> {
  const traces = new Set<number>();
  for (const { run_id: runId, field, id } of stored.changes) {
    if (isMirrorField({ field })) continue;
    traces.add(runId);
    if (!versions.runs.includes(runId)) {
      const what = `the change ${id} of ${field}`;
      yield { what, runId, expected: 'a version that this run stored', found: 'nothing' };
    }
  }
  for (const entry of stored.entries) traces.add(entry.mirror_first_run_id);
  for (const entry of stored.pastEntries) {
    traces.add(entry.mirror_first_run_id);
    traces.add(entry.mirror_valid_to_run_id);
  }
  for (const runId of versions.runs.slice(1)) {
    // A run that saw the case twice may have reverted its own change.
    if (!traces.has(runId) && !maySeeTwice(runId, stored.case.id))
      yield {
        what: 'a version',
        runId,
        expected: 'a change of a field or of the docket in this run',
        found: 'nothing',
      };
  }
}
