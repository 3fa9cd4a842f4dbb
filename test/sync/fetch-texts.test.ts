import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { always, firstTries, once, textOf, type Fault, type FaultRule } from '../../fake-api/serve/faults.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { openMirror } from '../../src/db/open-mirror.ts';
import { verifyFile } from '../support/eventful-mirror.ts';
import { runCli, type CliResult } from '../support/command-line.ts';
import { makeCase } from '../support/make-case.ts';
import { insertDocument, makeDocument } from '../support/linked-rows.ts';
import { startHarness } from '../support/sync-harness.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

interface Paper {
  readonly id: number;
  readonly text?: string | null;
  readonly caseId?: number;
  readonly fields?: JsonObject;
}

const CASES = [makeCase({ id: 1 }), makeCase({ id: 2 })];
/** A mirror of these cases, synced once for all tests. */
let synced: Buffer | undefined;

/** A mirror of cases 1 and 2 with these documents, and the API that has their texts. */
async function start(
  papers: readonly Paper[],
  faults: FaultRule | readonly FaultRule[] = [],
  cases: JsonObject[] = CASES,
) {
  const source = recordedCases(cases);
  const mirror = cases === CASES ? synced : undefined;
  const harness = await startHarness({ source, faults, ...(mirror !== undefined && { mirror }) });
  if (mirror === undefined) await harness.sync();
  if (cases === CASES) synced ??= readFileSync(harness.database);
  const write = (use: (sqlite: ReturnType<typeof openMirror>['sqlite']) => void): void => {
    const mirror = openMirror(harness.database);
    try {
      use(mirror.sqlite);
    } finally {
      mirror.close();
    }
  };
  write((sqlite) => {
    for (const { id, text = `Text of ${id}`, caseId = 1, fields = {} } of papers) {
      const document = makeDocument({ id, has_text: text !== null, ...fields });
      source.linked.putDocument(caseId, document, text);
      insertDocument(sqlite, document, caseId);
    }
  });
  let shift = 0;
  const runtime = { ...harness.runtime, now: () => new Date(harness.runtime.now().getTime() + shift) };
  const fetchTexts = (...args: string[]): Promise<CliResult> =>
    runCli(['fetch-texts', ...args], { env: harness.env, runtime });
  return {
    ...harness,
    source,
    write,
    fetchTexts,
    json: async (...args: string[]) =>
      JSON.parse((await fetchTexts('--json', ...args)).stdout) as Record<string, never>,
    wait: (days: number) => {
      shift += days * DAY_MS;
    },
    asked: () =>
      harness.fakeApi.requests.flatMap(({ url }) =>
        [...url.matchAll(/documents\/(\d+)\/text/g)].map(([, id]) => Number(id)),
      ),
    states: () =>
      harness.rows('SELECT document_id, outcome, failures FROM document_texts ORDER BY document_id'),
    texts: () =>
      harness.rows(
        'SELECT document_id, value FROM document_texts JOIN texts ON texts.mirror_id = text_id ORDER BY document_id',
      ),
  };
}

