import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { type FakeFiles, type FakeFilesOptions, startFakeFiles } from '../../fake-api/serve/files.ts';
import { gatherSettings, parseFileSettings, parseSettings } from '../../src/config/settings.ts';
import { ALL_DOCUMENTS } from '../../src/db/linked/downloads.ts';
import { openMirror } from '../../src/db/open-mirror.ts';
import { EXIT_CODES } from '../../src/errors/exit-codes.ts';
import { MirrorError } from '../../src/errors/mirror-error.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { runFilePass } from '../../src/sync/linked/file-pass.ts';
import { type CliResult, runCli } from '../support/command-line.ts';
import { verifyFile } from '../support/eventful-mirror.ts';
import { insertDocument, makeDocument } from '../support/linked-rows.ts';
import { makeCase } from '../support/make-case.ts';
import { startHarness } from '../support/sync-harness.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

const hosts: FakeFiles[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
});

async function startHost(options: FakeFilesOptions = {}): Promise<FakeFiles> {
  const host = await startFakeFiles(options);
  hosts.push(host);
  return host;
}

interface Paper {
  readonly id: number;
  readonly caseId?: number;
  /** The path on the host, or an address; by default the document's own file. */
  readonly file?: string | null;
  readonly fields?: JsonObject;
}

/** A mirror of cases 1 and 2, synced once for all tests. */
let synced: Buffer | undefined;

