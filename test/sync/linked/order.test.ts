import { describe, expect, test } from '@jest/globals';
import { LINKED_KINDS, type LinkedKind } from '../../../src/api/linked-fields.ts';
import { prepareRecordFailure, listDue, listKindStates, toPauseEnd } from '../../../src/db/linked/queue.ts';
import type { Mirror } from '../../../src/db/open-mirror.ts';
import { Turns } from '../../../src/sync/linked/order.ts';
import { openEmptyMirror } from '../../support/open-empty-mirror.ts';

const NIGHT_MS = 24 * 60 * 60 * 1000;
const START = Date.parse('2030-01-01T03:17:00Z');

interface Night {
  readonly at: Date;
  readonly runId: number;
  readonly read: readonly string[];
  readonly failed: readonly string[];
  readonly requests: number;
}

/** A mirror whose linked lists are read in nights, with the real queue and lists that need no network. */
class Nights {
  readonly mirror: Mirror = openEmptyMirror();
  #number = 0;
  readonly #template: Record<string, unknown>;

  constructor(caseCount: number) {
    const { sqlite } = this.mirror;
    this.#beginRun();
    const columns = sqlite.prepare<[], { name: string; notnull: number; type: string }>(
      `SELECT name, "notnull", type FROM pragma_table_info('cases')`,
    );
    this.#template = Object.fromEntries(
      columns
        .all()
        .filter(({ notnull }) => notnull === 1)
        .map(({ name, type }) => [name, type === 'INTEGER' || type === 'integer' ? 1 : '{}']),
    );
    this.addCases(1, caseCount);
  }

  #beginRun(): number {
    this.mirror.sqlite
      .prepare(
        `INSERT INTO sync_runs (outcome, started_at, "trigger", version, api_url, process_id)
         VALUES ('complete', ?, 'nightly', 'test', 'https://a.example/', 1)`,
      )
      .run(this.now.toISOString());
    return ++this.#number;
  }

  get now(): Date {
    return new Date(START + this.#number * NIGHT_MS);
  }

  addCases(first: number, count: number): void {
    const { sqlite } = this.mirror;
    sqlite.prepare(`INSERT OR IGNORE INTO lists (id, label) VALUES (1, 'one')`).run();
    const run = this.#number;
    const row = { ...this.#template, mirror_first_run_id: run, mirror_changed_run_id: run };
    const names = ['id', ...Object.keys(row).filter((name) => name !== 'id')];
    const insert = sqlite.prepare(
      `INSERT INTO cases (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`,
    );
    sqlite.transaction(() => {
      for (let id = first; id < first + count; id++) insert.run({ ...row, id });
    })();
  }

  changeCases(where: string): void {
    this.mirror.sqlite.prepare(`UPDATE cases SET mirror_changed_run_id = ? WHERE ${where}`).run(this.#number);
  }

  /** One night: a run, then a pass of so many requests. `cost` is 1 by default; `fails` decides which lists fail. */
  pass(
    budget: number,
    {
      change = () => undefined,
      fails = () => false,
      cost = () => 1,
    }: {
      change?: () => void;
      fails?: (caseId: number, kind: LinkedKind) => boolean;
      cost?: (caseId: number, kind: LinkedKind) => number;
    } = {},
  ): Night {
    const runId = this.#beginRun();
    change();
    const at = this.now;
    const { sqlite } = this.mirror;
    const passId = sqlite
      .prepare(
        `INSERT INTO linked_passes (run_id, outcome, started_at, process_id) VALUES (?, 'complete', ?, 1)`,
      )
      .run(runId, at.toISOString()).lastInsertRowid;
    expect(passId).toBeGreaterThan(0);
    const turns = new Turns(listDue(this.mirror, { runId, now: at, isAll: false }));
    const recordFailure = prepareRecordFailure(this.mirror);
    const recordRead = sqlite.prepare(
      `INSERT INTO linked_lists (case_id, kind, attempted_at, attempted_run_id, read_at, read_run_id, first_read_run_id, records)
       VALUES (@caseId, @kind, @at, @runId, @at, @runId, @runId, 1)
       ON CONFLICT (case_id, kind) DO UPDATE SET attempted_at = @at, attempted_run_id = @runId, read_at = @at,
         read_run_id = @runId, failures = 0, pause_until = NULL`,
    );
    const [read, failed]: [string[], string[]] = [[], []];
    let requests = 0;
    sqlite.transaction(() => {
      for (let turn = turns.next(); turn !== null && requests < budget; turn = turns.next()) {
        const { caseId, kind } = turn;
        const spent = cost(caseId, kind);
        requests += spent;
        turns.charge(spent);
        if (fails(caseId, kind)) {
          failed.push(`${caseId} ${kind}`);
          recordFailure({ caseId, kind, runId, at }, { code: 'SERVER_ERROR', message: 'status 500' });
        } else {
          read.push(`${caseId} ${kind}`);
          recordRead.run({ caseId, kind, runId, at: at.toISOString() });
        }
      }
    })();
    return { at, runId, read, failed, requests };
  }

  countNeverRead(): number {
    return listKindStates(this.mirror).reduce((total, { never_read }) => total + never_read, 0);
  }
}

const CASES = 300;
const LISTS = CASES * LINKED_KINDS.length;
const BUDGET = 250;

describe('the order of linked lists over many nights', () => {
  test('the first fill stays within the budget: every list is read within a few nights, and each kind every night', () => {
    const nights = new Nights(CASES);
    for (let night = 0; night < 4; night++) {
      expect(nights.countNeverRead()).toBe(Math.max(0, LISTS - night * BUDGET));
      const { requests, read } = nights.pass(BUDGET);
      expect(requests).toBe(BUDGET);
      for (const kind of LINKED_KINDS) expect(read.some((one) => one.endsWith(kind))).toBe(true);
    }
    expect(nights.countNeverRead()).toBe(0);
  });

  test('over 40 nights no list waits longer than a round with half of the budget, whatever changes', () => {
    const nights = new Nights(CASES);
    const lastRead = new Map<string, number>();
    let oldest = 0;
    for (let night = 1; night <= 40; night++) {
      // Each night as many cases change as the whole budget can read.
      const { read, requests } = nights.pass(BUDGET, {
        change: () => {
          nights.changeCases(`id % 3 = ${night % 3}`);
        },
      });
      expect(requests).toBe(BUDGET);
      for (const one of read) lastRead.set(one, night);
      if (night > 10) oldest = Math.max(oldest, ...[...lastRead.values()].map((at) => night - at));
    }
    expect(lastRead.size).toBe(LISTS);
    expect(oldest).toBeLessThanOrEqual(Math.ceil(LISTS / (BUDGET / 2)));
  });

  test('a list that always fails never delays others, and its pauses grow to 30 nights', () => {
    const nights = new Nights(CASES);
    const attempts: number[] = [];
    for (let night = 1; night <= 40; night++) {
      const { failed, read } = nights.pass(BUDGET, { fails: (caseId) => caseId <= 50 });
      attempts.push(failed.filter((one) => one === '7 documents').length);
      expect(read.length + failed.length).toBe(BUDGET);
    }
    expect(nights.countNeverRead()).toBe(150);
    const at = attempts.flatMap((count, night) => (count > 0 ? [night] : []));
    const gaps = at.slice(1).map((night, place) => night - (at[place] ?? 0));
    expect(at[0]).toBe(0);
    for (const [place, gap] of gaps.entries()) expect(gap).toBeGreaterThanOrEqual(2 ** place);
    expect(Math.max(...gaps)).toBeGreaterThanOrEqual(8);
    expect(at.length).toBeLessThanOrEqual(7);
  });

  test('if all lists fail, each is attempted in turn, and those that recover are read', () => {
    const nights = new Nights(CASES);
    for (let night = 1; night <= 8; night++) nights.pass(BUDGET, { fails: () => true });
    for (let night = 1; night <= 16; night++) nights.pass(BUDGET);
    expect(nights.countNeverRead()).toBe(0);
  });

  test('a night in which all cases change does not exceed the budget and does not stop the round', () => {
    const nights = new Nights(CASES);
    for (let night = 1; night <= 8; night++) nights.pass(BUDGET);
    const { requests } = nights.pass(BUDGET, {
      change: () => {
        nights.changeCases('true');
      },
    });
    expect(requests).toBe(BUDGET);
    const seen = new Set<string>();
    for (let night = 1; night <= 4; night++) for (const one of nights.pass(BUDGET).read) seen.add(one);
    expect(seen.size).toBeGreaterThan(LISTS - BUDGET);
  });

  test('the lists of a new and of a changed case are read in the same night, before the backlog', () => {
    const nights = new Nights(CASES);
    nights.pass(BUDGET);
    const { read } = nights.pass(60, {
      change: () => {
        nights.addCases(9001, 1);
        nights.changeCases('id = 299');
      },
    });
    for (const kind of LINKED_KINDS) {
      expect(read).toContain(`9001 ${kind}`);
      expect(read).toContain(`299 ${kind}`);
    }
  });

  test('a list is read again although its case never changes', () => {
    const nights = new Nights(10);
    expect(nights.pass(BUDGET).read).toContain('3 documents');
    expect(nights.pass(BUDGET).read).toContain('3 documents');
  });

  test('a kind that needs many requests for each list does not delay the other kinds', () => {
    const nights = new Nights(CASES);
    const { read } = nights.pass(BUDGET, { cost: (_id, kind) => (kind === 'documents' ? 10 : 1) });
    const count = (kind: LinkedKind): number => read.filter((one) => one.endsWith(kind)).length;
    expect(count('documents')).toBeLessThanOrEqual(12);
    expect(count('resources')).toBeGreaterThan(50);
  });

  test('a clock that was ahead delays no list', () => {
    const nights = new Nights(10);
    nights.pass(BUDGET);
    nights.mirror.sqlite
      .prepare(
        `UPDATE linked_lists SET attempted_at = '2099-01-01T00:00:00.000Z', pause_until = '2099-02-01T00:00:00.000Z'`,
      )
      .run();
    expect(nights.pass(BUDGET).read).toHaveLength(30);
  });

  test('a departed case is left out', () => {
    const nights = new Nights(2);
    nights.mirror.sqlite.prepare('UPDATE cases SET mirror_departed_run_id = 1 WHERE id = 2').run();
    expect(nights.pass(BUDGET).read).toHaveLength(3);
  });
});

test('the pause after a failure is 1, 2, 4, 8, 16 nights, and then 30', () => {
  const at = new Date('2030-01-01T03:17:00Z');
  const nights = [1, 2, 3, 4, 5, 6, 60].map((failures) =>
    Math.ceil((toPauseEnd(failures, at).getTime() - at.getTime()) / NIGHT_MS),
  );
  expect(nights).toEqual([1, 2, 4, 8, 16, 30, 30]);
});
