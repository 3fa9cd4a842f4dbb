import { LINKED_KINDS } from '../../api/linked-fields.ts';
import { findCaseList } from '../../db/linked/read-records.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { prepareFindChange } from '../../history/changes.ts';
import { prepareFindRecord } from '../../history/linked-changes.ts';
import { findPresence, prepareFindName } from '../../db/read-case.ts';
import { prepareFindStart } from '../../db/run-log.ts';
import { findPeriod } from '../../history/period.ts';
import { toLocalMinute } from '../../lib/local-time.ts';
import { listAllChangeObjects } from './all-changes.ts';
import { toListWords } from './case-lists.ts';
import { renderCaseChanges } from './changes.ts';
import { listAllChanges } from './linked-changes.ts';
import type { WritingStyle } from './style.ts';
import { toCaseName, toJsonLine } from './words.ts';

/** The history of a case: what is known of its linked lists and since when, then its changes, run by run. */
export function* renderCaseHistory(
  mirror: Mirror,
  id: number,
  timeZone: string,
  style: WritingStyle,
): Generator<string> {
  const startOf = prepareFindStart(mirror);
  yield style.caseHeading(id, toCaseName(prepareFindName(mirror)(id)));
  const lists = LINKED_KINDS.map((kind) => findCaseList(mirror, id, kind));
  yield style.line(`linked lists: ${toListWords(lists, timeZone, findPresence(mirror, id))}`, 0);
  for (const { kind, read } of lists) {
    const first = read?.first_read_run_id ?? null;
    if (first !== null)
      yield style.line(
        `${kind}: first read after run ${first} (${toLocalMinute(startOf(first), timeZone)})`,
        0,
      );
  }
  yield '\n';
  const period = findPeriod(mirror, { otherwise: 'first run' });
  const [one] = period === null ? [] : [...listAllChanges(mirror, { period, caseId: id })];
  if (period === null || one === undefined) {
    yield style.sentence('Nothing changed.');
    return;
  }
  const find = prepareFindChange(mirror);
  const findRecord = prepareFindRecord(mirror);
  yield* renderCaseChanges(one, { period, find, findRecord, startOf, timeZone }, style, true);
}

/** The same changes as lines of JSON, as `changes --json` prints them. */
export function* listHistoryJson(mirror: Mirror, id: number): Generator<string> {
  const period = findPeriod(mirror, { otherwise: 'first run' });
  if (period === null) return;
  for (const change of listAllChangeObjects(mirror, { period, caseId: id })) yield toJsonLine(change);
}