/** A mirror of cases 1 and 2 with these documents, and the host that has their files. */
async function start(papers: readonly Paper[], options: FakeFilesOptions = {}) {
  const host = await startHost(options);
  const source = recordedCases([makeCase({ id: 1, state: 'Ohio' }), makeCase({ id: 2, state: 'Maine' })]);
  const harness = await startHarness({ source, ...(synced !== undefined && { mirror: synced }) });
  if (synced === undefined) await harness.sync();
  synced ??= readFileSync(harness.database);
  const { database } = harness;
  const write = (use: (sqlite: ReturnType<typeof openMirror>['sqlite']) => void): void => {
    const mirror = openMirror(database);
    try {
      use(mirror.sqlite);
    } finally {
      mirror.close();
    }
  };
  write((sqlite) => {
    sqlite.transaction(() => {
      for (const { id, caseId = 1, file = `media/doc/${id}.pdf`, fields = {} } of papers)
        insertDocument(
          sqlite,
          makeDocument({ id, file: file === null ? null : new URL(file, host.url).href, ...fields }),
          caseId,
        );
    })();
  });
  let shift = 0;
  const runtime = { ...harness.runtime, now: () => new Date(harness.runtime.now().getTime() + shift) };
  const env = { ...harness.env, CLEARINGHOUSE_FILE_HOSTS: new URL(host.url).host };
  const run = (...args: string[]): Promise<CliResult> => runCli(args, { env, runtime });
  const folder = `${database}.files`;
  const fetchFiles = (...args: string[]): Promise<CliResult> => run('fetch-files', '--core', ...args);
  return {
    ...harness,
    host,
    write,
    run,
    folder,
    fetchFiles,
    json: async (...args: string[]) =>
      JSON.parse((await fetchFiles('--json', ...args)).stdout) as Record<string, never>,
    wait: (days: number) => {
      shift += days * DAY_MS;
    },
    asked: () => host.requests.map(({ path }) => path),
    states: () =>
      harness.rows('SELECT document_id, outcome, failures FROM document_files ORDER BY document_id'),
    /** Every file below the folder, by its name. */
    stored: () =>
      existsSync(folder)
        ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
            .filter((name) => statSync(join(folder, name)).isFile())
            .sort()
        : [],
  };
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('fetching files', () => {
  test('stores the file of each public document by its hash, without the token, and equal files once', async () => {
    const { fetchFiles, rows, stored, folder, host, database, run } = await start([
      { id: 11 },
      { id: 12, file: 'media/doc/11.pdf', caseId: 2 },
      { id: 13, fields: { document_status: 'Deleted' } },
      { id: 14, file: 'media/nonpublic/doc/14.pdf' },
      { id: 15, file: null },
    ]);
    const { exitCode, stdout, stderr } = await fetchFiles();
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('Files: 2 files of 2 selected documents are due'),
    });
    expect(stdout).toContain('Files: 2 files, in');
    expect(stdout).toContain('complete, no selected file is due now');
    const [row, same, ...others] = rows(
      'SELECT document_id, outcome, hash, bytes FROM document_files ORDER BY document_id',
    );
    expect(others).toEqual([]);
    expect(same).toEqual({ ...row, document_id: 12 });
    const hash = String(row?.hash);
    expect(stored()).toEqual([`${hash.slice(0, 2)}/${hash}.pdf`]);
    const file = readFileSync(join(folder, hash.slice(0, 2), `${hash}.pdf`));
    expect(sha256(file)).toBe(hash);
    expect(row).toMatchObject({ document_id: 11, outcome: 'file', bytes: file.length });
    expect(host.requests.map(({ path, authorization }) => [path, authorization])).toEqual([
      ['/media/doc/11.pdf', false],
      ['/media/doc/11.pdf', false],
    ]);
    expect(rows('SELECT outcome, requests, files, failed FROM file_passes')).toEqual([
      { outcome: 'complete', requests: 2, files: 2, failed: 0 },
    ]);
    expect(verifyFile(database).findings).toEqual([]);
    expect((await run('status')).stdout).toContain('Files: 1 file of 2 documents');
  });

  test('requires a selection, and says how to give one', async () => {
    const { run, asked } = await start([{ id: 11 }]);
    const { exitCode, stderr } = await run('fetch-files');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('fetch-files needs a selection of documents. [USAGE]');
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('Give --type, --case, --core or a filter of cases');
    expect(asked()).toEqual([]);
  });

  test.each<[string, string[], string[]]>([
    ['a type', ['--type', 'order/opinion'], ['/media/doc/11.pdf']],
    ['a case', ['--case', '2'], ['/media/doc/13.pdf']],
    ['a filter of cases', ['--state', 'Ohio'], ['/media/doc/11.pdf', '/media/doc/12.pdf']],
  ])('selects by %s', async (_what, args, paths) => {
    const { run, asked } = await start([
      { id: 11, fields: { document_type: 'Order/Opinion' } },
      { id: 12 },
      { id: 13, caseId: 2 },
    ]);
    expect((await run('fetch-files', ...args)).exitCode).toBe(0);
    expect(asked()).toEqual(paths);
  });

  test('stops at its budget and goes on there, and requests nothing a second time', async () => {
    const { json, asked } = await start([{ id: 11 }, { id: 12 }, { id: 13 }]);
    expect(await json('--budget', '2')).toMatchObject({
      outcome: 'budget',
      exit_code: 0,
      selected: { due: 1 },
    });
    expect(await json()).toMatchObject({ outcome: 'complete', selected: { due: 0, files: 3 } });
    await json();
    expect(asked()).toEqual(['/media/doc/11.pdf', '/media/doc/12.pdf', '/media/doc/13.pdf']);
  });

  test('spends its budget on files, not on those that the host does not have, that are too large or that are elsewhere', async () => {
    const { json, asked, run } = await start([
      { id: 11, file: 'https://elsewhere.example.org/media/doc/11.pdf' },
      { id: 12, file: 'media/elsewhere/12.pdf' },
      { id: 13, file: 'media/elsewhere/13.pdf' },
      { id: 14, file: 'media/elsewhere/14.pdf' },
      { id: 15 },
      { id: 16 },
    ]);
    expect(await json('--dry-run', '--budget', '2')).toMatchObject({
      due: 6,
      planned: 2,
      refused_hosts: [{ host: 'elsewhere.example.org', documents: 1 }],
    });
    // As many more as the budget has: a host that has nothing does not keep the pass going.
    expect(await json('--budget', '2')).toMatchObject({
      outcome: 'budget',
      pass: { refused: 1, not_offered: 3, files: 1, requests: 4 },
    });
    expect(await json('--max-file', '1000')).toMatchObject({ pass: { too_large: 1 } });
    expect(await json('--max-file', '1000')).toMatchObject({ pass: { requests: 0 } });
    expect((await run('status')).stdout.replaceAll(/\s+/g, ' ')).toContain(
      '1 due (`clearinghouse-mirror fetch-files --core`)',
    );
    expect(await json()).toMatchObject({ pass: { files: 1 }, selected: { files: 2, due: 0 } });
    expect(asked()).toHaveLength(6);
    const status = await run('status');
    expect(status.stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /files of 6 public documents: 2 files, 3 not offered, 1 on another host or not public, 0 never requested; 0 due\. newest pass .* Files: 2 files of 2 documents,/,
    );
  });

  test('spends its budget on what is too large only after many bytes', async () => {
    const { json } = await start([{ id: 11 }, { id: 12 }, { id: 13 }], { fault: () => 'endless' });
    expect(await json('--budget', '1', '--max-file', '300000')).toMatchObject({
      outcome: 'budget',
      pass: { too_large: 1, requests: 1 },
    });
  });

  test('says with --dry-run how many are due and how large they are, and requests nothing', async () => {
    const { fetchFiles, json, asked, stored } = await start([{ id: 11 }, { id: 12 }]);
    expect((await fetchFiles('--dry-run')).stdout.replaceAll(/\s+/g, ' ')).toContain(
      'Files: 2 files of 2 selected documents are due; this pass requests up to 2; their sizes are not known yet, and none may be above 268.4 MB (--max-file).',
    );
    expect(await json('--dry-run', '--budget', '1')).toEqual({
      documents: 2,
      due: 2,
      never_requested: 2,
      files: 0,
      not_offered: 0,
      too_large: 0,
      not_a_pdf: 0,
      refused: 0,
      failed: 0,
      planned: 1,
      expected_bytes: null,
      max_bytes: 268_435_456,
      stored_files: 0,
      stored_bytes: 0,
      refused_hosts: [],
      paused_hosts: [],
    });
    expect(asked()).toEqual([]);
    expect(stored()).toEqual([]);
  });

  test('says with --dry-run what may be requested by the whole address, not by the host alone', async () => {
    const files = [
      'https://files.example.org/a/11.pdf',
      'https://files.example.org/b/12.pdf?page=1',
      'https://files.example.org',
      'https://files.example.org/media/NonPublic/14.pdf',
      'https://files.example.org/%6Eonpublic/15.pdf',
      'https://user@files.example.org/16.pdf',
      'http://files.example.org/17.pdf',
      'https://other.example.org/18.pdf',
      'https://other.example.org:8443/19.pdf',
    ];
    const { json } = await start(files.map((file, at) => ({ id: 11 + at, file })));
    expect(await json('--dry-run', '--file-hosts', 'files.example.org')).toMatchObject({
      due: 7, // without the two that are not public
      planned: 3,
      refused_hosts: [
        { host: 'other.example.org', documents: 1 },
        { host: 'other.example.org:8443', documents: 1 },
      ],
    });
  });

  test('requests a file again when its document changes, and removes the file that it had', async () => {
    const { json, write, host, rows, stored, database } = await start([{ id: 11 }]);
    await json();
    const before = stored();
    write((sqlite) =>
      sqlite
        .prepare(`UPDATE documents SET mirror_fingerprint = 'changed', file = ? WHERE id = 11`)
        .run(`${host.url}media/doc/99.pdf`),
    );
    expect(await json()).toMatchObject({ pass: { files: 1, requests: 1 } });
    expect(stored()).toHaveLength(1);
    expect(stored()).not.toEqual(before);
    expect(rows('SELECT document_fingerprint FROM document_files')).toEqual([
      { document_fingerprint: 'changed' },
    ]);
    const ofFiles = verifyFile(database).findings.filter(({ check }) => check === 'files');
    expect(ofFiles).toEqual([]);
  });
});

