import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { recordedCases } from '../../../fake-api/collection/recorded-cases.ts';
import type { CaseCollection } from '../../../fake-api/collection/collection.ts';
import { always, firstTries, linkedList, once } from '../../../fake-api/serve/faults.ts';
import type { HarnessOptions } from '../../support/sync-harness.ts';
import { makeCase } from '../../support/make-case.ts';
import { makeDocument } from '../../support/make-document.ts';
import { takeWriterLock } from '../../../src/db/lock.ts';
import { openMirror } from '../../../src/db/open-mirror.ts';
import { MirrorError } from '../../../src/errors/mirror-error.ts';
import { type LinkedHarness, listOf, startLinkedHarness } from './linked-harness.ts';

/** Cases with ids from 1; case N has document N0, and case 1 has two more. */
function collection(size: number): CaseCollection {
  const source = recordedCases(Array.from({ length: size }, (_, at) => makeCase({ id: at + 1 })));
  for (let id = 1; id <= size; id++) source.linked.putDocument(id, makeDocument({ id: id * 10 }));
  for (const id of [11, 12]) source.linked.putDocument(1, makeDocument({ id }));
  return source;
}

/** The mirror of each size, in which one run has read the cases. */
const synced = new Map<number, Buffer>();

async function start(size: number, options: Partial<HarnessOptions> = {}): Promise<LinkedHarness> {
  const mirror = synced.get(size);
  const harness = await startLinkedHarness({
    source: collection(size),
    ...(mirror !== undefined && { mirror }),
    ...options,
  });
  if (mirror === undefined) {
    await harness.sync();
    synced.set(size, readFileSync(harness.database));
  }
  harness.asked();
  return harness;
}

const stateOf = ({ rows }: LinkedHarness, caseId: number, kind = 'documents') =>
  rows(`SELECT * FROM linked_lists WHERE case_id = ${caseId} AND kind = '${kind}'`)[0];

const SORRY = { kind: 'status', status: 500 } as const;