describe('fetching texts', () => {
  test('finishes a text whose redirects exceed the budget, so that the others get their turn', async () => {
    const { json, states } = await start(
      [{ id: 11 }, { id: 12 }],
      [firstTries(2, { kind: 'redirect' }, textOf(11)), firstTries(2, { kind: 'redirect' }, textOf(12))],
    );
    for (const outcome of ['budget', 'complete'])
      expect(await json('--budget', '1')).toMatchObject({ outcome, pass: { texts: 1, requests: 3 } });
    expect(states()).toMatchObject([{ outcome: 'text' }, { outcome: 'text' }]);
  });

  test('stores the text of each public document, and reports its requests and bytes', async () => {
    const { fetchTexts, texts, rows } = await start([
      { id: 11, text: 'It is so ordered. § 1983' },
      { id: 12, text: null },
      { id: 13, text: ' \n ' },
      { id: 14, text: 'Not for you', fields: { document_status: 'Deleted' } },
    ]);
    const { exitCode, stdout, stderr } = await fetchTexts();
    expect(exitCode).toBe(0);
    expect(stderr).toContain('Texts: 3 texts of 3 selected documents are due');
    expect(stdout).toContain('Texts: 1 text, 1 empty, 1 not offered, in');
    expect(stdout).toContain('complete, no selected text is due now');
    expect(texts()).toEqual([{ document_id: 11, value: 'It is so ordered. § 1983' }]);
    expect(rows('SELECT document_id, text FROM clean_document_texts')).toEqual([
      { document_id: 11, text: 'It is so ordered. § 1983' },
    ]);
    expect(rows('SELECT outcome, requests, texts, empty, not_offered, failed FROM text_passes')).toEqual([
      { outcome: 'complete', requests: 3, texts: 1, empty: 1, not_offered: 1, failed: 0 },
    ]);
  });

  test('is shown by status, with the newest pass; before the first one, status says nothing of texts', async () => {
    const { fetchTexts, env } = await start(
      [{ id: 11 }, { id: 12, text: null }, { id: 13 }],
      always({ kind: 'status', status: 400, body: { detail: 'No.' } }, textOf(13)),
    );
    const status = (...args: string[]): Promise<CliResult> => runCli(['status', ...args], { env });
    expect((await status()).stdout).not.toContain('texts');
    expect(JSON.parse((await status('--json')).stdout)).toMatchObject({ texts: null, text_pass: null });
    await fetchTexts();
    expect((await status()).stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /texts of 3 public documents: 1 text, 1 not offered, 1 failed, 0 never requested; \d due\. newest pass over texts, at [-\d]+ [:\d]+( UTC)?: \w+, 1 text, 1 not offered, 1 failed\./,
    );
    expect(JSON.parse((await status('--json')).stdout)).toMatchObject({
      texts: { documents: 3, texts: 1, not_offered: 1, failed: 1, never_requested: 0 },
      text_pass: { texts: 1, not_offered: 1, failed: 1 },
    });
  });

  test('refuses a case that the mirror does not have, instead of ending as complete', async () => {
    const { fetchTexts, asked, rows } = await start([{ id: 11 }]);
    for (const flags of [[], ['--dry-run'], ['--json']]) {
      const { exitCode, stdout, stderr } = await fetchTexts('--case', '99999', ...flags);
      expect(exitCode).not.toBe(0);
      expect(stdout).toBe('');
      expect(stderr).toContain('has no case 99999. [CASE_NOT_MIRRORED]');
    }
    expect(asked()).toEqual([]);
    expect(rows('SELECT * FROM text_passes')).toEqual([]);
  });

  test('requests nothing a second time: no text, no empty text, and none that is not offered', async () => {
    const { fetchTexts, asked } = await start([{ id: 11 }, { id: 12, text: null }, { id: 13, text: '' }]);
    await fetchTexts();
    expect(asked()).toHaveLength(3);
    const { stdout, stderr } = await fetchTexts();
    expect(stderr).toContain('0 texts of 3 selected documents are due');
    expect(stdout).toContain('Texts: 0 texts, in');
    expect(asked()).toHaveLength(3);
  });

  test('stores the same text once, however many documents have it', async () => {
    const { fetchTexts, texts, rows } = await start([
      { id: 11, text: 'Order' },
      { id: 12, text: 'Order', caseId: 2 },
    ]);
    await fetchTexts();
    expect(texts()).toHaveLength(2);
    expect(rows('SELECT value, characters, bytes FROM texts')).toEqual([
      { value: 'Order', characters: 5, bytes: 5 },
    ]);
  });

  test.each<[string, string[], number[]]>([
    ['a type, in any case', ['--type', 'order/opinion'], [11]],
    ['two types', ['--type', 'Order/Opinion', 'Complaint'], [11, 12, 13]],
    ['core documents', ['--core'], [11, 12]],
    ['a case', ['--case', '2'], [13]],
    ['a case by its address', ['--case', 'https://clearinghouse.net/case/2/'], [13]],
    ['all of it together', ['--case', '1', '--core', '--type', 'Complaint'], [12]],
  ])('selects by %s', async (_what, args, ids) => {
    const { fetchTexts, asked } = await start([
      { id: 11, fields: { document_type: 'Order/Opinion' } },
      { id: 12 },
      { id: 13, caseId: 2, fields: { is_core_document: false } },
    ]);
    expect((await fetchTexts(...args)).exitCode).toBe(0);
    expect(asked().sort()).toEqual(ids);
  });

  test('refuses a type that does not occur, and names those that do', async () => {
    const { fetchTexts, asked } = await start([
      { id: 11, fields: { document_type: 'Order/Opinion' } },
      { id: 12 },
    ]);
    const { exitCode, stderr } = await fetchTexts('--type', 'Order');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('No document has the type "Order".');
    expect(stderr).toContain('Did you mean "Order/Opinion"?');
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      'The types in this mirror are "Complaint", "Order/Opinion".',
    );
    expect(asked()).toEqual([]);
  });

  test.each<[string, string[], number[]]>([
    ['a value of its cases, in any case', ['--ongoing', 'yes'], [11]],
    ['two values of one filter', ['--state', 'Michigan', '--state', 'Ohio'], [11, 12]],
    ['the year of the filing', ['--filed', '2019..'], [12]],
    ['a filter and a type', ['--state', 'Ohio', '--type', 'Complaint'], [12]],
  ])('selects by %s, as `search` does', async (_what, args, ids) => {
    const { fetchTexts, asked } = await start(
      [{ id: 11 }, { id: 12, caseId: 2 }],
      [],
      [
        makeCase({ id: 1, case_ongoing: 'Yes', state: 'Michigan', filing_date: '2015-02-03' }),
        makeCase({ id: 2, case_ongoing: 'No', state: 'Ohio', filing_date: '2020-02-03' }),
      ],
    );
    expect((await fetchTexts(...args)).exitCode).toBe(0);
    expect(asked()).toEqual(ids);
  });

  test.each([
    ['a value that no case has', ['--state', 'Ohoi'], 'Did you mean Ohio?'],
    [
      'values that no case has together',
      ['--state', 'Ohio', '--ongoing', 'Yes'],
      '`--ongoing`: with the other filters, "No" occurs.',
    ],
    ['years in which no case was filed', ['--state', 'Ohio', '--filed', '..2016'], 'are from 2020.'],
  ])('refuses %s, and names those that occur', async (_what, args, hint) => {
    const { fetchTexts, asked } = await start(
      [{ id: 11 }],
      [],
      [
        makeCase({ id: 1, case_ongoing: 'Yes', state: 'Michigan', filing_date: '2015-02-03' }),
        makeCase({ id: 2, case_ongoing: 'No', state: 'Ohio', filing_date: '2020-02-03' }),
      ],
    );
    const { exitCode, stderr } = await fetchTexts(...args);
    expect(exitCode).toBe(2);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(hint);
    expect(asked()).toEqual([]);
  });

  test('stops at its budget, which counts retries too, and goes on where it stopped', async () => {
    const papers = Array.from({ length: 6 }, (_, at) => ({ id: 11 + at }));
    const { json, asked, texts } = await start(papers, once({ kind: 'status', status: 503 }, textOf(12)));
    const first = await json('--budget', '4');
    expect(first).toMatchObject({ outcome: 'budget', exit_code: 0, selected: { due: 3, texts: 3 } });
    expect(asked()).toEqual([11, 12, 12, 13]);
    expect(await json('--budget', 'all')).toMatchObject({
      outcome: 'complete',
      selected: { due: 0, texts: 6 },
    });
    expect(asked()).toEqual([11, 12, 12, 13, 14, 15, 16]);
    expect(texts()).toHaveLength(6);
  });

  test('says with --dry-run what is due and how much room it takes, and requests nothing', async () => {
    const { fetchTexts, json, asked } = await start([{ id: 11 }, { id: 12 }]);
    const { stdout } = await fetchTexts('--dry-run');
    const words = stdout.replaceAll(/\s+/g, ' ');
    expect(words).toContain(
      '2 texts of 2 selected documents are due; this pass requests up to 2, about 93.4 kB.',
    );
    expect(words).toContain(
      'Each snapshot also holds the texts, and the settings keep up to 23 snapshots: mirror and snapshots can then hold up to 2.2 MB of text together.',
    );
    expect(await json('--dry-run', '--budget', '1')).toEqual({
      documents: 2,
      due: 2,
      never_requested: 2,
      texts: 0,
      empty: 0,
      not_offered: 0,
      too_large: 0,
      failed: 0,
      planned: 1,
      expected_bytes: 46_700,
      stored_bytes: 0,
    });
    expect(asked()).toEqual([]);
  });
});