test.each<[string, JsonObject[], number]>([
  ['only core documents are due', [{}, {}], 2],
  ['only others', [{ is_core_document: false, document_type: "Clerk's Docket" }], 1],
  ['more others', [{}, { is_core_document: false }, { is_core_document: false, document_type: 'Notice' }], 2],
  ['only documents without a type', [{ is_core_document: false, document_type: null }], 1],
])('status suggests a command that fetches what is due: %s', async (_what, fields, files) => {
  const { run, json, host } = await start([
    { id: 10 },
    ...fields.map((one, at) => ({ id: 11 + at, fields: { document_type: 'Order/Opinion', ...one } })),
  ]);
  await json('--case', '1', '--budget', '1');
  const known = ['--file-hosts', new URL(host.url).host];
  const said = (await run('status')).stdout.replaceAll(/\s+/g, ' ');
  const [, due, words = ''] = /(\d+) due \(`clearinghouse-mirror (.*?)`/.exec(said) ?? [];
  expect(due).toBe(String(fields.length));
  const args = [...words.matchAll(/'((?:[^']|'\\'')*)'|\S+/g)].map(([word, quoted]) =>
    (quoted ?? word).replaceAll(String.raw`'\''`, "'"),
  );
  const { stdout } = await run(...args, ...known, '--json');
  expect(JSON.parse(stdout)).toMatchObject({ pass: { files: expect.any(Number) } });
  expect((JSON.parse(stdout) as { pass: { files: number } }).pass.files).toBeGreaterThanOrEqual(files);
});

