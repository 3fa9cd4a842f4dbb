import { checkHistory } from './check-history.ts';
import { checkMarks } from './check-marks.ts';
import { checkPastEntries } from './check-past-entries.ts';
import { checkPayload } from './check-payload.ts';
import { checkRows } from './check-rows.ts';
import type { Finding } from './checks.ts';
import type { Circumstances } from './find-circumstances.ts';
import type { StoredRows } from './find-stored-rows.ts';
import type { Counter } from './tally.ts';

/** Puts one case through every check of cases. */
export function* verifyCase(
  stored: StoredRows,
  circumstances: Circumstances,
  counter: Counter,
): Generator<Finding, void> {
  const { id } = stored.case;
  const { rebuilt, isProven } = yield* counter.count('payload', id, checkPayload(stored));
  counter.addChecked('payload', 1);
  if (rebuilt !== null) yield* counter.run('rows', id, checkRows(stored, rebuilt));
  yield* counter.run('history', id, checkHistory(stored, isProven ? rebuilt : null, circumstances));
  yield* counter.run('entries', id, checkPastEntries(stored, circumstances));
  yield* counter.run('marks', id, checkMarks(stored, rebuilt, circumstances));
}
