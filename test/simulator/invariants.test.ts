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
import { checkGoodDay, compareData, compareWithNew, listData } from './invariants/recovery.ts';
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
  badDays: [],
  endsQuietly: false,
};
const CALM: DayPlan = { faults: [], troubles: [], edits: [], looks: [] };
const ONE_GONE: DayPlan = { ...CALM, edits: [{ edit: 'a case leaves', request: 0, seed: 1 }] };
const ONE_PAGE_FAILED: DayPlan = {
  ...CALM,
  faults: [{ fault: '404', place: 'later page', from: 1, times: 1, seed: 1 }],
};
const FAILED_STATUS = `run_id = 2 AND outcome = 'partial'`;

interface Ground {
  readonly bytes: Buffer;
  readonly day: Day;
}

let calm: Ground;
let oneGone: Ground;
let onePageFailed: Ground;
let source: CaseCollection;

/** A good day, and the one planned after it. */
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

/** The invariants that do not hold of a day after which its file was damaged, or of another account of the day. */
function listViolated(
  { bytes, day }: Ground,
  sql: string,
  change: Partial<Day> = {},
  confirms = false,
): InvariantName[] {
  // Sealed anew, as if the program itself had written it: only the invariant that is meant can notice it.
  const database = writeDamaged(bytes, sql, sealAll);
  return readMirror(database, (mirror) =>
    INVARIANT_NAMES.filter(
      (name) =>
        INVARIANTS[name]({ day: { ...day, database, ...change }, mirror, token: TOKEN, confirms }).length > 0,
    ),
  );
}

