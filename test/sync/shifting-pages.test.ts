import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Client } from '../../src/api/client.ts';
import type { ExpectedResponse } from '../../src/api/judge-response.ts';
import { ONGOING_LISTS } from '../../src/api/lists.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { SeenCases } from '../../src/sync/compare-page.ts';
import { syncList } from '../../src/sync/list-sync.ts';
import { makeCase } from '../support/make-case.ts';
import { startHarness, statusOf } from '../support/sync-harness.ts';
import { times } from '../support/times.ts';

const API = new URL('http://127.0.0.1/api/');

/** What happens to a list just before a request for one of its pages is answered. */
interface Shift {
  readonly kind: 'arrives' | 'leaves';
  /** Chooses the place, or the case. */
  readonly at: number;
}
/** The shifts before the first request, the second, and so on; after the last nothing moves. */
type Schedule = readonly (readonly Shift[])[];

/** A list that moves by a schedule while it is read in pages. Each case has a place in the order that it keeps. */
class MovingList {
  readonly #schedule: Schedule;
  readonly #pageSize: number;
  #places: { readonly id: number; readonly rank: number }[];
  #newId = 1000;
  #requests = 0;
  /** Ids that have been in the list at every request so far. */
  readonly throughout: Set<number>;
  /** Whether, since page 1 was last asked for, as many cases arrived as left between two requests. */
  exchanged = false;

  constructor(size: number, pageSize: number, schedule: Schedule) {
    this.#schedule = schedule;
    this.#pageSize = pageSize;
    this.#places = Array.from({ length: size }, (_, index) => ({ id: index + 1, rank: index }));
    this.throughout = new Set(this.#places.map(({ id }) => id));
  }

  #shift(page: number): void {
    const shifts = this.#requests === 0 ? [] : (this.#schedule[this.#requests - 1] ?? []);
    let balance = 0;
    for (const { kind, at } of shifts) {
      if (kind === 'arrives') {
        this.#places.push({ id: this.#newId++, rank: (at % 40) - 1 + 0.001 * this.#newId });
        this.#places.sort((one, other) => one.rank - other.rank);
        balance++;
      } else if (this.#places.length > 0) {
        const [gone] = this.#places.splice(at % this.#places.length, 1);
        this.throughout.delete(gone?.id ?? 0);
        balance--;
      }
    }
    if (page === 1) this.exchanged = false;
    else if (shifts.length > 1 && balance === 0) this.exchanged = true;
    this.#requests++;
  }

  respond(url: URL): ExpectedResponse {
    const page = Number(url.searchParams.get('page') ?? '1');
    this.#shift(page);
    const count = this.#places.length;
    if (count === 0) return { kind: 'empty', words: 'No results' };
    const results = this.#places.slice((page - 1) * this.#pageSize, page * this.#pageSize).map(({ id }) => ({
      rawHash: null,
      read: () => ({ payload: { id, case_ongoing: 'No' }, plain: null }),
    }));
    if (results.length === 0) return { kind: 'past-the-end' };
    const next = page * this.#pageSize < count ? `/api/cases/?case_ongoing=5020&page=${page + 1}` : null;
    return { kind: 'page', page: { count, next, results } };
  }
}

/** List syncs a moving list with the real walker, and tells what was stored. */
async function listSync(list: MovingList, requireStable: boolean) {
  const client: Client = {
    api: API,
    fetchResponse: (url) => Promise.resolve(list.respond(url)),
    traffic: () => ({ requests: 0, retries: 0, waitedMs: 0, bytes: 0 }),
    holdsToken: () => false,
    serverClock: () => undefined,
    pausedUntil: () => null,
    onPause: () => undefined,
    close: () => undefined,
    fetchRead: () => Promise.reject(new Error('No linked list is read here.')),
    isResponding: () => Promise.resolve(false),
  };
  const stored = new Set<number>();
  const store = {
    isRedacted: () => false,
    findStoredVersion: () => undefined,
    findKnownRecord: () => undefined,
    findRawHash: () => undefined,
    writePage: ({ cases }: { cases: readonly { id: number }[] }) => {
      for (const { id } of cases) stored.add(id);
    },
  };
  const report = await syncList(client, store, statusOf(5020), new SeenCases(), {
    signal: new AbortController().signal,
    maxPasses: 4,
    requireStable,
    onPage: () => undefined,
    onUnreadPage: () => undefined,
    onAnotherPass: () => undefined,
  });
  const isProven = report.outcome === 'complete' || report.outcome === 'empty';
  return { report, isProven, lost: [...list.throughout].filter((id) => !stored.has(id)) };
}

const shift: fc.Arbitrary<Shift> = fc.record({
  kind: fc.constantFrom('arrives', 'leaves'),
  at: fc.nat(40),
});
const schedules = fc.record({
  size: fc.integer({ min: 0, max: 14 }),
  pageSize: fc.integer({ min: 1, max: 5 }),
  schedule: fc.array(fc.array(shift, { maxLength: 3 }), { maxLength: 16 }),
});