describe('a pass over linked lists', () => {
  test('reads every list within its budget, and stores what each holds', async () => {
    const harness = await start(4);
    const report = await harness.pass('100');
    expect(report).toMatchObject({ outcome: 'complete', error: null, due: 12, left: 0 });
    expect(report.sums).toMatchObject({ lists_read: 12, lists_failed: 0, lists_empty: 4, requests: 12 });
    expect(harness.rows('SELECT id FROM documents ORDER BY id').map(({ id }) => id)).toEqual([
      10, 11, 12, 20, 30, 40,
    ]);
    expect(harness.rows('SELECT outcome, requests, lists_read FROM linked_passes')).toEqual([
      { outcome: 'complete', requests: 12, lists_read: 12 },
    ]);
    expect(harness.asked()).toHaveLength(12);
  });

  test('ends when its budget is spent, as a normal end, and the next night goes on with the rest', async () => {
    const harness = await start(4);
    expect(await harness.pass('5')).toMatchObject({ outcome: 'budget', error: null, due: 12, left: 7 });
    const first = harness.asked();
    await harness.nextNight();
    expect((await harness.pass('7')).sums.lists_read).toBe(7);
    expect(new Set([...first, ...harness.asked()]).size).toBe(12);
    expect(harness.rows('SELECT count(*) AS n FROM linked_lists WHERE read_at IS NOT NULL')).toEqual([
      { n: 12 },
    ]);
  });

  test('finishes a list whose redirects exceed the budget, so that every list is read in the end', async () => {
    const harness = await start(1, { faults: firstTries(2, { kind: 'redirect' }, linkedList()) });
    for (let night = 1; night <= 3; night++) {
      await harness.nextNight();
      expect((await harness.pass('1')).sums).toMatchObject({ lists_read: 1, lists_failed: 0, requests: 3 });
    }
    expect(harness.rows('SELECT count(*) AS n FROM linked_lists WHERE read_at IS NOT NULL')).toEqual([
      { n: 3 },
    ]);
  });

  test('leaves the run of the cases as it was: its outcome, its figures, its end', async () => {
    const harness = await start(2, { faults: always(SORRY, linkedList()) });
    const before = harness.rows('SELECT * FROM sync_runs');
    expect((await harness.pass('100')).sums.lists_failed).toBe(6);
    expect(harness.rows('SELECT * FROM sync_runs')).toEqual(before);
  });

  test('counts every request, including retries', async () => {
    const harness = await start(1, { faults: always(SORRY, listOf(1, 'documents')) });
    const { sums } = await harness.pass('100');
    expect(sums).toMatchObject({ requests: 5, retries: 2, lists_failed: 1, lists_read: 2 });
    expect(harness.asked()).toHaveLength(5);
  });

  test('does not exceed its budget by the retries of a list that fails', async () => {
    const harness = await start(4, { faults: always(SORRY, linkedList()) });
    expect((await harness.pass('4')).sums.requests).toBe(4);
    expect(harness.asked()).toHaveLength(4);
  });

  test('finishes a list that it began, even if the list is larger than the whole budget', async () => {
    const harness = await start(1, { linked: { documents: { pageSize: 1 } } });
    const { sums, outcome } = await harness.pass('1');
    expect([outcome, sums.lists_read, sums.requests]).toEqual(['budget', 1, 4]);
    expect(stateOf(harness, 1)).toMatchObject({ records: 3, pages: 3 });
    await harness.nextNight();
    await harness.pass('1');
    expect(harness.rows('SELECT count(*) AS n FROM linked_lists')).toEqual([{ n: 2 }]);
  });

  test('retries each page of a list that it began, even if its budget is spent', async () => {
    const faults = firstTries(1, SORRY, linkedList());
    const harness = await start(1, { linked: { documents: { pageSize: 1 } }, faults });
    const { sums } = await harness.pass('2');
    expect(sums).toMatchObject({ lists_read: 1, lists_failed: 0, requests: 7, retries: 3 }); // page 1 three times
  });

  test('ends after the minutes of its budget', async () => {
    const harness = await start(4);
    const report = await harness.pass('100,1m', { settings: { delayMs: '20000' } });
    expect([report.outcome, report.sums.lists_read]).toEqual(['budget', 3]);
  });

  test('begins no list after the next run is due', async () => {
    const harness = await start(4);
    const endsBy = new Date(harness.runtime.now().getTime() + 60_000);
    const { outcome, sums } = await harness.pass('100', { settings: { delayMs: '20000' }, endsBy });
    expect([outcome, sums.lists_read]).toEqual(['budget', 3]);
  });

  test('with "all" reads every list, even if it was read or failed today', async () => {
    const harness = await start(2, { faults: once(SORRY, listOf(1, 'dockets')) });
    await harness.pass('100', { settings: { maxAttempts: '1' } });
    harness.asked();
    expect((await harness.pass('100')).sums.requests).toBe(0);
    expect(await harness.pass('all')).toMatchObject({ outcome: 'complete', left: 0 });
    expect(harness.asked()).toHaveLength(6);
  });

  test('reads the lists of a case that changed, although they were read the night before', async () => {
    const harness = await start(3);
    await harness.pass('100');
    harness.fakeApi.source.edit(2, (record) => ({ ...record, name: 'Another name' }));
    await harness.nextNight();
    harness.asked();
    await harness.pass('3');
    expect(harness.asked().toSorted()).toContain('2/documents/');
  });

  test('finds a document that was added to a case that never changes, even below the newest ones', async () => {
    const harness = await start(3, { pageSize: 1 });
    await harness.pass('100');
    for (const [caseId, id] of [[3, 31] as const, [2, 5] as const])
      harness.fakeApi.source.linked.putDocument(caseId, makeDocument({ id }));
    await harness.nextNight();
    expect((await harness.pass('100')).sums).toMatchObject({ records_new: 2, records_gone: 0 });
  });

  test('sends requests to the configured origin only, whatever addresses the payload names, and records how they differ', async () => {
    const harness = await start(1);
    await harness.pass('100');
    expect(harness.asked().toSorted()).toEqual(['1/dockets/', '1/documents/', '1/resources/']);
    const drift = harness.rows(`SELECT field FROM schema_drift WHERE field LIKE '%url' ORDER BY field`);
    expect(drift.map(({ field }) => field)).toContain('case_documents_url');
  });
});

