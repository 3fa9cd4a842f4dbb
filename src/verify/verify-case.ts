import { checkHistory } from './check-history.ts';
import { checkMarks } from './check-marks.ts';
import { checkPastEntries } from './check-past-entries.ts';
import { checkPayload } from './check-payload.ts';
import { checkRows } from './check-rows.ts';
import { onceDamaged } from './check-file.ts';
import { checkValues } from './check-values.ts';
import type { Finding } from './checks.ts';
import type { Circumstances } from './find-circumstances.ts';
import type { StoredRows } from './find-stored-rows.ts';
import type { Counter } from './tally.ts';

/** Puts one case through every check of cases; one that holds a value of a wrong type cannot be judged any further. */
export function* verifyCase(
  stored: StoredRows,
  circumstances: Circumstances,
  counter: Counter,
): Generator<Finding, void> {
  const { id } = stored.case;
  const before = counter.toTallies().values.findings;
  yield* counter.run('values', id, onceDamaged(checkValues(stored)));
  if (counter.toTallies().values.findings > before) return;
  const payload = yield* counter.count('payload', id, onceDamaged(checkPayload(stored)));
  counter.addChecked('payload', 1);
  const rebuilt = payload?.rebuilt ?? null;
  const ground = payload?.isProven === true ? rebuilt : null;
  if (rebuilt !== null) yield* counter.run('rows', id, onceDamaged(checkRows(stored, rebuilt)));
  yield* counter.run('history', id, onceDamaged(checkHistory(stored, ground, circumstances)));
  yield* counter.run('entries', id, onceDamaged(checkPastEntries(stored, circumstances)));
  yield* counter.run('marks', id, onceDamaged(checkMarks(stored, rebuilt, circumstances)));
}
