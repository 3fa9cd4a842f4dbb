import { fingerprint } from '../cases/fingerprint.ts';
import { fromVersion, splitPayload, toVersion } from '../cases/split-payload.ts';
import { BrokenHistory, undoChanges } from '../cases/undo-changes.ts';
import type { CasePayload } from '../clearinghouse/case-payload.ts';
import type { JsonObject } from '../json.ts';
import type { Flaw } from './checks.ts';
import type { StoredRows } from './find-stored-rows.ts';
import { isOwnWord, type Change } from './parse-change.ts';
import { readEntry, type Rebuilt } from './rebuild-payload.ts';
import { Unreadable } from './unreadable.ts';

/**
 * Goes back from the present version of a case to its oldest, in one pass over its changes, and compares the
 * fingerprint of each version with the one that it had then.
 */
export function* proveVersions(
  stored: StoredRows,
  { split }: Rebuilt,
  changes: readonly Change[],
): Generator<Flaw> {
  const left = changes.filter((change) => !isOwnWord(change));
  const takeAfter = (runId: number): Change[] => {
    const taken: Change[] = [];
    for (let last = left.at(-1); last !== undefined && last.runId > runId; last = left.at(-1)) {
      taken.push(last);
      left.pop();
    }
    return taken;
  };
  const entriesOf = toEntriesAsOf(stored);
  let version = toVersion(split.rest, split.entries !== null);
  try {
    for (const { run_id: runId, fingerprint: expected } of stored.pastVersions.toReversed()) {
      version = undoChanges(version, takeAfter(runId));
      yield* proveVersion(version, entriesOf(runId), runId, expected);
    }
    // What the run that stored the oldest version changed itself, having seen the case twice.
    undoChanges(version, left.toReversed());
  } catch (error) {
    if (error instanceof BrokenHistory) {
      yield { what: 'the changes', expected: 'a chain back from what is there now', found: error.message };
    } else if (error instanceof Unreadable) yield error.flaw;
    else throw error;
  }
}

function* proveVersion(
  version: JsonObject,
  entries: readonly JsonObject[],
  runId: number,
  expected: string,
): Generator<Flaw> {
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

/** The docket entries as they were after a run: those that had come by then and had not yet been edited or removed. */
function toEntriesAsOf({ entries, pastEntries }: StoredRows): (runId: number) => JsonObject[] {
  const lastUntil = new Map(pastEntries.map((one) => [one.mirror_key, one.mirror_until_run_id]));
  const spells = [
    ...pastEntries.map((row) => ({
      since: row.mirror_since_run_id,
      until: row.mirror_until_run_id,
      read: remember(() => readEntry('past_docket_entries', row)),
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