describe('a text that fails', () => {
  test.each<[string, Fault]>([
    ['a refusal', { kind: 'status', status: 403, body: { detail: 'Forbidden.' } }],
    ['a rejected token', { kind: 'status', status: 401, body: { detail: 'Invalid token.' } }],
    ['an error of the server', { kind: 'status', status: 500 }],
    ['a page of a site', { kind: 'html' }],
    ['a page that is not found', { kind: 'status', status: 404, body: '<h1>Not here</h1>' }],
    ['an error with status 200', { kind: 'json', body: { detail: 'Not found.' } }],
    ['the text of another document', { kind: 'text', with: 'wrong-id' }],
    ['a text without an id', { kind: 'text', with: 'no-id' }],
    ['no field `text`', { kind: 'text', with: 'no-text' }],
    ['a number', { kind: 'text', with: 'number' }],
    ['a list', { kind: 'json', body: [] }],
    ['a redirect to another host', { kind: 'redirect', to: 'http://127.0.0.1:9/' }],
    ['a cut connection', { kind: 'reset', at: 'in-body' }],
  ])(
    'because of %s costs only itself, is on record, and is requested again after a day',
    async (_what, fault) => {
      let isBroken = true;
      const broken = always(fault, textOf(12));
      const { json, states, texts, rows, wait } = await start(
        [{ id: 11 }, { id: 12 }, { id: 13 }],
        (request) => (isBroken ? broken(request) : undefined),
      );
      expect(await json()).toMatchObject({
        outcome: 'partial',
        exit_code: 0,
        pass: { texts: 2, failed: 1 },
        selected: { due: 0, failed: 1 },
      });
      expect(states()).toEqual([
        { document_id: 11, outcome: 'text', failures: 0 },
        { document_id: 12, outcome: 'failed', failures: 1 },
        { document_id: 13, outcome: 'text', failures: 0 },
      ]);
      expect(rows('SELECT error_code, error_message FROM document_texts WHERE document_id = 12')).toEqual([
        {
          error_code: expect.stringMatching(/^[A-Z_]+$/),
          error_message: expect.any(String),
        },
      ]);
      wait(0.7);
      expect(await json()).toMatchObject({ pass: { texts: 0, failed: 0 } });
      wait(0.1);
      expect(await json()).toMatchObject({ pass: { failed: 1 } });
      isBroken = false;
      wait(1.7);
      expect(await json()).toMatchObject({ pass: { texts: 0, failed: 0 } });
      wait(0.1);
      expect(await json()).toMatchObject({ outcome: 'complete', pass: { texts: 1, failed: 0 } });
      expect(texts()).toHaveLength(3);
    },
  );

  test.each([
    ['goes on if only texts are refused', false, { exitCode: 6, texts: 8, outcome: 'partial' }],
    ['ends the pass if the token is refused', true, { exitCode: 3, texts: 5, outcome: 'failed' }],
  ])('after five refusals in a row %s', async (_what, isEverywhere, expected) => {
    const papers = Array.from({ length: 8 }, (_, at) => ({ id: 11 + at }));
    let hasBegun = false;
    const refusal: Fault = { kind: 'status', status: 401, body: { detail: 'Invalid token.' } };
    const rule = always(refusal, (request) => isEverywhere || textOf()(request));
    const { fetchTexts, states, rows } = await start(papers, (request) =>
      hasBegun ? rule(request) : undefined,
    );
    hasBegun = true;
    const { exitCode, stdout } = await fetchTexts();
    expect(exitCode).toBe(expected.exitCode);
    expect(stdout.includes('[UNAUTHORIZED]')).toBe(isEverywhere);
    expect(states()).toHaveLength(expected.texts);
    expect(rows('SELECT outcome, failed FROM text_passes')).toEqual([
      { outcome: expected.outcome, failed: expected.texts },
    ]);
  });

  test.each([
    [429, {}],
    [503, {}],
    [500, {}],
    [403, { detail: 'No.' }],
  ])(
    'with a %d and a long Retry-After ends the pass, and delays only texts until then',
    async (status, body) => {
      const { fetchTexts, asked, states, sync, wait } = await start(
        [{ id: 11 }, { id: 12 }, { id: 13 }],
        once({ kind: 'status', status, headers: { 'retry-after': '86400' }, body }, textOf(12)),
      );
      const first = await fetchTexts();
      expect(first.exitCode).toBe(0);
      expect(first.stdout).toContain('[RETRY_AFTER_TOO_LONG]');
      expect(states()).toEqual([
        { document_id: 11, outcome: 'text', failures: 0 },
        { document_id: 12, outcome: 'failed', failures: 1 },
      ]);
      expect((await sync()).outcome).toBe('complete');
      const { stderr } = await fetchTexts();
      expect(stderr).toContain('RETRY_AFTER_TOO_LONG');
      expect(stderr.replaceAll(/\s+/g, ' ')).toContain('--ignore-retry-after of `sync`, `fetch-texts` and');
      expect(asked()).toEqual([11, 12]);
      if (status === 429) {
        expect((await fetchTexts('--ignore-retry-after')).exitCode).toBe(0);
        expect(asked()).toEqual([11, 12, 13]);
        return;
      }
      wait(1.1);
      expect((await fetchTexts()).exitCode).toBe(0);
      expect(asked()).toEqual([11, 12, 13, 12]);
    },
  );

  test.each([
    ['that failed', { kind: 'status', status: 400, body: { detail: 'No.' } }],
    [
      'for which the server asked for a pause',
      { kind: 'status', status: 429, headers: { 'retry-after': '86400' } },
    ],
  ] as const)(
    '%s while the clock was years ahead is requested again when it is right',
    async (_what, fault) => {
      const { fetchTexts, states, wait } = await start([{ id: 11 }, { id: 12 }], once(fault, textOf(12)));
      wait(4000);
      await fetchTexts();
      wait(-4000);
      await fetchTexts();
      expect(states()).toEqual([
        { document_id: 11, outcome: 'text', failures: 0 },
        { document_id: 12, outcome: 'text', failures: 0 },
      ]);
    },
  );

  test('in a process that died leaves a pass that is recorded as died', async () => {
    const { fetchTexts, rows, write } = await start([{ id: 11 }]);
    write((sqlite) =>
      sqlite.exec(
        `INSERT INTO text_passes (started_at, outcome, process_id) VALUES ('2030-01-01', 'running', 1)`,
      ),
    );
    await fetchTexts();
    expect(rows('SELECT outcome, error_code, error_message FROM text_passes ORDER BY id')).toEqual([
      {
        outcome: 'died',
        error_code: 'PROCESS_DIED',
        error_message: expect.stringMatching(/^The process died without recording its end; found at 20/),
      },
      { outcome: 'complete', error_code: null, error_message: null },
    ]);
  });

  test('that ends every pass with a long Retry-After lets all others be fetched', async () => {
    const { fetchTexts, states, wait } = await start(
      [{ id: 11 }, { id: 12 }, { id: 13 }],
      always({ kind: 'status', status: 503, headers: { 'retry-after': '86400' }, body: {} }, textOf(11)),
    );
    for (let day = 1; day <= 4; day++) {
      await fetchTexts();
      wait(1.1);
    }
    expect(states()).toEqual([
      { document_id: 11, outcome: 'failed', failures: expect.any(Number) },
      { document_id: 12, outcome: 'text', failures: 0 },
      { document_id: 13, outcome: 'text', failures: 0 },
    ]);
  });

  test('because it is too large has its own outcome, and the next text is requested', async () => {
    const { json, states, texts } = await start(
      [{ id: 11 }, { id: 12 }],
      always({ kind: 'huge-text', characters: 20_000_000 }, textOf(11)),
    );
    expect(await json()).toMatchObject({ outcome: 'complete', pass: { texts: 1, too_large: 1, failed: 0 } });
    expect(states()).toEqual([
      { document_id: 11, outcome: 'too_large', failures: 0 },
      { document_id: 12, outcome: 'text', failures: 0 },
    ]);
    expect(texts()).toEqual([{ document_id: 12, value: 'Text of 12' }]);
  });

  test('is no text that is too large, however long a failure or a web page is that comes in its place', async () => {
    const long = '<p>'.padEnd(100_001);
    const { json, states } = await start(
      [{ id: 11 }, { id: 12 }, { id: 13 }],
      [
        always({ kind: 'status', status: 200, body: long }, textOf(11)),
        always({ kind: 'status', status: 503, body: { detail: long } }, textOf(12)),
      ],
    );
    expect(await json('--max-body', '100000')).toMatchObject({ pass: { texts: 1, too_large: 0, failed: 2 } });
    expect(states()).toMatchObject([{ outcome: 'failed' }, { outcome: 'failed' }, { outcome: 'text' }]);
  });
});