test.each<[string, string[], JsonObject]>([
  ['of a type', ['--type', 'Notice'], { is_core_document: false, document_type: 'Notice' }],
  ['without a type', ['--case', '1'], { is_core_document: false, document_type: null }],
])('status names a command that requests lost files again: documents %s', async (_what, flags, fields) => {
  const { run, folder, stored, host } = await start([{ id: 11, fields }]);
  await run('fetch-files', ...flags);
  const before = stored();
  rmSync(folder, { recursive: true });
  const said = (await run('status')).stdout.replaceAll(/\s+/g, ' ');
  const [, words = ''] = /request it again: `clearinghouse-mirror ([^`]*)`/.exec(said) ?? [];
  expect(words).toBe(`fetch-files ${flags.join(' ')} --accept-missing-files`);
  expect((await run(...words.split(' '), '--file-hosts', new URL(host.url).host)).exitCode).toBe(0);
  expect([before.length, stored()]).toEqual([1, before]);
});

describe('a file on another host', () => {
  test('is recorded and not requested, until its host is known', async () => {
    const other = await startHost();
    const { json, states, host, run } = await start([{ id: 11, file: `${other.url}media/doc/11.pdf` }]);
    expect(await json()).toMatchObject({
      outcome: 'partial',
      exit_code: EXIT_CODES.partial.code,
      pass: { refused: 1, requests: 0 },
    });
    expect(other.requests).toEqual([]);
    expect(states()).toEqual([{ document_id: 11, outcome: 'refused', failures: 0 }]);
    expect(await json()).toMatchObject({ pass: { refused: 0, requests: 0 } });
    const known = [host.url, other.url].map((url) => new URL(url).host).join(';');
    const refused = [{ host: new URL(other.url).host, documents: 1 }];
    expect(await json('--dry-run')).toMatchObject({ due: 0, planned: 0, refused_hosts: refused });
    expect((await run('fetch-files', '--core')).stdout.replaceAll(/\s+/g, ' ')).toContain(
      `1 file on ${new URL(other.url).host} (1). If you trust a host, run fetch-files with --file-hosts "${known}", or set CLEARINGHOUSE_FILE_HOSTS.`,
    );
    expect((await run('fetch-files', '--core', '--file-hosts', known)).exitCode).toBe(0);
    expect(states()).toEqual([{ document_id: 11, outcome: 'file', failures: 0 }]);
  });

  test('is in the flag to copy only if it is a name of a host', async () => {
    const { fetchFiles, json, run } = await start([
      { id: 11, file: 'https://a"$(touch${IFS}x)`b`;c/11.pdf' },
      { id: 12, file: 'https://files.example.org/12.pdf' },
    ]);
    await json();
    const selected =
      '2 files on files.example.org (1) and 1 other host. If you trust a host, run fetch-files';
    for (const { stdout } of [await fetchFiles(), await fetchFiles('--dry-run'), await run('status')]) {
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(selected);
      expect(stdout).toContain(';files.example.org"');
      expect(stdout).not.toMatch(/touch|`b`/);
    }
    const odd = await run('fetch-files', '--core', '--file-hosts', 'files.example.org', '--dry-run');
    expect(odd.stdout.replaceAll(/\s+/g, ' ')).toContain('host: 1 file on 1 odd host.');
    expect(odd.stdout).not.toContain('If you trust');
  });

  test('whose stored file was lost is due again when its host is known', async () => {
    const { json, run, stored, folder, rows } = await start([{ id: 11 }, { id: 12 }]);
    await json();
    const files = stored();
    rmSync(join(folder, files[0] ?? ''));
    const elsewhere = await run('fetch-files', '--core', '--file-hosts', 'files.example.org', '--json');
    expect(JSON.parse(elsewhere.stdout)).toMatchObject({
      pass: { refused: 1, requests: 0 },
      refused_hosts: [{ host: new URL(hosts[0]?.url ?? '').host, documents: 1 }],
    });
    expect(rows('SELECT error_message FROM document_files WHERE hash IS NULL')).toEqual([
      { error_message: expect.stringMatching(/^The file is on another host: .* The file .* is missing/) },
    ]);
    expect(await json()).toMatchObject({ pass: { files: 1, requests: 1 } });
    expect(stored()).toEqual(files);
  });

  test('is refused in steps, and a stopped pass leaves the rest for the next one', async () => {
    const papers = Array.from({ length: 600 }, (_, at) => ({
      id: 1000 + at,
      file: `https://elsewhere.example.org/${at}.pdf`,
    }));
    const { fetchFiles, database, env, runtime } = await start(papers);
    const stop = new AbortController();
    const settings = {
      ...parseSettings(gatherSettings({ database }, env, {})),
      ...parseFileSettings(gatherSettings({ database }, env, {})),
    };
    const report = await runFilePass(
      {
        settings,
        selection: ALL_DOCUMENTS,
        budget: 10,
        signal: stop.signal,
        onEvent: ({ type }) => {
          if (type === 'planned')
            setImmediate(() => {
              stop.abort(new MirrorError('INTERRUPTED', 'The pass was stopped.'));
            });
        },
      },
      runtime,
    );
    expect(report).toMatchObject({ outcome: 'interrupted', figures: { refused: 500, requests: 0 } });
    expect((await fetchFiles()).stdout).toContain('Files: 0 files, 100 on another host');
  });

  test('ends its progress at what the budget allows, not at what is due', async () => {
    const { database, env, runtime, host } = await start([11, 12, 13, 14].map((id) => ({ id })));
    const written = gatherSettings({ database, fileHosts: new URL(host.url).host }, env, {});
    const ends: number[] = [];
    await runFilePass(
      {
        settings: { ...parseSettings(written), ...parseFileSettings(written) },
        selection: ALL_DOCUMENTS,
        budget: 2,
        signal: new AbortController().signal,
        onEvent: (event) => {
          if (event.type === 'document-ended') ends.push(event.of);
        },
      },
      runtime,
    );
    expect(ends).toEqual([2, 2]);
  });

  test('is not requested either if a known host redirects there', async () => {
    const other = await startHost();
    const { json, states, asked, stored } = await start([{ id: 11 }], {
      redirect: () => `${other.url}media/doc/11.pdf`,
    });
    expect(await json()).toMatchObject({ outcome: 'partial', pass: { refused: 1, requests: 1 } });
    expect(asked()).toHaveLength(1);
    expect(other.requests).toEqual([]);
    expect(states()).toEqual([{ document_id: 11, outcome: 'refused', failures: 0 }]);
    expect(stored()).toEqual([]);
  });

  test.each([
    'media/nonpublic/doc/11.pdf',
    'media/NonPublic%2Fdoc/11.pdf',
    '/media\\%256Eonpublic\\doc\\11.pdf',
  ])('is not requested, nor stored, if a known host redirects to what is not public: %s', async (path) => {
    const { json, rows, asked, stored } = await start([{ id: 11 }], {
      redirect: () => path.replace(/^media/, '/media'),
    });
    expect(await json()).toMatchObject({ outcome: 'complete', pass: { refused: 1, requests: 1 } });
    expect(asked()).toEqual(['/media/doc/11.pdf']);
    expect(rows('SELECT outcome, error_message FROM document_files')).toEqual([
      { outcome: 'refused', error_message: 'The file is in a folder that is not public.' },
    ]);
    expect(stored()).toEqual([]);
  });

  test('is fetched if a known host redirects to a known one', async () => {
    const { json, states } = await start([{ id: 11 }], {
      redirect: ({ path }) => (path === '/media/doc/11.pdf' ? '/media/doc/12.pdf' : undefined),
    });
    expect(await json()).toMatchObject({ pass: { files: 1, requests: 2 } });
    expect(states()).toEqual([{ document_id: 11, outcome: 'file', failures: 0 }]);
  });

  test('is followed there even if that exceeds the budget, so that the other files get their turn', async () => {
    const { json, states } = await start([{ id: 11 }, { id: 12 }], {
      redirect: ({ path }) =>
        ({ '/media/doc/11.pdf': '/media/doc/21.pdf', '/media/doc/21.pdf': '/media/doc/31.pdf' })[path],
    });
    expect(await json('--budget', '1')).toMatchObject({ outcome: 'budget', pass: { files: 1, requests: 3 } });
    expect(await json('--budget', '1')).toMatchObject({
      outcome: 'complete',
      pass: { files: 1, requests: 1 },
    });
    expect(states()).toMatchObject([{ outcome: 'file' }, { outcome: 'file' }]);
  });

  test.each([
    'http://files.example.org/doc/11.pdf',
    'https://someone@files.example.org/doc/11.pdf',
    'file:///etc/hosts',
    'no address',
  ])('is not requested by an address that is not safe: %s', async (file) => {
    const { run, states, write } = await start([{ id: 11 }]);
    write((sqlite) => sqlite.prepare('UPDATE documents SET file = ?').run(file));
    const { exitCode } = await run('fetch-files', '--core', '--file-hosts', 'files.example.org');
    expect(exitCode).toBe(0);
    expect(states()).toEqual([{ document_id: 11, outcome: 'refused', failures: 0 }]);
  });
});