describe('a list that fails', () => {
  const html = '<!doctype html><title>Nothing here</title>';
  test.each([
    ['LINKED_LIST_REFUSED', { kind: 'status', status: 401, body: { detail: 'Invalid token.' } }],
    ['LINKED_LIST_REFUSED', { kind: 'status', status: 403, body: { detail: 'Sealed.' } }],
    ['BLOCKED_BY_INTERMEDIARY', { kind: 'status', status: 403, body: html }],
    ['NOT_FOUND', { kind: 'status', status: 404, body: html }],
    ['SERVER_ERROR', { kind: 'html' }],
    ['SERVER_ERROR', { kind: 'status', status: 503 }],
    ['NETWORK_FAILED', { kind: 'reset', at: 'in-body' }],
  ] as const)('with %s (%j) costs only itself, and is on record', async (code, fault) => {
    const harness = await start(3, { faults: always(fault, listOf(2, 'documents')) });
    const report = await harness.pass('100');
    expect([report.outcome, report.sums.lists_read, report.sums.lists_failed]).toEqual(['complete', 8, 1]);
    expect(report.failures).toMatchObject([{ caseId: 2, kind: 'documents', error: { code } }]);
    expect(stateOf(harness, 2)).toMatchObject({
      failures: 1,
      error_code: code,
      read_at: null,
      records: null,
    });
  });

  test('keeps what is known of it, and is requested again after a pause', async () => {
    let faulty = false;
    const harness = await start(2, {
      faults: ({ route }) =>
        faulty && route.kind === 'linked' ? { kind: 'status', status: 500 } : undefined,
    });
    await harness.pass('all');
    const { rows } = harness;
    const read = stateOf(harness, 2);
    await harness.nextNight();
    faulty = true;
    await harness.pass('all', { settings: { maxAttempts: '1' } });
    faulty = false;
    expect(stateOf(harness, 2)).toMatchObject({
      failures: 1,
      read_at: read?.read_at,
      records: 1,
      error_code: 'SERVER_ERROR',
    });
    expect(rows('SELECT count(*) AS n FROM documents')).toEqual([{ n: 4 }]);
    await harness.nextNight();
    await harness.pass('all');
    expect(stateOf(harness, 2)).toMatchObject({ failures: 0, error_code: null, pause_until: null });
  });

  test('is named in the report if it is among the first; later ones are only counted', async () => {
    const harness = await start(9, { faults: always(SORRY, linkedList('documents')) });
    const report = await harness.pass('100', { settings: { maxAttempts: '1' } });
    expect([report.sums.lists_failed, report.failures.length]).toEqual([9, 5]);
  });
});

describe('a failure of more than one list', () => {
  const refused = { kind: 'status', status: 401, body: { detail: 'Invalid token.' } } as const;

  test('a token that the API refuses everywhere ends the pass after five lists, and the run stays complete', async () => {
    let isRefused = false;
    const harness = await start(9, { faults: () => (isRefused ? refused : undefined) });
    isRefused = true;
    const report = await harness.pass('100');
    expect(report).toMatchObject({ outcome: 'failed', error: { code: 'UNAUTHORIZED' } });
    expect(report.sums.lists_failed).toBe(5);
    expect(harness.rows('SELECT outcome FROM sync_runs')).toEqual([{ outcome: 'complete' }]);
    expect(harness.rows('SELECT outcome, error_code FROM linked_passes')).toEqual([
      { outcome: 'failed', error_code: 'UNAUTHORIZED' },
    ]);
  });

  test('lists that are refused in a row do not end the pass as long as the API accepts the token', async () => {
    const harness = await start(9, {
      faults: (request) =>
        request.route.kind === 'linked' && request.route.caseId <= 5 ? refused : undefined,
    });
    const report = await harness.pass('100');
    expect([report.outcome, report.sums.lists_failed, report.sums.lists_read]).toEqual(['complete', 15, 12]);
  });

  test.each([
    ['100', 6],
    ['4', 4],
  ])(
    'the failure of every list that was requested is that of the pass (budget %s)',
    async (budget, lists) => {
      const odd = { kind: 'status', status: 200, body: { unexpected: true } } as const;
      const harness = await start(2, { faults: always(odd, ({ route }) => route.kind === 'linked') });
      const report = await harness.pass(budget, { settings: { maxAttempts: '1' } });
      expect(report).toMatchObject({
        outcome: 'failed',
        sums: { lists_read: 0, lists_failed: lists },
        error: { code: 'RESPONSE_UNEXPECTED', exit: 'contract' },
      });
    },
  );

  test.each([
    ['stops responding', 'after ten lists', false, 10, 'NETWORK_FAILED'],
    ['accepts no connection', 'after the first', true, 1, 'HOST_UNREACHABLE'],
  ])('a server that %s ends the pass %s', async (_, __, isClosed, failed, code) => {
    const silent = { kind: 'reset', at: 'before-head' } as const;
    let isSilent = false;
    const harness = await start(9, { faults: () => (isSilent ? silent : undefined) });
    isSilent = true;
    if (isClosed) await harness.fakeApi.close();
    const report = await harness.pass('100', { settings: { maxAttempts: '1' } });
    expect([report.outcome, report.sums.lists_failed]).toEqual(['failed', failed]);
    expect(report.error?.code).toBe(code);
  });

  test.each([
    [429, {}],
    [503, {}],
    [500, {}],
    [403, { detail: 'No.' }],
  ])(
    'a Retry-After of a %d that is too long ends the pass, and delays linked lists only',
    async (status, body) => {
      const slow = { kind: 'status', status, headers: { 'retry-after': '43200' }, body } as const;
      let isSlow = true;
      // Of its own mirror: the pause belongs to the address of the run before it.
      const harness = await startLinkedHarness({
        source: collection(3),
        faults: (request) => (isSlow && request.route.kind === 'linked' ? slow : undefined),
      });
      await harness.sync();
      const report = await harness.pass('100');
      expect(report).toMatchObject({ outcome: 'budget', error: { code: 'RETRY_AFTER_TOO_LONG' } });
      isSlow = false;
      harness.asked();
      expect(await harness.tryPass('100')).toEqual({
        skipped: expect.stringContaining('allows no request before') as unknown,
      });
      expect(harness.asked()).toEqual([]);
      expect((await harness.sync()).outcome).toBe('complete');
      await harness.nextNight();
      expect((await harness.pass('100')).sums.lists_read).toBe(9);
    },
  );

  test.each([
    ['a Retry-After of more than a day', { 'retry-after': '90000' }, {}],
    ['one that exceeds the minutes of the budget', { 'retry-after': '1800' }, { retryAfterMaxMs: '3600000' }],
  ])('a list that ends every pass with %s lets all others be read', async (_why, headers, settings) => {
    const harness = await start(3, {
      faults: always({ kind: 'status', status: 503, headers, body: {} }, listOf(1, 'documents')),
    });
    for (let night = 1; night <= 10; night++) {
      await harness.nextNight();
      await harness.tryPass('100,20m', { settings });
    }
    expect(
      harness.rows('SELECT case_id, kind, failures > 0 AS fails FROM linked_lists WHERE read_at IS NULL'),
    ).toEqual([{ case_id: 1, kind: 'documents', fails: 1 }]);
    expect(harness.rows('SELECT count(*) AS n FROM linked_lists')).toEqual([{ n: 9 }]);
  });

  test('a kind that is a 404 for every case is skipped after twenty lists, and the report names it', async () => {
    const harness = await start(25, {
      faults: always(
        { kind: 'status', status: 404, body: { detail: 'Not found.' } },
        linkedList('resources'),
      ),
    });
    const report = await harness.pass('1000');
    expect(report.notOffered).toEqual(['resources']);
    expect(harness.asked().filter((path) => path.includes('resources'))).toHaveLength(20);
    expect(report.sums.lists_read).toBe(70);
  });
});

