import { beforeAll, describe, expect, test } from '@jest/globals';
import { fingerprint, splitPayload } from '../../src/case/fingerprint.ts';
import type { CasePayload } from '../../src/api/payload.ts';
import { prepareFindCaseAsOf } from '../../src/history/case-as-of.ts';
import { queryAsOf } from '../../src/history/query-as-of/query.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { Mirror } from '../../src/db/open-mirror.ts';
import { API_LISTS } from '../../src/api/lists.ts';
import { hasSameContent } from '../case/mutations.ts';
import { dumpData } from '../support/dump.ts';
import { startHarness } from '../support/sync-harness.ts';
import { dumpLedger, toComparable, type Dump } from './comparable-dump.ts';
import { listServed, passDay, startCollection } from './served-days.ts';
import { times } from '../support/times.ts';

/** In each day every edit happens; cases come and go in a cycle of twelve. */
const DAYS = times(13, 30);
/** Every second day is asked for in `npm test`, the first and the last among them; what happens is the same on each. */
const isAsked = (at: number): boolean => at % times(2, 1) === 0;

interface Day {
  readonly runId: number;
  /** Every case that had been served by then, as it was served last. */
  readonly served: ReadonlyMap<number, JsonObject>;
  readonly tables: Dump;
}

/** What did not come back as it had been. */
const wrong = { cases: [] as string[], payloads: [] as string[], tables: [] as string[] };
let days: readonly Day[] = [];
let counts: Record<string, unknown> = {};

beforeAll(async () => {
  const source = startCollection(times(3, 20), times(50, 120));
  const { sync, read, rows } = await startHarness({ source, pageSize: 100 });
  const passed: Day[] = [];
  for (let day = 1; day <= DAYS; day++) {
    if (day > 1) passDay(source, day, 25);
    const { runId } = await sync({ lists: API_LISTS });
    const served = new Map(passed.at(-1)?.served);
    // A case that is in no list any more is looked up, and served all the same unless it has left.
    for (const id of [...listServed(source), ...served.keys()]) {
      const payload = source.get(id);
      if (payload !== undefined) served.set(id, payload);
    }
    passed.push({ runId: Number(runId), served, tables: read(dumpAll) });
  }
  days = passed;
  for (const day of days.filter((_, at) => isAsked(at))) {
    read((mirror) => {
      checkCases(mirror, day);
    });
    read((mirror) => {
      checkTables(mirror, day);
    });
  }
  counts =
    rows(`SELECT (SELECT count(*) FROM case_changes) AS changes,
      (SELECT count(*) FROM docket_entry_versions WHERE mirror_end_reason = 'edited') AS edited,
      (SELECT count(*) FROM docket_entry_versions WHERE mirror_end_reason = 'removed') AS removed,
      (SELECT count(DISTINCT case_id) FROM case_versions) AS cases`)[0] ?? {};
});

function checkCases(mirror: Mirror, { runId, served }: Day): void {
  const find = prepareFindCaseAsOf(mirror, runId);
  for (const [id, payload] of served) {
    const then = find(id);
    const isSame =
      then.fingerprint === fingerprint(splitPayload(payload as CasePayload)) &&
      hasSameContent(then.payload, payload);
    if (!isSame) wrong.payloads.push(`case ${id} of run ${runId}`);
  }
  const ids = mirror.sqlite.prepare<[], number>('SELECT id FROM cases').pluck().all();
  for (const id of ids.filter((one) => !served.has(one))) {
    try {
      find(id);
      wrong.cases.push(`case ${id} of run ${runId}`);
    } catch (error) {
      if ((error as { code?: string }).code !== 'CASE_NOT_MIRRORED') throw error;
    }
  }
}

function checkTables(mirror: Mirror, { runId, served, tables }: Day): void {
  queryAsOf(mirror, runId, EVERYTHING);
  const then = dumpAll(mirror);
  for (const [table, before] of Object.entries(tables)) {
    if (JSON.stringify(then[table]) !== JSON.stringify(before)) wrong.tables.push(`${table} of run ${runId}`);
  }
  const ids = mirror.sqlite.prepare<[], number>('SELECT id FROM cases ORDER BY id').pluck().all();
  if (ids.join() !== [...served.keys()].sort((a, b) => a - b).join())
    wrong.cases.push(`cases of run ${runId}`);
}

/** A question that may read every table, so that all of them can be looked at afterwards. */
const EVERYTHING = 'EXPLAIN SELECT 1';

function dumpAll(mirror: Mirror): Dump {
  return { ...toComparable(dumpData(mirror)), ...dumpLedger(mirror) };
}

describe(`after ${DAYS} days, as of ${times('every second', 'each')} of them`, () => {
  test('every case is payload for payload what was served then', () => {
    expect(wrong.payloads).toEqual([]);
  });

  test('no case is there too many, and none too few', () => {
    expect(wrong.cases).toEqual([]);
  });

  test('every table has the rows that it had then', () => {
    expect(wrong.tables).toEqual([]);
  });

  test('there was something to undo', () => {
    expect(days).toHaveLength(DAYS);
    expect(Number(counts.changes)).toBeGreaterThan(10 * DAYS);
    expect(Number(counts.edited)).toBeGreaterThan(1.6 * DAYS);
    expect(Number(counts.removed)).toBeGreaterThan(1.6 * DAYS);
    expect(Number(counts.cases)).toBeGreaterThan(times(39, 100));
  });
});