describe('a file that does not come', () => {
  test.each([
    ['cut', 'NETWORK_FAILED'],
    ['longer', 'NETWORK_FAILED'],
    ['half', 'RESPONSE_UNEXPECTED'],
    ['html', 'RESPONSE_UNEXPECTED'],
    ['busy', 'SERVER_ERROR'],
  ] as const)('as it should (%s) is a failure, which comes back after a pause', async (fault, code) => {
    let isBroken = true;
    const { json, rows, wait, stored, states, database } = await start([{ id: 11 }], {
      fault: () => (isBroken ? fault : undefined),
    });
    expect(await json()).toMatchObject({
      outcome: 'partial',
      exit_code: EXIT_CODES.partial.code,
      pass: { failed: 1, files: 0, requests: 3 },
    });
    expect(rows('SELECT outcome, failures, error_code FROM document_files')).toEqual([
      { outcome: 'failed', failures: 1, error_code: code },
    ]);
    expect(stored()).toEqual([]);
    expect(verifyFile(database).findings).toEqual([]);
    expect(await json()).toMatchObject({ pass: { requests: 0 } });
    isBroken = false;
    wait(2);
    expect(await json()).toMatchObject({ pass: { files: 1, requests: 1 } });
    expect(states()).toEqual([{ document_id: 11, outcome: 'file', failures: 0 }]);
  });

  test.each([
    ['gone', 'not_offered'],
    ['word', 'not_a_pdf'],
    ['endless', 'too_large'],
  ] as const)('because it is %s has a clear outcome, and is not requested again', async (fault, outcome) => {
    const { json, states, stored, wait, asked, database } = await start([{ id: 11 }], { fault: () => fault });
    expect(await json('--max-file', '300000')).toMatchObject({
      outcome: 'complete',
      pass: { [outcome]: 1, requests: 1 },
    });
    expect(states()).toEqual([{ document_id: 11, outcome, failures: 0 }]);
    wait(60);
    await json('--max-file', '300000');
    expect(asked()).toHaveLength(1);
    expect(stored()).toEqual([]);
    expect(verifyFile(database).findings).toEqual([]);
  });

  test('at storage that answers 403 for what it does not have is not offered', async () => {
    const { json, states } = await start([{ id: 11, file: 'media/elsewhere/11.pdf' }]);
    await json();
    expect(states()).toEqual([{ document_id: 11, outcome: 'not_offered', failures: 0 }]);
  });

  test('compressed against the request is stored as what it is', async () => {
    const { json, rows, stored, database } = await start([{ id: 11 }, { id: 12, file: 'media/doc/11.pdf' }], {
      fault: () => (hosts[0]?.requests.length === 1 ? 'gzip' : undefined),
    });
    await json();
    expect(rows('SELECT count(DISTINCT hash) AS hashes, count(*) AS rows FROM document_files')).toEqual([
      { hashes: 1, rows: 2 },
    ]);
    expect(stored()).toHaveLength(1);
    expect(verifyFile(database).findings).toEqual([]);
  });

  test('in time for a long Retry-After holds files alone, and no request comes before its end', async () => {
    const { json, fetchFiles, asked, sync } = await start([{ id: 11 }, { id: 12 }], {
      fault: () => 'limited',
    });
    expect(await json()).toMatchObject({ outcome: 'budget', error: { code: 'RETRY_AFTER_TOO_LONG' } });
    const { stderr } = await fetchFiles();
    expect(stderr).toContain('[RETRY_AFTER_TOO_LONG]');
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      '--ignore-retry-after of `sync`, `fetch-texts` and `fetch-files`',
    );
    expect(asked()).toHaveLength(1);
    await fetchFiles('--ignore-retry-after');
    expect(asked()).toHaveLength(2);
    expect(await sync()).toMatchObject({ outcome: 'complete' });
  });

  test('in time for a long Retry-After holds only the files of the host that asks for it', async () => {
    let isBusy = true;
    const other = await startHost({ fault: () => (isBusy ? 'limited' : undefined) });
    const { fetchFiles, run, host, states, wait } = await start(
      [
        { id: 11, file: `${other.url}media/doc/11.pdf` },
        { id: 12, file: `${other.url}media/doc/12.pdf` },
        { id: 13 },
        { id: 14 },
        { id: 15 },
      ],
      { redirect: ({ path }) => (path === '/media/doc/13.pdf' ? `${other.url}media/doc/13.pdf` : undefined) },
    );
    const [own, busy] = [host.url, other.url].map((url) => new URL(url).host) as [string, string];
    const hosts = ['--file-hosts', `${own};${busy}`];
    // The budget would end with the files of the busy host if these kept their places.
    const first = JSON.parse((await fetchFiles('--json', '--budget', '4', ...hosts)).stdout) as object;
    expect(first).toMatchObject({
      outcome: 'budget',
      exit_code: 0,
      pass: { files: 2, failed: 2 },
      paused_hosts: [{ host: busy, documents: 1 }],
      error: { code: 'RETRY_AFTER_TOO_LONG', message: expect.stringContaining(`${busy} allows no request`) },
    });
    expect([other.requests.length, host.requests.length]).toEqual([1, 3]);
    expect(states().map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'file', 'file']);
    const told = `${busy} allows no request before`;
    const status = await run('status');
    for (const { stdout } of [await fetchFiles('--dry-run', ...hosts), status])
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(told);
    expect((await fetchFiles(...hosts)).stderr).toContain(told);
    isBusy = false;
    await fetchFiles('--ignore-retry-after', ...hosts);
    expect(other.requests).toHaveLength(2);
    wait(2);
    expect(JSON.parse((await fetchFiles('--json', ...hosts)).stdout)).toMatchObject({ outcome: 'complete' });
  });

  test('at all takes no place of others: the next pass within the budget requests those first', async () => {
    const { json, asked } = await start([{ id: 11 }, { id: 12 }], {
      fault: ({ path }) => (path === '/media/doc/11.pdf' ? 'busy' : undefined),
    });
    expect(await json('--budget', '1')).toMatchObject({ pass: { failed: 1 } });
    expect(await json('--budget', '1')).toMatchObject({ pass: { files: 1 } });
    expect(asked().at(-1)).toBe('/media/doc/12.pdf');
  });

  test('keeps the file that the document already has', async () => {
    let isGone = false;
    const { json, write, stored, rows, database } = await start([{ id: 11 }], {
      fault: () => (isGone ? 'gone' : undefined),
    });
    await json();
    const before = stored();
    isGone = true;
    write((sqlite) => sqlite.exec(`UPDATE document_files SET document_fingerprint = 'older'`));
    await json();
    expect(stored()).toEqual(before);
    expect(rows('SELECT outcome, error_message FROM document_files')).toEqual([
      { outcome: 'file', error_message: 'The host now says: not_offered.' },
    ]);
    expect(verifyFile(database).findings).toEqual([]);
  });
});

