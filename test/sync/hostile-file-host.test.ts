import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { type FakeFiles, type FileFault, startFakeFiles } from '../../fake-api/serve/files.ts';
import { renderRefusedHosts } from '../../src/cli/text/waiting-files.ts';
import { openMirror } from '../../src/db/open-mirror.ts';
import { EXIT_CODES } from '../../src/errors/exit-codes.ts';
import { runCli } from '../support/command-line.ts';
import { insertDocument, makeDocument } from '../support/linked-rows.ts';
import { makeCase } from '../support/make-case.ts';
import { startHarness } from '../support/sync-harness.ts';

/** A mirror of one case with these documents: their ids and files. */
async function start(files: ReadonlyMap<number, string>, hosts: readonly FakeFiles[]) {
  const harness = await startHarness({ source: recordedCases([makeCase({ id: 1 })]) });
  await harness.sync();
  const mirror = openMirror(harness.database);
  mirror.sqlite.transaction(() => {
    for (const [id, file] of files) insertDocument(mirror.sqlite, makeDocument({ id, file }), 1);
  })();
  mirror.close();
  const names = hosts.map(({ url }) => new URL(url).host);
  const env = { ...harness.env, CLEARINGHOUSE_FILE_HOSTS: names.join(';') };
  return {
    ...harness,
    names,
    fetchFiles: async (...args: string[]) => {
      const { stdout } = await runCli(['fetch-files', '--core', '--json', ...args], {
        env,
        runtime: harness.runtime,
      });
      return JSON.parse(stdout) as Record<string, never>;
    },
  };
}

const MAX_FILE = 1_000_000;

/** What a host does, what is recorded of it, and how many requests it costs. */
const TABLE: readonly (readonly [
  FileFault | 'elsewhere' | 'file' | 'loop',
  string,
  string | null,
  number,
])[] = [
  ['endless-page', 'failed', 'RESPONSE_UNEXPECTED', 3],
  ['unknown-coding', 'failed', 'RESPONSE_UNEXPECTED', 3],
  ['bomb', 'too_large', null, 1],
  ['part', 'failed', 'RESPONSE_UNEXPECTED', 3],
  ['reset', 'failed', 'NETWORK_FAILED', 3],
  ['drip', 'failed', 'NETWORK_FAILED', 3],
  ['huge-head', 'failed', 'NETWORK_FAILED', 3],
  ['absurd-pause', 'failed', 'SERVER_ERROR', 3],
  ['elsewhere', 'refused', null, 1],
  ['file', 'refused', null, 1],
  ['loop', 'failed', 'REDIRECT_REFUSED', 6],
  ['odd-head', 'file', null, 1],
];

describe('a hostile file host', () => {
  let host: FakeFiles | undefined;
  let other: FakeFiles | undefined;
  let report: Record<string, never> = {};
  // A harness lasts for one test, and this one is shared.
  let states: readonly unknown[] = [];
  let stored: readonly string[] = [];
  let isOutside = true;

  beforeAll(async () => {
    const faultOf = (path: string): (typeof TABLE)[number][0] | undefined =>
      TABLE[Number(/(\d+)\.pdf$/.exec(path)?.[1]) - 11]?.[0];
    other = await startFakeFiles();
    const elsewhere = other.url;
    host = await startFakeFiles({
      fault: ({ path }) => faultOf(path) as FileFault | undefined,
      redirect: ({ path }) => {
        const fault = faultOf(path);
        if (fault === 'elsewhere') return `${elsewhere}media/doc/1.pdf`;
        return fault === 'file' ? 'file:///etc/hostname' : fault === 'loop' ? path : undefined;
      },
    });
    const { url } = host;
    const files = new Map(TABLE.map((_one, at) => [11 + at, `${url}media/doc/${11 + at}.pdf`]));
    const { fetchFiles, rows, database } = await start(files, [host]);
    report = await fetchFiles('--max-file', String(MAX_FILE), '--idle-timeout', '300');
    states = rows('SELECT document_id, outcome, error_code FROM document_files ORDER BY document_id');
    const folder = `${database}.files`;
    stored = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      statSync(join(folder, name)).isFile(),
    );
    isOutside = existsSync(join(folder, '../outside.pdf'));
  });
  afterAll(async () => {
    await host?.close();
    await other?.close();
  });

  test('costs only its own files, each with its outcome, after few requests', () => {
    const found = TABLE.map(([fault], at) => {
      const state = states[at] as { document_id: number; outcome: string; error_code: string | null };
      const requests = host?.requests.filter(({ path }) => path.endsWith(`/${state.document_id}.pdf`));
      return [fault, state.outcome, state.error_code, requests?.length];
    });
    expect(found).toEqual(TABLE);
  });

  test('gets neither the token nor a cookie, and no other host or file is read', () => {
    expect(host?.requests.filter(({ authorization, cookie }) => authorization || cookie)).toEqual([]);
    expect(other?.requests).toEqual([]);
  });

  test('has no say in the name of a file, and leaves no partial one', () => {
    expect(stored).toEqual([expect.stringMatching(/^[0-9a-f]{2}\/[0-9a-f]{64}\.pdf$/)]);
    expect(isOutside).toBe(false);
  });

  test('sends little of what is not stored', () => {
    expect(report).toMatchObject({ pass: { files: 1, refused: 2, too_large: 1, failed: 8 } });
    expect((report.pass as unknown as { bytes: number }).bytes).toBeLessThan(MAX_FILE);
  });
});

test.each([
  ['files.example.org', ['a.example.org'], true],
  ['files.example.org:8443', ['a.example.org'], true],
  ['169.254.169.254', ['a.example.org'], false],
  ['10.0.0.1:8080', ['a.example.org'], false],
  ['[fd00::1]', ['a.example.org'], false],
  ['localhost:5432', ['a.example.org'], false],
  ['localhost.:5432', ['a.example.org'], false],
  ['db.localhost', ['127.0.0.1:8080'], false],
  ['nas', ['a.example.org'], false],
  ['router.lan:8443', ['a.example.org'], false],
  ['printer.local.', ['a.example.org'], false],
  ['metadata.google.internal', ['a.example.org'], false],
  ['local.example.org.', ['a.example.org'], true],
  ['localhost:8080', ['127.0.0.1:8080'], true],
])(
  'a document or a redirect that names %s (known: %j) makes it a suggestion: %s',
  (name, known, isSuggested) => {
    const [said] = renderRefusedHosts([{ host: name, documents: 1 }], known);
    expect(said).toContain(`1 file on ${name} (1)`);
    expect(said?.includes('--file-hosts "')).toBe(isSuggested);
    expect(said).toContain('If you trust a host,');
  },
);

test('a file host that does not respond costs only its own files', async () => {
  await using dead = await startFakeFiles({ fault: () => 'cut' });
  await using good = await startFakeFiles();
  const papers = [...Array(12).keys()].map((at) => [11 + at, `${dead.url}media/doc/${11 + at}.pdf`] as const);
  const { fetchFiles, rows, names } = await start(new Map([...papers, [40, `${good.url}media/doc/40.pdf`]]), [
    dead,
    good,
  ]);
  expect(await fetchFiles()).toMatchObject({
    outcome: 'failed',
    exit_code: EXIT_CODES.network.code,
    pass: { files: 1, failed: 10 },
    error: {
      code: 'NETWORK_FAILED',
      message: expect.stringContaining(`The files of ${names[0] ?? ''} are left`),
    },
  });
  expect(rows("SELECT document_id FROM document_files WHERE outcome = 'file'")).toEqual([
    { document_id: 40 },
  ]);
  expect(dead.requests).toHaveLength(30);
});
