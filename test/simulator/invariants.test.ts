import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { openMirror } from '../../src/db/open-mirror.ts';
import { sealAll } from '../../src/db/seals.ts';
import { Random } from '../../fake-api/invent/random.ts';
import type { CaseCollection } from '../../fake-api/collection/collection.ts';
import { writeDamaged } from '../support/eventful-mirror.ts';
import { tempFolder } from '../support/temp-folder.ts';
import type { History, DayPlan } from './draw-history.ts';
import { findHalfCases } from './invariants/half-cases.ts';
import { INVARIANT_NAMES, INVARIANTS, type InvariantName } from './invariants/list-invariants.ts';
import { checkFaultFreeDay, compareData, compareWithNew, listData } from './invariants/recovery.ts';
import { readMirror } from './mirror-file.ts';
import type { Day } from './day.ts';
import { runDay } from './run-day.ts';
import { startWorld } from './served-world.ts';
import type { ServedRequest } from './served-log.ts';
import { createVirtualClock } from './virtual-clock.ts';

const TOKEN = 'canary-of-the-test';
const HISTORY: History = {
  seed: 3,
  cases: 24,
  pageSize: 3,
  order: 'id',
  gzip: true,
  withUnclassified: true,
  settings: { maxAttempts: '1', maxPasses: '1', delayMs: '0' },
  withoutFile: true,
  faultyDays: [],
  endsQuietly: false,
};
const CALM: DayPlan = { faults: [], troubles: [], edits: [], looks: [] };
const ONE_GONE: DayPlan = { ...CALM, edits: [{ edit: 'a case is removed', request: 0, seed: 1 }] };
const ONE_PAGE_FAILED: DayPlan = {
  ...CALM,
  faults: [{ fault: '404', place: 'later page', from: 1, times: 1, seed: 1 }],
};
const FAILED_LIST = `run_id = 2 AND outcome = 'partial'`;

interface Ground {
  readonly bytes: Buffer;
  readonly day: Day;
}

let calm: Ground;
let oneGone: Ground;
let onePageFailed: Ground;
let source: CaseCollection;

/** Simulates a fault-free day and the planned day after it. */
async function live(plan: DayPlan): Promise<Ground> {
  const database = join(tempFolder(), 'mirror.db');
  const world = await startWorld(HISTORY, TOKEN);
  const clock = createVirtualClock('2030-01-01T03:17:00Z', new Random(1));
  const setting = { history: HISTORY, world, clock, token: TOKEN, database, databaseAfterDeath: '' };
  await runDay(CALM, { ...setting, acceptDepartures: false });
  const day = await runDay(plan, { ...setting, acceptDepartures: false });
  source = world.fakeApi.source;
  await world.fakeApi.close();
  return { bytes: readFileSync(database), day };
}

beforeAll(async () => {
  calm = await live(CALM);
  oneGone = await live(ONE_GONE);
  onePageFailed = await live(ONE_PAGE_FAILED);
});

/** The invariants that a day violates after its file was damaged, or after its results were changed. */
function listViolated(
  { bytes, day }: Ground,
  sql: string,
  change: Partial<Day> = {},
  confirms = false,
): InvariantName[] {
  // The file gets new seals, as if the program itself had written it, so only the invariant under test can notice the
  // damage.
  const database = writeDamaged(bytes, sql, sealAll);
  return readMirror(database, (mirror) =>
    INVARIANT_NAMES.filter(
      (name) =>
        INVARIANTS[name]({ day: { ...day, database, ...change }, mirror, token: TOKEN, confirms }).length > 0,
    ),
  );
}

/** The log of the day with one case of list 5021 replaced at the chosen requests. */
function withListedCase(
  { day }: Ground,
  isMeant: (request: ServedRequest) => boolean,
  id: number,
): Pick<Day, 'served'> {
  const log = day.served.log.map((one) =>
    one.list === 'case_ongoing=5021' && isMeant(one)
      ? { ...one, listIds: [...one.listIds.slice(1), id] }
      : one,
  );
  return { served: { ...day.served, log } };
}

const DEATH: Partial<Day> = { ending: { kind: 'death' } };
/** The first such case that is in one list only. */
const caseOf = (where: string) =>
  `(SELECT min(id) FROM cases WHERE case_status <> 'In Process (Public)' AND ${where})`;