describe('the folder of the files', () => {
  test('loses what a dead process left, partial files and dropped files, and no other file', async () => {
    const { json, fetchFiles, stored, folder, write, database, rows } = await start([{ id: 11 }]);
    await json();
    const before = stored();
    const put = (content: string): string => {
      const hash = sha256(Buffer.from(content));
      mkdirSync(join(folder, hash.slice(0, 2)), { recursive: true });
      writeFileSync(join(folder, hash.slice(0, 2), `${hash}.pdf`), content);
      return `${hash.slice(0, 2)}/${hash}.pdf`;
    };
    const [dropped, unknown] = [put('dropped'), put('unknown')];
    writeFileSync(join(folder, 'partial', '12.part'), '%PDF-');
    const drop = (name: string): void => {
      write((sqlite) => sqlite.prepare('INSERT INTO mirror_dropped_files VALUES (?)').run(name.slice(3, 67)));
    };
    drop(dropped);
    drop(before[0] ?? ''); // A document has it, so it stays.
    expect(verifyFile(database).findings).toMatchObject([{ check: 'files', found: dropped }]);
    expect(await json()).toMatchObject({ unknown_files: 1 });
    expect(stored()).toEqual([...before, unknown].sort());
    expect(rows('SELECT * FROM mirror_dropped_files')).toEqual([]);
    expect((await fetchFiles()).stdout).toContain('has 1 other file in that folder');
    expect(verifyFile(database).findings).toEqual([]);
  });

  test.each(['absent', 'dangling', 'empty'] as const)(
    'keeps everything while it is %s, and begins anew only if told so',
    async (state) => {
      const { json, fetchFiles, run, stored, folder, states, asked } = await start([{ id: 11 }, { id: 12 }]);
      await json();
      const [files, known] = [stored(), states()];
      const away = `${folder}-away`;
      renameSync(folder, away);
      if (state === 'dangling') symlinkSync(`${folder}-not-mounted`, folder);
      if (state === 'empty') mkdirSync(folder);
      expect((await run('status')).stdout.replaceAll(/\s+/g, ' ')).toContain(
        'otherwise request them again: `clearinghouse-mirror fetch-files --core --accept-missing-files',
      );
      for (let time = 0; time < 2; time++) {
        const { exitCode, stderr } = await fetchFiles();
        expect([exitCode, stderr]).toEqual([
          EXIT_CODES.output.code,
          expect.stringContaining('[FILES_MISSING]'),
        ]);
      }
      expect([states(), asked().length]).toEqual([known, 2]);
      if (state !== 'dangling') {
        expect(await json('--accept-missing-files')).toMatchObject({ pass: { files: 2 } });
        expect([stored(), states()]).toEqual([files, known]);
        return;
      }
      expect((await fetchFiles('--accept-missing-files')).stderr).toContain('[FILES_MISSING]');
      rmSync(folder);
      symlinkSync(away, folder);
      expect(await json()).toMatchObject({ pass: { requests: 0 } });
      expect([stored(), states()]).toEqual([files, known]);
    },
  );

  test('keeps what was fetched after the snapshot that is restored', async () => {
    const { json, run, stored, database, asked } = await start([{ id: 11 }, { id: 12 }]);
    await json('--budget', '1');
    const copy = join(dirname(database), 'copy.db');
    await run('snapshot', '--to', copy);
    await json();
    const files = stored();
    await run('restore', copy, '--yes');
    expect(await json('--case', '2')).toMatchObject({ unknown_files: 1 });
    expect(stored()).toEqual(files);
    expect(await json()).toMatchObject({ pass: { files: 1 }, unknown_files: 0 });
    expect([stored(), asked().length]).toEqual([files, 3]);
  });

  test('says of a document whose file is lost, and which the host no longer offers, which file it was', async () => {
    let isGone = false;
    const { json, stored, folder, rows, database } = await start([{ id: 11 }], {
      fault: () => (isGone ? 'gone' : undefined),
    });
    await json();
    const [name = ''] = stored();
    rmSync(join(folder, name));
    isGone = true;
    expect(await json()).toMatchObject({ pass: { not_offered: 1 } });
    expect(rows('SELECT outcome, hash, error_message FROM document_files')).toEqual([
      {
        outcome: 'not_offered',
        hash: null,
        error_message: `The file ${name.slice(3, 67)} was stored and is missing from the folder.`,
      },
    ]);
    expect(verifyFile(database).findings).toEqual([]);
  });

  test('gets back a file that was lost', async () => {
    const { json, stored, folder, database } = await start([{ id: 11 }]);
    await json();
    const [name = ''] = stored();
    rmSync(join(folder, name));
    expect(verifyFile(database).findings).toMatchObject([{ check: 'files', found: 'no such file' }]);
    expect(await json()).toMatchObject({ pass: { files: 1 } });
    expect(stored()).toEqual([name]);
  });

  test.each([
    ['other bytes', (bytes: Buffer) => Buffer.from(bytes).fill('x', 20, 24)],
    ['fewer bytes', (bytes: Buffer) => bytes.subarray(0, 100)],
  ])('is found by verify to hold %s', async (_what, damage) => {
    const { json, stored, folder, database, run } = await start([{ id: 11 }]);
    await json();
    const path = join(folder, stored()[0] ?? '');
    writeFileSync(path, damage(readFileSync(path)));
    expect((await run('verify')).exitCode).toBe(10);
    expect(verifyFile(database).findings).toMatchObject([
      { check: 'files', what: 'document_files 11: hash' },
    ]);
  });

  test('stays out of a snapshot, which verifies without it', async () => {
    const { json, run, database } = await start([{ id: 11 }]);
    await json();
    const copies = join(dirname(database), 'copies');
    const { stdout } = await run('snapshot', '--snapshots', copies, '--json');
    const { path } = JSON.parse(stdout) as { path: string };
    expect(readdirSync(copies).filter((name) => name.endsWith('.files'))).toEqual([]);
    expect(verifyFile(path).findings).toEqual([]);
    expect((await run('restore', path, '--yes')).exitCode).toBe(0);
    expect(verifyFile(database).findings).toEqual([]);
    expect(await json()).toMatchObject({ pass: { requests: 0 } });
  });
});

