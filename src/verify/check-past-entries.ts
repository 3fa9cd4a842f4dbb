import { toEntryRows } from '../cases/to-docket-rows.ts';
import { type Flaw, type Flaws, Unreadable, show } from './checks.ts';
import { compareRow } from './check-rows.ts';
import type { Circumstances } from './find-circumstances.ts';
import { groupBy, type StoredEntry, type StoredPastEntry, type StoredRows } from './find-stored-rows.ts';
import { readEntry } from './check-payload.ts';
import { toVersionRuns } from './version-runs.ts';

/** Checks that what is kept of each docket entry's past is one story, told in the runs that stored versions of the case. */
export function* checkPastEntries(stored: StoredRows, circumstances: Circumstances): Flaws {
  const { allow } = toVersionRuns(stored, circumstances);
  const byKey = new Map(stored.entries.map((entry) => [entry.mirror_key, entry]));
  for (const entry of stored.entries) {
    const runId = entry.mirror_first_run_id;
    if (!allow(runId)) yield toStranger(`docket_entries (mirror_key ${entry.mirror_key})`, runId);
  }
  for (const [key, past] of groupBy(stored.pastEntries, (one) => one.mirror_key)) {
    for (const [at, entry] of past.entries()) {
      yield* checkContent(entry);
      yield* checkSpell(entry, past[at - 1]);
      for (const runId of [entry.mirror_first_run_id, entry.mirror_until_run_id]) {
        if (!allow(runId)) yield toStranger(toName(entry), runId);
      }
      yield* checkEnd(entry, past[at + 1] ?? byKey.get(key));
    }
  }
  return stored.entries.length + stored.pastEntries.length;
}

function toName({ mirror_key, mirror_until_run_id }: StoredPastEntry): string {
  return `the past entry ${mirror_key} until run ${mirror_until_run_id}`;
}

function toStranger(what: string, runId: number): Flaw {
  return { what, runId, expected: 'a run that stored a version of the case', found: show(runId) };
}

/** Its columns are those that the entry makes, and its key is its id, where it has one of its own. */
function* checkContent(row: StoredPastEntry): Generator<Flaw> {
  try {
    const [made] = toEntryRows([readEntry('past_docket_entries', row)]);
    const isOwnId = row.mirror_key >= 0;
    const mirror_key = isOwnId ? row.id : row.mirror_key;
    yield* compareRow(toName(row), { ...made?.columns, mirror_key }, row);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    yield error.flaw;
  }
}

/** It began where it first came or where the spell before it ended, and lasted for a while. */
function* checkSpell(entry: StoredPastEntry, before: StoredPastEntry | undefined): Generator<Flaw> {
  const { mirror_since_run_id: since, mirror_until_run_id: until } = entry;
  if (since >= until)
    yield { what: toName(entry), runId: since, expected: `a beginning before ${until}`, found: show(since) };
  const expected = before?.mirror_end === 'edited' ? before.mirror_until_run_id : entry.mirror_first_run_id;
  if (since !== expected)
    yield {
      what: `${toName(entry)}: mirror_since_run_id`,
      runId: since,
      expected: show(expected),
      found: show(since),
    };
}

/** What was edited goes on as the same entry; what was removed is followed by nothing, or by one that came later. */
function* checkEnd(entry: StoredPastEntry, next: StoredEntry | StoredPastEntry | undefined): Generator<Flaw> {
  const { mirror_until_run_id: until, mirror_end: end } = entry;
  const flaw = { what: toName(entry), runId: until };
  const goesOn =
    next?.mirror_id === entry.mirror_id && next.mirror_first_run_id === entry.mirror_first_run_id;
  const comesLater = next === undefined || next.mirror_first_run_id >= until;
  if (end === 'edited') {
    if (!goesOn) yield { ...flaw, expected: 'the same entry, edited', found: toFound(next) };
  } else if (end === 'removed') {
    if (!comesLater)
      yield { ...flaw, expected: 'nothing, or an entry that came later', found: toFound(next) };
  } else yield { ...flaw, expected: 'edited or removed', found: show(end) };
}

function toFound(next: StoredEntry | StoredPastEntry | undefined): string {
  return next === undefined
    ? 'nothing'
    : `mirror_id ${next.mirror_id}, which came with run ${next.mirror_first_run_id}`;
}