const ofFailedList = caseOf(`mirror_list_id = (SELECT list_id FROM list_syncs WHERE ${FAILED_LIST})`);

describe('the invariants of a day', () => {
  test('hold if nothing was damaged', () => {
    for (const ground of [calm, oneGone, onePageFailed]) expect(listViolated(ground, '')).toEqual([]);
  });

  test('notice a list that is recorded as complete but was not read to its end', () => {
    const sql = `UPDATE list_syncs SET outcome = 'complete', count_first = 3, count_last = 3, cases_last_pass = 3,
      error_code = NULL, error_message = NULL WHERE ${FAILED_LIST}`;
    expect(listViolated(onePageFailed, sql, DEATH)).toEqual([
      'a list is complete only if every page was read and the number of distinct ids equals the count',
    ]);
  });

  test('notice a complete list whose recorded counts differ from its pages', () => {
    const sql = `UPDATE list_syncs SET count_first = 99, count_last = 99, cases_last_pass = 99
      WHERE run_id = 2 AND list_id = 5021`;
    expect(listViolated(calm, sql)).toEqual([
      'a list is complete only if every page was read and the number of distinct ids equals the count',
    ]);
  });

  test('notice a failed list that is recorded as empty', () => {
    const sql = `UPDATE list_syncs SET outcome = 'empty', count_first = 0, count_last = 0, cases_last_pass = 0,
      error_code = NULL, error_message = NULL WHERE ${FAILED_LIST}`;
    expect(listViolated(onePageFailed, sql, DEATH)).toEqual(['a list is empty only if the API said so']);
  });

  test('notice a missing case that was on the pages of a complete list', () => {
    const sql = `PRAGMA foreign_keys = ON; DELETE FROM cases WHERE id = ${caseOf('mirror_list_id = 5021')}`;
    const exchanged = withListedCase(calm, ({ page }) => page === 1, 9999);
    expect(listViolated(calm, sql, exchanged)).toEqual([
      'every case on the pages of a complete list is in the mirror',
    ]);
  });

  test('notice a missing case that was in a complete list throughout', () => {
    expect(
      listViolated(
        calm,
        '',
        withListedCase(calm, () => true, 9999),
      ),
    ).toEqual(['a complete list misses no case that was in it throughout']);
  });

  test('allow a missing case that an exchange in the list may have hidden, but not after two passes', () => {
    const day = { ...calm.day, ...withListedCase(calm, () => true, 9999) };
    const exchanged = withListedCase({ ...calm, day }, ({ page }) => page === 1, 8888);
    expect(listViolated(calm, '', exchanged)).toEqual([]);
    expect(listViolated(calm, '', exchanged, true)).toEqual([
      'a complete list misses no case that was in it throughout',
    ]);
  });

  test('notice a departure from a list that was not read completely', () => {
    const sql = `INSERT INTO case_changes (case_id, run_id, changed_at, field, kind, old_value, new_value)
        SELECT ${ofFailedList}, id, ended_at, 'mirror_departed_run_id', 'changed', 'null', '2' FROM sync_runs WHERE id = 2;
      UPDATE cases SET mirror_departed_run_id = 2 WHERE id = ${ofFailedList}`;
    expect(listViolated(onePageFailed, sql)).toEqual([
      'a case departs only after its list was read to the last page and the API denied the case',
    ]);
  });

  test('notice a departure in a suspicious run', () => {
    expect(
      listViolated(oneGone, `UPDATE mirror_departure_checks SET outcome = 'suspicious' WHERE run_id = 2`),
    ).toEqual(['a suspicious run marks no departure']);
  });

  test('notice an old run that is still running, as verify does', () => {
    expect(
      listViolated(calm, `UPDATE sync_runs SET outcome = 'running', ended_at = NULL WHERE id = 1`),
    ).toEqual(['no run is left running once it has ended or another has begun', 'verify finds nothing']);
  });

  test('notice a case that the ledger wrongly counts as new', () => {
    const sql = `UPDATE list_syncs SET cases_new = 1, cases_unchanged = cases_unchanged - 1
      WHERE run_id = 2 AND list_id = 5021`;
    expect(listViolated(calm, sql)).toEqual(['the counts of the ledger match the stored rows']);
  });

  test('notice a report that differs from the ledger', () => {
    expect(listViolated(calm, `UPDATE sync_runs SET outcome = 'partial' WHERE id = 2`)).toEqual([
      'the report agrees with the ledger',
    ]);
  });

  test('notice an unexpected error of a run', () => {
    const ending = { kind: 'error', error: new TypeError('odd') } as const;
    expect(listViolated(calm, '', { ending })).toEqual([
      'a run ends with a report or with a known error of the database',
    ]);
  });

  test('notice a finding of verify', () => {
    expect(listViolated(calm, 'UPDATE mirror_coverage_checks SET count_all = NULL WHERE run_id = 2')).toEqual(
      ['verify finds nothing'],
    );
    expect(listViolated(calm, 'DROP VIEW clean_cases; UPDATE sync_runs SET id = id')).toEqual([
      'verify finds nothing',
    ]);
  });

  test('notice the token in the output or in a file', () => {
    const secret = ['the token is in no output and in no file'];
    expect(listViolated(calm, `UPDATE sync_runs SET error_message = 'No ${TOKEN}' WHERE id = 1`)).toEqual(
      secret,
    );
    expect(listViolated(calm, '', { output: `Token ${TOKEN}` })).toEqual(secret);
  });

  test('notice a request before the end of a pause', () => {
    const served = { ...calm.day.served, tooEarly: ['request 3 came 5 ms too early'] };
    expect(listViolated(calm, '', { served })).toEqual([
      'no request comes before the pause of a Retry-After is over, in this process or the next',
    ]);
  });

  test('notice a second writer', () => {
    expect(listViolated(calm, '', { secondWriters: ['LOCKED', 'wrote'] })).toEqual([
      'there is at most one writer',
    ]);
  });

  test('notice half a case that a reader saw', () => {
    const damaged = writeDamaged(calm.bytes, `UPDATE docket_entries SET description = 'Half'`);
    const halfCases = readMirror(damaged, (mirror) => findHalfCases(mirror, new Random(1)));
    expect(listViolated(calm, '', { halfCases })).toEqual(['no reader sees half a case']);
  });
});