describe('redacting', () => {
  test('a document removes its file, unless another document has an equal one', async () => {
    const { json, run, stored, rows, database } = await start([
      { id: 11 },
      { id: 12, file: 'media/doc/11.pdf' },
      { id: 13 },
    ]);
    await json();
    const before = stored();
    expect(before).toHaveLength(2);
    expect((await run('redact', '--document', '11')).stdout.replaceAll(/\s+/g, ' ')).toContain('1 file');
    expect((await run('redact', '--document', '11', '--yes')).exitCode).toBe(0);
    expect(stored()).toEqual(before);
    expect(JSON.parse((await run('redact', '--document', '12', '--yes', '--json')).stdout)).toMatchObject({
      files: 1,
    });
    const [row] = rows('SELECT document_id, hash FROM document_files');
    expect(row?.document_id).toBe(13);
    expect(stored()).toEqual([`${String(row?.hash).slice(0, 2)}/${String(row?.hash)}.pdf`]);
    expect(verifyFile(database).findings).toEqual([]);
    expect(await json()).toMatchObject({ pass: { requests: 0 } });
  });

  test('a document is unfinished while the folder is away, and removes its file when the folder is back', async () => {
    const { json, run, stored, folder, rows } = await start([{ id: 11 }, { id: 12 }]);
    await json();
    const [row] = rows('SELECT hash FROM document_files WHERE document_id = 11');
    const name = `${String(row?.hash).slice(0, 2)}/${String(row?.hash)}.pdf`;
    const files = stored();
    renameSync(folder, `${folder}-away`);
    symlinkSync(`${folder}-not-mounted`, folder);
    expect((await run('redact', '--document', '11', '--yes')).stderr).toContain('[REDACTION_UNFINISHED]');
    rmSync(folder);
    renameSync(`${folder}-away`, folder);
    expect(stored()).toEqual(files);
    await json();
    expect(stored()).toEqual(files.filter((file) => file !== name));
    expect(rows(`SELECT outcome FROM sync_runs WHERE "trigger" = 'redact'`)).toEqual([
      { outcome: 'complete' },
    ]);
    expect(rows('SELECT * FROM mirror_dropped_files')).toEqual([]);
  });

  test('a case removes the files of its documents', async () => {
    const { json, run, stored, write, rows } = await start([{ id: 11 }, { id: 12, caseId: 2 }]);
    await json();
    write((sqlite) => sqlite.exec('UPDATE cases SET mirror_departed_run_id = 1 WHERE id = 2'));
    expect(JSON.parse((await run('redact', '2', '--yes', '--json')).stdout)).toMatchObject({ files: 1 });
    expect(rows('SELECT document_id FROM document_files')).toEqual([{ document_id: 11 }]);
    expect(stored()).toHaveLength(1);
  });
});