describe('a list that changes between the requests of its pages', () => {
  test('with --require-stable, either each case that was always in the list is stored, or the list is not complete', async () => {
    let proven = 0;
    await fc.assert(
      fc.asyncProperty(schedules, async ({ size, pageSize, schedule }) => {
        const { isProven, lost } = await listSync(new MovingList(size, pageSize, schedule), true);
        if (isProven) {
          proven++;
          expect(lost).toEqual([]);
        }
      }),
      { numRuns: times(150, 5000) },
    );
    expect(proven).toBeGreaterThan(times(5, 500));
  });

  test('without it the same holds, unless equally many cases came and went between the same two requests', async () => {
    let proven = 0;
    await fc.assert(
      fc.asyncProperty(schedules, async ({ size, pageSize, schedule }) => {
        const list = new MovingList(size, pageSize, schedule);
        const { isProven, lost } = await listSync(list, false);
        if (isProven && !list.exchanged) {
          proven++;
          expect(lost).toEqual([]);
        }
      }),
      { numRuns: times(200, 7500) },
    );
    expect(proven).toBeGreaterThan(times(20, 1500));
  });

  test('counts cannot show such an exchange, but --require-stable does', async () => {
    const exchange: Schedule = [
      [
        { kind: 'leaves', at: 0 },
        { kind: 'arrives', at: 39 },
      ],
    ];
    const byCounts = await listSync(new MovingList(6, 2, exchange), false);
    expect(byCounts).toMatchObject({ isProven: true, lost: [3] });
    const confirmed = await listSync(new MovingList(6, 2, exchange), true);
    expect(confirmed).toMatchObject({ isProven: true, lost: [], report: { figures: { passes: 3 } } });
  });

  test('a list that never stops changing is not complete', async () => {
    const restless: Schedule = Array.from({ length: 60 }, () => [{ kind: 'arrives', at: 3 }]);
    const { report } = await listSync(new MovingList(8, 2, restless), false);
    expect(report).toMatchObject({
      outcome: 'partial',
      error: { code: 'COUNT_MISMATCH' },
      figures: { passes: 4 },
    });
  });
});

describe('on a real server and in a real file', () => {
  const happenings = fc.array(
    fc.record({
      kind: fc.constantFrom('insert', 'remove', 'move'),
      id: fc.integer({ min: 1, max: 40 }),
      label: fc.constantFrom(...ONGOING_LISTS.map(({ label }) => label)),
      before: fc.integer({ min: 2, max: 24 }),
    }),
    { maxLength: 6 },
  );

  /** A few random draws may lack a kind. */
  const EVERY_KIND = [
    { kind: 'insert' as const, id: 2, label: ONGOING_LISTS[0].label, before: 2 },
    { kind: 'move' as const, id: 3, label: ONGOING_LISTS[1].label, before: 3 },
    { kind: 'move' as const, id: 5, label: ONGOING_LISTS[2].label, before: 4 },
    { kind: 'remove' as const, id: 7, label: ONGOING_LISTS[0].label, before: 4 },
  ];

  test('a case that moves between lists during a run is stored, seen twice, or found the next day', async () => {
    await fc.assert(
      fc.asyncProperty(happenings, async (events) => {
        const labelOf = (id: number): string => ONGOING_LISTS[(id % 2) as 0 | 1].label;
        const source = recordedCases(
          Array.from({ length: 20 }, (_, at) => makeCase({ id: at + 1, case_ongoing: labelOf(at + 1) })),
        );
        let isSecondDay = false;
        const untouched = source.ids().filter((id) => !events.some((event) => event.id === id));
        const { sync, rows } = await startHarness({
          source,
          pageSize: 3,
          beforePage: ({ number }) => {
            if (isSecondDay) return;
            for (const { kind, id, label } of events.filter(({ before }) => before === number)) {
              if (kind === 'remove') source.remove(id);
              else if (kind === 'insert') source.put(makeCase({ id: id + 100, case_ongoing: label }));
              else if (source.get(id) !== undefined)
                source.edit(id, (record) => ({ ...record, case_ongoing: label }));
            }
          },
        });
        const report = await sync();
        const stored = new Set(rows('SELECT id FROM cases').map(({ id }) => id));
        for (const { list, outcome, figures } of report.lists) {
          if (outcome !== 'complete' && outcome !== 'empty') continue;
          expect(figures.cases_last_pass).toBe(figures.count_last);
          const exchanged = new Set(events.map(({ before }) => before)).size < events.length;
          const there = untouched.filter((id) => labelOf(id) === list.label);
          if (!exchanged) expect(there.filter((id) => !stored.has(id))).toEqual([]);
        }
        expect(rows('SELECT * FROM mirror_moved_cases WHERE from_list_id = to_list_id')).toEqual([]);
        isSecondDay = true;
        await sync();
        expect(
          rows('SELECT id, case_ongoing FROM cases WHERE mirror_departed_run_id IS NULL ORDER BY id'),
        ).toEqual(source.ids().map((id) => ({ id, case_ongoing: source.get(id)?.case_ongoing })));
      }),
      { examples: [[EVERY_KIND]], numRuns: times(4, 100) },
    );
  });

  test('a case seen in two lists in one run belongs to the later list, and the run log has both', async () => {
    const source = recordedCases([1, 2, 3].map((id) => makeCase({ id, case_ongoing: 'No' })));
    const { sync, rows } = await startHarness({
      source,
      beforePage: ({ filters }) => {
        if (filters.case_ongoing === 5021) source.edit(2, (record) => ({ ...record, case_ongoing: 'Yes' }));
      },
    });
    expect(await sync()).toMatchObject({ outcome: 'complete' });
    expect(rows('SELECT run_id, case_id, from_list_id, to_list_id FROM mirror_moved_cases')).toEqual([
      { run_id: 1, case_id: 2, from_list_id: 5020, to_list_id: 5021 },
    ]);
    expect(rows('SELECT case_ongoing, mirror_list_id FROM cases WHERE id = 2')).toEqual([
      { case_ongoing: 'Yes', mirror_list_id: 5021 },
    ]);
  });
});