describe('a stored text', () => {
  test('is requested again when its document changes, and the hash and length of the replaced text are kept', async () => {
    const { fetchTexts, source, write, texts, rows } = await start([{ id: 11, text: 'Draft' }]);
    await fetchTexts();
    source.linked.setText(11, 'Final order');
    await fetchTexts();
    expect(texts()).toEqual([{ document_id: 11, value: 'Draft' }]);
    write((sqlite) => sqlite.exec(`UPDATE documents SET mirror_fingerprint = 'another' WHERE id = 11`));
    await fetchTexts();
    expect(texts()).toEqual([{ document_id: 11, value: 'Final order' }]);
    expect(rows('SELECT value FROM texts')).toEqual([{ value: 'Final order' }]);
    expect(rows('SELECT document_id, length(hash) AS hash, characters FROM mirror_replaced_texts')).toEqual([
      { document_id: 11, hash: 64, characters: 5 },
    ]);
  });

  test('is requested again after a year', async () => {
    const { fetchTexts, asked, wait } = await start([{ id: 11 }]);
    await fetchTexts();
    wait(364);
    await fetchTexts();
    expect(asked()).toEqual([11]);
    wait(2);
    await fetchTexts();
    expect(asked()).toEqual([11, 11]);
  });

  test('stays when the API no longer sends it, and while it fails', async () => {
    const rules: FaultRule[] = [];
    const { fetchTexts, source, wait, texts, rows } = await start([{ id: 11 }, { id: 12 }], (request) =>
      rules.map((rule) => rule(request)).find((fault) => fault !== undefined),
    );
    await fetchTexts();
    const before = texts();
    source.linked.setText(11, null);
    rules.push(always({ kind: 'status', status: 500 }, textOf(12)));
    wait(366);
    await fetchTexts();
    expect(texts()).toEqual(before);
    expect(rows('SELECT document_id, outcome, failures, error_message FROM document_texts')).toEqual([
      { document_id: 11, outcome: 'text', failures: 0, error_message: 'The API now says: not_offered.' },
      { document_id: 12, outcome: 'text', failures: 1, error_message: expect.any(String) },
    ]);
  });

  test('with the same characters in other bytes is kept once for each form, and an equal text is not taken for one of them', async () => {
    const bodies = [
      '{"id":11,"text":"a\ufffdb"}',
      '{"id":12,"text":"a\\ud800b"}',
      '{"id":13,"text":"a\\udfffb"}',
    ];
    const { fetchTexts, rows, database } = await start([{ id: 11 }, { id: 12 }, { id: 13 }], ({ route }) =>
      route.kind === 'text'
        ? { kind: 'bytes', body: Buffer.from(bodies[route.documentId - 11] ?? '') }
        : undefined,
    );
    await fetchTexts();
    expect(rows('SELECT value, CAST(mirror_raw AS TEXT) AS raw FROM texts ORDER BY mirror_id')).toEqual([
      { value: 'a\ufffdb', raw: null },
      { value: 'a\ufffdb', raw: bodies[1] },
      { value: 'a\ufffdb', raw: bodies[2] },
    ]);
    expect(verifyFile(database).findings).toEqual([]);
  });

  test('that stands twice in the response is kept with its bytes, and an unknown field is recorded', async () => {
    const body = '{"id":11,"text":"first","text":"second","pages":3}';
    const { fetchTexts, rows, database } = await start(
      [{ id: 11 }],
      always({ kind: 'bytes', body: Buffer.from(body) }, textOf(11)),
    );
    await fetchTexts();
    expect(rows('SELECT value, CAST(mirror_raw AS TEXT) AS raw FROM texts')).toEqual([
      { value: 'second', raw: body },
    ]);
    expect(rows(`SELECT field, seen, record_kind FROM schema_drift WHERE field LIKE 'text.%'`)).toEqual([
      { field: 'text.pages', seen: 'an integer', record_kind: 'document' },
    ]);
    expect(verifyFile(database).findings).toEqual([]);
  });

  test.each([
    ['a NUL', 'nul', 'Text\0 of 11'],
    ['half a surrogate pair', 'half-surrogate', 'Text\ufffd of 11'],
  ] as const)('can hold %s, and its length is that of the whole text', async (_what, oddity, value) => {
    const { fetchTexts, rows } = await start(
      [{ id: 11 }],
      always({ kind: 'text', with: oddity }, textOf(11)),
    );
    await fetchTexts();
    const [stored] = rows('SELECT CAST(value AS BLOB) AS value, characters, mirror_raw FROM texts');
    const [odd, rest] = [String(stored?.value), (stored?.mirror_raw as Buffer | null)?.toString()];
    expect(odd).toHaveLength('Text of 11'.length + 1);
    expect(stored?.characters).toBe(value.length);
    expect(rest === undefined).toBe(oddity === 'nul');
    if (rest !== undefined) expect((JSON.parse(rest) as { text: string }).text).not.toBe(odd);
  });

  test('is committed before the next one is requested, so the log beside the file never holds many', async () => {
    const committed: unknown[] = [];
    const { fetchTexts, rows } = await start([{ id: 11 }, { id: 12 }, { id: 13 }], ({ route }) => {
      if (route.kind === 'text') committed.push(rows('SELECT count(*) AS texts FROM texts')[0]?.texts);
      return undefined;
    });
    await fetchTexts();
    expect(committed).toEqual([0, 1, 2]);
  });

  test('of a document that became hidden is in no clean view', async () => {
    const { fetchTexts, write, rows } = await start([{ id: 11 }]);
    await fetchTexts();
    write((sqlite) => sqlite.exec(`UPDATE documents SET mirror_hidden = 'status' WHERE id = 11`));
    expect(rows('SELECT * FROM clean_document_texts')).toEqual([]);
    write((sqlite) => sqlite.exec(`UPDATE documents SET mirror_hidden = NULL WHERE id = 11`));
    expect(rows('SELECT document_id FROM clean_document_texts')).toEqual([{ document_id: 11 }]);
  });
});