describe('the stored files', () => {
  test('are shown by case, and exported as a table, with hash, size and path, and never those of hidden documents', async () => {
    const { fetchFiles, run, write, folder, rows, database } = await start([
      { id: 11 },
      { id: 12, fields: { title: 'To be sealed' } },
      { id: 13, caseId: 2 },
    ]);
    await fetchFiles();
    write((sqlite) => sqlite.exec("UPDATE documents SET mirror_hidden = 'status' WHERE id = 12"));
    const [stored] = rows('SELECT hash, bytes FROM document_files WHERE document_id = 11');
    const hash = String(stored?.hash);
    const path = `${hash.slice(0, 2)}/${hash}.pdf`;
    const shown = (await run('case', '1')).stdout.replaceAll(/\s+/g, ' ');
    expect(shown).toMatch(/\(document 11\), file stored \([\d.]+ \w+\)/);
    const { linked } = JSON.parse((await run('case', '1', '--json')).stdout) as {
      linked: Record<string, Record<string, unknown>>;
    };
    expect(linked.documents?.files).toEqual([
      { document_id: 11, sha256: hash, bytes: stored?.bytes, path: join(folder, path) },
    ]);
    expect(linked.dockets).not.toHaveProperty('files');
    const then = JSON.parse((await run('case', '1', '--json', '--as-of', '1')).stdout) as typeof shown & {
      linked: Record<string, Record<string, unknown>>;
    };
    expect(then.linked.documents?.files).toBeNull();
    const out = join(dirname(database), 'out');
    const exported = await run('export', out, '--format', 'ndjson', '--tables', 'document_files');
    expect(exported.stderr).toMatch(/^About \d+ B will be written\.\n$/);
    const lines = readFileSync(join(out, 'data/document_files.ndjson'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { document_id: 11, sha256: hash, bytes: stored?.bytes, path },
      expect.objectContaining({ document_id: 13 }),
    ]);
    expect(existsSync(join(out, 'data', hash.slice(0, 2)))).toBe(false);
  });

  test('are not in a snapshot: snapshot says where they are, and restore which of them are missing', async () => {
    const { fetchFiles, run, folder, stored, database, asked } = await start([{ id: 11 }, { id: 12 }]);
    const copy = join(dirname(database), 'copy.db');
    expect((await run('snapshot', '--to', copy)).stdout).not.toContain('not in it');
    rmSync(copy);
    await fetchFiles();
    const { stdout } = await run('snapshot', '--to', copy);
    expect(stdout).toMatch(/not in it: 2 files of documents \([\d.]+ \w+\); copy .*\.files to keep them/);
    rmSync(join(folder, String(stored()[0])));
    expect((await run('restore', copy)).stdout).not.toContain('of documents that it names');
    const restored = (await run('restore', copy, '--yes')).stdout;
    expect(restored).toContain('Of the 2 files of documents that it names, ');
    expect(restored).toContain('has 1. The next fetch-files requests the other 1 again.');
    const before = asked().length;
    await fetchFiles();
    expect([asked().length - before, stored().length]).toEqual([1, 2]);
  });

  test.each([
    ['none without a budget', [], []],
    ['core documents within it', ['--files-budget', '1'], [11]],
    ['all core documents', ['--files-budget', '9'], [11, 12]],
    ['those of a type', ['--files-budget', '9', '--no-core-files', '--file-types', 'Docket'], [14]],
  ] as const)('come after the linked lists of a scheduled run: %s', async (_, flags, expected) => {
    const { run, rows } = await start([
      { id: 11 },
      { id: 12 },
      { id: 13, fields: { is_core_document: false } },
      { id: 14, fields: { is_core_document: false, document_type: 'Docket' } },
    ]);
    const night = await run('nightly', '--once', '--no-nightly-snapshot', '--linked-budget', '2', ...flags);
    expect(night.exitCode).toBe(0);
    expect(rows('SELECT document_id AS id FROM document_files ORDER BY 1')).toEqual(
      expected.map((id) => ({ id })),
    );
  });
});