/** The day's log with another list of cases that stood in the list of 5021 at the requests chosen. */
function withStanding(
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
/** The first such case that stands in one list only. */
const caseOf = (where: string) =>
  `(SELECT min(id) FROM cases WHERE case_status <> 'In Process (Public)' AND ${where})`;
const ofFailedStatus = caseOf(`mirror_list_id = (SELECT list_id FROM list_syncs WHERE ${FAILED_STATUS})`);

describe('each invariant can fail, and then alone', () => {
  test('and none does where nothing was damaged', () => {
    for (const ground of [calm, oneGone, onePageFailed]) expect(listViolated(ground, '')).toEqual([]);
  });

  test('a status that was not read to its end is on record as complete', () => {
    const sql = `UPDATE list_syncs SET outcome = 'complete', count_first = 3, count_last = 3, cases_last_pass = 3,
      error_code = NULL, error_message = NULL WHERE ${FAILED_STATUS}`;
    expect(listViolated(onePageFailed, sql, DEATH)).toEqual([
      'a status is complete only if every page was read and the distinct ids equal the count',
    ]);
  });

  test('a complete status has other figures than its pages', () => {
    const sql = `UPDATE list_syncs SET count_first = 99, count_last = 99, cases_last_pass = 99
      WHERE run_id = 2 AND list_id = 5021`;
    expect(listViolated(calm, sql)).toEqual([
      'a status is complete only if every page was read and the distinct ids equal the count',
    ]);
  });

  test('a status that failed is on record as empty', () => {
    const sql = `UPDATE list_syncs SET outcome = 'empty', count_first = 0, count_last = 0, cases_last_pass = 0,
      error_code = NULL, error_message = NULL WHERE ${FAILED_STATUS}`;
    expect(listViolated(onePageFailed, sql, DEATH)).toEqual(['a status is empty only if the API said so']);
  });

  test('a case that a complete status brought is not there', () => {
    const sql = `PRAGMA foreign_keys = ON; DELETE FROM cases WHERE id = ${caseOf('mirror_list_id = 5021')}`;
    const exchanged = withStanding(calm, ({ page }) => page === 1, 9999);
    expect(listViolated(calm, sql, exchanged)).toEqual([
      'every case that the pages of a complete status brought is in the mirror',
    ]);
  });

  test('a case that stood in the list all the while is not there', () => {
    expect(
      listViolated(
        calm,
        '',
        withStanding(calm, () => true, 9999),
      ),
    ).toEqual(['a complete status misses no case that stood in its list all the while']);
  });

  test('a case that an exchange in the list may have hidden is not there: an exception, but not for two passes', () => {
    const day = { ...calm.day, ...withStanding(calm, () => true, 9999) };
    const exchanged = withStanding({ ...calm, day }, ({ page }) => page === 1, 8888);
    expect(listViolated(calm, '', exchanged)).toEqual([]);
    expect(listViolated(calm, '', exchanged, true)).toEqual([
      'a complete status misses no case that stood in its list all the while',
    ]);
  });

  test('a case departed from a status that was not read completely', () => {
    const sql = `INSERT INTO case_changes (case_id, run_id, changed_at, field, kind, old_value, new_value)
        SELECT ${ofFailedStatus}, id, ended_at, 'mirror_departed_run_id', 'changed', 'null', '2' FROM sync_runs WHERE id = 2;
      UPDATE cases SET mirror_departed_run_id = 2 WHERE id = ${ofFailedStatus}`;
    expect(listViolated(onePageFailed, sql)).toEqual([
      'no case departs but after its list was read to the last page, and by the word of the API',
    ]);
  });

  test('a case departed in a suspicious day', () => {
    expect(
      listViolated(oneGone, `UPDATE mirror_departure_checks SET outcome = 'suspicious' WHERE run_id = 2`),
    ).toEqual(['a suspicious day marks no departure']);
  });

  test('an old run is still running, which verify finds as well', () => {
    expect(
      listViolated(calm, `UPDATE sync_runs SET outcome = 'running', ended_at = NULL WHERE id = 1`),
    ).toEqual(['no run is left running once it has ended or another has begun', 'verify finds nothing']);
  });

  test('the ledger counts a case that is not new', () => {
    const sql = `UPDATE list_syncs SET cases_new = 1, cases_unchanged = cases_unchanged - 1
      WHERE run_id = 2 AND list_id = 5021`;
    expect(listViolated(calm, sql)).toEqual(['what the ledger counts is what is stored']);
  });

  test('the report and the ledger differ', () => {
    expect(listViolated(calm, `UPDATE sync_runs SET outcome = 'partial' WHERE id = 2`)).toEqual([
      'the report says what the ledger says',
    ]);
  });

  test('a run threw what the program does not name', () => {
    const ending = { kind: 'error', error: new TypeError('odd') } as const;
    expect(listViolated(calm, '', { ending })).toEqual([
      'a run ends with a report, or with an error of the database that the program names',
    ]);
  });

  test('verify finds something', () => {
    expect(listViolated(calm, 'UPDATE mirror_coverage_checks SET count_all = NULL WHERE run_id = 2')).toEqual(
      ['verify finds nothing'],
    );
  });

  test('the token was told or stored', () => {
    const secret = ['the token is in nothing that is told or stored'];
    expect(listViolated(calm, `UPDATE sync_runs SET error_message = 'No ${TOKEN}' WHERE id = 1`)).toEqual(
      secret,
    );
    expect(listViolated(calm, '', { told: `Token ${TOKEN}` })).toEqual(secret);
  });

  test('a request came before a pause was over', () => {
    const served = { ...calm.day.served, tooEarly: ['request 3 came 5 ms too early'] };
    expect(listViolated(calm, '', { served })).toEqual([
      'no request before the pause of a Retry-After is over, in this process or the next',
    ]);
  });

  test('a second writer wrote', () => {
    expect(listViolated(calm, '', { secondWriters: ['LOCKED', 'wrote'] })).toEqual(['one writer at most']);
  });

  test('a reader saw half a case', () => {
    const damaged = writeDamaged(calm.bytes, `UPDATE docket_entries SET description = 'Half'`);
    const halfCases = readMirror(damaged, (mirror) => findHalfCases(mirror, new Random(1)));
    expect(listViolated(calm, '', { halfCases })).toEqual(['no reader sees half a case']);
  });
});

describe('each recovery can fail', () => {
  test('and none does where nothing was damaged', () => {
    expect(compareDamaged('')).toEqual([]);
    expect(checkGoodDay(calm.day)).toEqual([]);
  });

  test.each([
    ['a case is missing', `UPDATE cases SET mirror_departed_run_id = 2 WHERE id = ${caseOf('1')}`],
    ['a field is of yesterday', `UPDATE cases SET name = 'Yesterday' WHERE id = ${caseOf('1')}`],
    ['an element of a list is missing', `DELETE FROM issues WHERE case_id = ${caseOf('1')}`],
    ['an entry is of yesterday', `UPDATE docket_entries SET description = 'Yesterday' WHERE mirror_id = 1`],
    ['a case is in another list', `UPDATE cases SET mirror_list_id = 5024 WHERE id = ${caseOf('1')}`],
    ['a case is gone from the site', `UPDATE cases SET id = 9999 WHERE id = ${caseOf('1')}`],
  ])('where the mirror is not as a new one: %s', (_what, sql) => {
    expect(compareDamaged(sql)).not.toEqual([]);
  });

  test('where a day in which only the order of lists changed writes a row', () => {
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

  test('where a good day is not complete', () => {
    expect(checkGoodDay(onePageFailed.day)).toEqual([expect.stringContaining('it is partial')]);
    expect(checkGoodDay({ ...calm.day, ending: { kind: 'death' } })).toEqual(['it ended with death']);
  });
});

function compareDamaged(sql: string): string[] {
  return readMirror(writeDamaged(calm.bytes, sql), (mirror) =>
    readMirror(writeDamaged(calm.bytes, ''), (fresh) => compareWithNew(mirror, fresh, source, true)),
  );
}
