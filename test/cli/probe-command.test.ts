import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ASSUMPTIONS } from '../../src/api/assumptions.ts';
import type { FakeApiOptions, LinkedOptions } from '../../fake-api/serve/options.ts';
import { inventCollection } from '../../fake-api/collection/collection.ts';
import {
  FIRST_DOCUMENT_ID,
  FIRST_ID,
  SECRETS,
  TOKEN,
  type Shape,
  send,
  startSmallApi,
} from '../doctor/small-api.ts';
import { runCli, type CliOptions } from '../support/command-line.ts';
import { startHarness } from '../support/sync-harness.ts';
import { startLinkedHarness } from '../sync/linked/linked-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function probe(shape: Shape = {}, args: readonly string[] = ['--yes'], options: CliOptions = {}) {
  const api = await startSmallApi(shape);
  const folder = tempFolder();
  const env = {
    CLEARINGHOUSE_API_URL: api.url,
    CLEARINGHOUSE_API_TOKEN: TOKEN,
    CLEARINGHOUSE_DATABASE: join(folder, 'mirror.db'),
  };
  const result = await runCli(['doctor', '--probe', ...args], { env, folder, ...options });
  return { ...result, api, folder };
}

const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('doctor --probe', () => {
  test('lists its requests before it sends any, and then the assumptions that hold', async () => {
    let listed = '';
    const { exitCode, stdout, stderr, api } = await probe({}, [], {
      ask: (question) => {
        listed = question;
        return Promise.resolve('y');
      },
    });
    expect(exitCode).toBe(0);
    expect(listed).toMatch(/^Send them to 127\.0\.0\.1:\d+\? \[y\/N\] $/);
    expect(stderr.match(/^ +\d+ {2}GET /gm)).toHaveLength(15);
    expect(flat(stderr)).toContain('at most 15 requests');
    expect(api.requests.length).toBeLessThanOrEqual(15);
    expect(stdout).toMatch(/^holds {5}A18 The envelope/m);
    expect(flat(stdout)).toMatch(
      /Of \d+ assumptions, 0 differ, \d+ hold and \d+ were not seen\. No request can show A2,/,
    );
  });

  test.each(['n', '', 'yes please'])('sends nothing after the answer %j', async (answer) => {
    const { exitCode, stdout, stderr, api } = await probe({}, [], { ask: () => Promise.resolve(answer) });
    expect([exitCode, stdout, api.requests]).toEqual([130, '', []]);
    expect(stderr).toContain('Nothing was sent.');
  });

  test('sends nothing without a terminal and without --yes', async () => {
    const { exitCode, stdout, stderr, api } = await probe({}, []);
    expect([exitCode, stdout, api.requests]).toEqual([2, '', []]);
    expect(stderr).toMatch(/Nothing was sent: .* \[USAGE\]\nHint: Add --yes/);
  });

  test.each([
    [['--yes'], 'goes with --probe'],
    [['--report', 'x.md'], 'goes with --probe'],
    [['--probe', '--force'], 'goes with --report'],
    [['--probe', '--yes', '--test-notifications'], 'sends no notifications'],
  ])('refuses %j', async (args, words) => {
    const { exitCode, stderr } = await runCli(['doctor', ...args]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(words)]);
  });

  test('exits with 13 if something differs, which it prints last', async () => {
    const { exitCode, stdout } = await probe({ allDocuments: 'naming cases' });
    expect(exitCode).toBe(13);
    expect(stdout.trimEnd().split('\n\n')[0]).toMatch(
      /^DIFFERS {3}A44 The list of all documents[^]*\nDIFFERS {3}A45 A document\n(?: .*\n?)*$/m,
    );
    expect(flat(stdout)).toContain('2 differ,');
  });

  test('fails with the usual error if the token is refused, and with 4 if it learns nothing', async () => {
    const refused = await probe({
      answer: (_path, _request, response) => send(response, 401, { detail: 'No.' }),
    });
    expect([refused.exitCode, refused.stdout, refused.api.requests.length]).toEqual([3, '', 1]);
    expect(refused.stderr).toMatch(/\[UNAUTHORIZED\]/);
    const nothing: Shape = { answer: (_path, _request, response) => send(response, 500, { detail: 'Oops' }) };
    const { exitCode, stdout, stderr } = await probe(nothing, ['--yes', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ exit_code: 4 });
    expect(stderr).toMatch(/^ {3}2 {2}status 500 with a detail$/m);
    expect(stderr).toMatch(/^ {2}15 {2}not requested: no response contained a public document/m);
    expect([exitCode, flat(stderr)]).toEqual([
      4,
      expect.stringContaining('The probe saw nothing of the API.'),
    ]);
  });

  test('sends nothing during a pause that the server required', async () => {
    const { sync, env, fakeApi } = await startHarness({
      source: inventCollection({ size: 5 }),
      faults: () => ({ kind: 'status', status: 429, headers: { 'retry-after': '7200' } }),
    });
    await sync();
    const asked = fakeApi.requests.length;
    const { exitCode, stderr } = await runCli(['doctor', '--probe', '--yes'], { env });
    expect([exitCode, fakeApi.requests.length]).toEqual([4, asked]);
    expect(stderr).toMatch(/asked for no request until .*\[RETRY_AFTER_TOO_LONG\]/);
  });

  test('sends nothing during a pause that the server required for linked lists', async () => {
    const slow = { kind: 'status', status: 429, headers: { 'retry-after': '43200' } } as const;
    const { sync, pass, env, fakeApi, runtime } = await startLinkedHarness({
      source: inventCollection({ size: 5 }),
      faults: ({ route }) => (route.kind === 'linked' ? slow : undefined),
    });
    await sync();
    await pass('100');
    const asked = fakeApi.requests.length;
    const { exitCode, stderr } = await runCli(['doctor', '--probe', '--yes'], { env, runtime });
    expect([exitCode, fakeApi.requests.length, stderr.includes('RETRY_AFTER_TOO_LONG')]).toEqual([
      4,
      asked,
      true,
    ]);
  });

  const shapes: [string, number, RegExp[], Partial<LinkedOptions>, Partial<FakeApiOptions>][] = [
    [
      'as it comes',
      0,
      [
        /documents: an envelope with count;/,
        /A44 .*not offered: status 404/,
        /A43 .*documents: ids descending/,
      ],
      {},
      {},
    ],
    [
      'with bare lists, 404 for none, and all documents on offer',
      0,
      [
        /documents: a bare list/,
        /A44 .*offered: [\d,]+ documents on the first page, a bare list, 0 name a case/,
        /ids ascending/,
      ],
      {
        all: { envelope: 'bare', empty: 'not-found', order: 'ascending' },
        allDocuments: 'offered',
        unslashed: 'not-found',
      },
      { gzip: false },
    ],
    [
      'with documents that name their case, cursors and shuffled pages',
      13,
      [/DIFFERS A44 .* name a case/, /documents: an envelope without count/, /ids in no order/],
      { all: { envelope: 'cursor', empty: 'empty-list', pageSize: 3 }, allDocuments: 'naming-their-case' },
      { order: 'shuffled', pageSize: 10 },
    ],
  ];
  test.each(shapes)('for the fake API %s exits with %i', async (_, exit, told, linked, options) => {
    const source = inventCollection({ size: 250 });
    const { env, fakeApi } = await startHarness({ source, linked, ...options });
    const { exitCode, stdout } = await runCli(['doctor', '--probe', '--yes'], { env });
    const text = flat(stdout);
    for (const words of told) expect(text).toMatch(words);
    expect([exitCode, exit === 0 ? stdout.match(/^DIFFERS.*/gm) : null]).toEqual([exit, null]);
    expect(text).toMatch(/holds A49 .* the id of the document, and [\d,]+ characters/);
    expect(fakeApi.requests.length).toBeLessThanOrEqual(15);
  });
});