describe('the end of a pass', () => {
  test('a signal ends it after the current list, and what was read stays', async () => {
    const stop = new AbortController();
    const reason = new MirrorError('INTERRUPTED', 'Interrupted.');
    const harness = await start(4);
    const report = await harness.pass('100', {
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === 'linked-read' && event.sums.lists_read === 3) stop.abort(reason);
      },
    });
    expect([report.outcome, report.error, report.sums.lists_read]).toEqual(['interrupted', reason, 3]);
    expect(harness.rows('SELECT count(*) AS n FROM linked_lists')).toEqual([{ n: 3 }]);
    expect(harness.rows('SELECT outcome FROM linked_passes')).toEqual([{ outcome: 'interrupted' }]);
  });

  test('a pass whose process died is recorded as died by the next one', async () => {
    const harness = await start(2);
    await harness.pass('2');
    const mirror = openMirror(harness.database);
    mirror.sqlite.prepare(`UPDATE linked_passes SET outcome = 'running', ended_at = NULL`).run();
    mirror.close();
    const died: unknown[] = [];
    await harness.pass('2', {
      onEvent: (event) => {
        if (event.type === 'died') died.push(event);
      },
    });
    expect(died).toEqual([{ type: 'died', log: 'linked_passes', id: 1 }]);
    expect(harness.rows('SELECT outcome, lists_read FROM linked_passes ORDER BY id')).toEqual([
      { outcome: 'died', lists_read: 2 },
      { outcome: 'budget', lists_read: 2 },
    ]);
  });

  test('a pass does not begin after a run that failed, nor while another process writes', async () => {
    const harness = await startLinkedHarness({ source: collection(2) });
    expect(await harness.tryPass('9')).toEqual({ skipped: 'No run has read the cases yet.' });
    await harness.sync({ token: 'wrong' });
    expect(await harness.tryPass('9')).toEqual({ skipped: 'Run 1: failed.' });
    await harness.sync();
    const lock = takeWriterLock(harness.database);
    expect(await harness.tryPass('9')).toMatchObject({
      skipped: expect.stringContaining('writing') as unknown,
    });
    lock.release();
    expect(harness.asked()).toEqual([]);
  });
});