describe('verify', () => {
  test.each([
    ['another text', `UPDATE texts SET value = 'Forged'`, 'hash'],
    ['a shorter count', 'UPDATE texts SET characters = 3', 'characters'],
    ['a lost text', 'UPDATE document_texts SET text_id = NULL', 'document_texts: outcome, text_id'],
    ['a text without a document', 'DELETE FROM document_texts', 'a document that has the text'],
  ])('finds %s', async (_what, damage, finding) => {
    const { fetchTexts, write, database } = await start([
      { id: 11, text: 'An order with a NUL: \0 and § 12' },
    ]);
    await fetchTexts();
    expect((await runCli(['verify', '--database', database])).exitCode).toBe(0);
    write((sqlite) => sqlite.exec(damage));
    const { exitCode, stdout } = await runCli(['verify', '--database', database]);
    expect(exitCode).toBe(10);
    expect(stdout).toContain(finding);
  });
});

test('a snapshot omits the texts on request, and a mirror restored from it requests them again', async () => {
  const { fetchTexts, database, texts, rows, json } = await start([{ id: 11, text: 'CanaryOfTheOrder' }]);
  await fetchTexts();
  const folder = join(dirname(database), 'copies');
  const snapshot = (...args: string[]) =>
    runCli(['snapshot', '--database', database, '--snapshots', folder, '--json', ...args]);
  const pathOf = ({ stdout }: CliResult): string => (JSON.parse(stdout) as { path: string }).path;
  const whole = pathOf(await snapshot());
  const small = pathOf(await snapshot('--no-snapshot-texts'));
  expect(readFileSync(whole, 'latin1')).toContain('CanaryOfTheOrder');
  expect(readFileSync(small, 'latin1')).not.toContain('CanaryOfTheOrder');
  expect((await runCli(['verify', '--database', small])).exitCode).toBe(0);
  expect((await runCli(['restore', small, '--database', database, '--yes'])).exitCode).toBe(0);
  expect(rows('SELECT id FROM documents')).toEqual([{ id: 11 }]);
  expect(texts()).toEqual([]);
  expect(await json()).toMatchObject({ pass: { texts: 1 } });
});

test('a query of texts as of an earlier run is refused, because earlier texts are not kept', async () => {
  const { fetchTexts, database } = await start([{ id: 11 }]);
  await fetchTexts();
  const { exitCode, stderr } = await runCli([
    'query',
    'SELECT text FROM clean_document_texts',
    '--as-of',
    '1',
    '--database',
    database,
  ]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('HISTORY_MISSING');
});