describe('the report of doctor --probe', () => {
  const EVERYWHERE: Shape['answer'] = (path, request, response) => {
    // Every kind of response repeats the token: in its headers, its body, its names and its addresses.
    const given = request.headers.authorization?.replace('Token ', '') ?? '';
    response.setHeader('X-Echo', given);
    response.setHeader('ETag', `"${given}"`);
    response.setHeader('X-RateLimit-Limit', given);
    response.setHeader('Content-Language', given);
    if (path.includes('case_ongoing'))
      return send(response, 200, {
        count: 1,
        next: `https://${given}.example/${given}?page=${given}`,
        [given]: given,
        results: [{ id: given, [given]: given, name: SECRETS[0], case_documents_url: `https://${given}/` }],
      });
    if (path.includes('999999999')) return send(response, 400, [`No results for ${given}`]);
    if (path.includes('case_status'))
      return send(response, 302, given, { location: `https://${given}.example/` });
    return false;
  };

  test.each<[string, Shape]>([
    ['of a sound API', { etag: true, resources: true, allDocuments: 'yes' }],
    ['of an API that repeats the token', { answer: EVERYWHERE }],
  ])('%s contains no token, no content, no id and no text of the server', async (_, shape) => {
    const { folder, stdout, stderr, exitCode } = await probe(shape, [
      '--yes',
      '--json',
      '--report',
      'probe.md',
    ]);
    const report = readFileSync(join(folder, 'probe.md'), 'utf8');
    expect(exitCode).toBe(shape.answer === undefined ? 0 : 13);
    expect(stderr).toContain('probe.md: written.');
    for (const text of [report, stdout, stderr]) {
      for (const secret of [
        TOKEN,
        ...SECRETS,
        String(FIRST_ID).slice(0, 5),
        String(FIRST_DOCUMENT_ID).slice(0, 5),
      ])
        expect(text).not.toContain(secret);
      expect(text).not.toMatch(/you have access|Not found|127\.0\.0\.1:\d+\/|example/);
    }
    expect(report).not.toContain('127.0.0.1');
  });

  test('has a row for each assumption and each request, and no text that breaks a Markdown table', async () => {
    const { folder } = await probe({}, ['--yes', '--report', 'probe.md']);
    const report = readFileSync(join(folder, 'probe.md'), 'utf8');
    const rows = report.split('\n').filter((line) => line.startsWith('| A'));
    expect(rows.length).toBeGreaterThanOrEqual(30);
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(6);
    expect(report.match(/^\| `(?:test|cases|documents)\b/gm)).toHaveLength(15);
    expect(report).toContain('another address than the official one');
  });

  test('never replaces a file without --force, and is refused before any request', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'probe.md'), 'Dear reader');
    const first = await probe({}, ['--yes', '--report', join(folder, 'probe.md')]);
    expect([first.exitCode, first.api.requests]).toEqual([2, []]);
    expect(first.stderr).toContain('is there already');
    const second = await probe({}, ['--yes', '--report', join(folder, 'probe.md'), '--force']);
    expect(second.exitCode).toBe(0);
    expect(readFileSync(join(folder, 'probe.md'), 'utf8')).toMatch(/^# Probe of the Clearinghouse API/);
    const third = await probe({}, ['--yes', '--report', join(folder, 'no', 'probe.md')]);
    expect([third.api.requests, existsSync(join(folder, 'no'))]).toEqual([[], false]);
  });

  test('names every assumption once in JSON, as probed or as not probed', async () => {
    const { stdout } = await probe({}, ['--yes', '--json']);
    const told = JSON.parse(stdout) as {
      assumptions: { number: string }[];
      not_probed: string[];
      requests: object[];
    };
    const numbers = [...told.assumptions.map(({ number }) => number), ...told.not_probed];
    expect(new Set(numbers)).toEqual(new Set(Object.keys(ASSUMPTIONS)));
    expect(numbers).toHaveLength(Object.keys(ASSUMPTIONS).length);
    expect(told.requests).toHaveLength(15);
  });
});