describe('the checks of recovery', () => {
  test('pass if nothing was damaged', () => {
    expect(compareDamaged('')).toEqual([]);
    expect(checkFaultFreeDay(calm.day)).toEqual([]);
  });

  test.each([
    ['a missing case', `UPDATE cases SET mirror_departed_run_id = 2 WHERE id = ${caseOf('1')}`],
    ['an outdated field', `UPDATE cases SET name = 'Yesterday' WHERE id = ${caseOf('1')}`],
    ['a missing element of a list', `DELETE FROM issues WHERE case_id = ${caseOf('1')}`],
    ['an outdated entry', `UPDATE docket_entries SET description = 'Yesterday' WHERE mirror_id = 1`],
    ['a case in another list', `UPDATE cases SET mirror_list_id = 5024 WHERE id = ${caseOf('1')}`],
    ['a case that the site does not have', `UPDATE cases SET id = 9999 WHERE id = ${caseOf('1')}`],
  ])('fail if the mirror differs from a new one by %s', (_what, sql) => {
    expect(compareDamaged(sql)).not.toEqual([]);
  });

  test('fail if a day on which only the order of lists changed writes a row', () => {
    const before = readMirror(writeDamaged(calm.bytes, ''), listData);
    const path = writeDamaged(calm.bytes, '');
    const mirror = openMirror(path);
    mirror.sqlite.exec(
      `UPDATE issues SET mirror_position = mirror_position + 5 WHERE case_id = ${caseOf('1')}`,
    );
    mirror.close();
    expect(compareData(before, before)).toEqual([]);
    expect(compareData(before, readMirror(path, listData))).not.toEqual([]);
  });

  test('fail if a fault-free day is not complete', () => {
    expect(checkFaultFreeDay(onePageFailed.day)).toEqual([expect.stringContaining('it is partial')]);
    expect(checkFaultFreeDay({ ...calm.day, ending: { kind: 'death' } })).toEqual(['it ended with death']);
  });
});

function compareDamaged(sql: string): string[] {
  return readMirror(writeDamaged(calm.bytes, sql), (mirror) =>
    readMirror(writeDamaged(calm.bytes, ''), (fresh) => compareWithNew(mirror, fresh, source, true)),
  );
}
