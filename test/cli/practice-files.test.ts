import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { inventCollection } from '../../fake-api/collection/collection.ts';
import { type FakeApi, startFakeApi } from '../../fake-api/serve/server.ts';
import { renderPlural } from '../../src/lib/layout.ts';
import { closing, openSqlite } from '../../src/db/engine.ts';
import { runCli } from '../support/command-line.ts';
import { tempFolder } from '../support/temp-folder.ts';

/* What a new user practices with `fake-api`, as docs/linked-lists.md shows it. */

let fakeApi: FakeApi;
beforeAll(async () => {
  fakeApi = await startFakeApi({ source: inventCollection({ seed: 1, size: 12 }), servesFiles: true });
});
afterAll(() => fakeApi.close());

const PAGE = readFileSync(new URL('../../docs/linked-lists.md', import.meta.url), 'utf8');

/** The commands of the page for practice, with the port of this fake API. */
function listCommands(): string[][] {
  const [, block = ''] = /practice these commands[^]*?```sh\n([^`]+)```/.exec(PAGE) ?? [];
  const port = new URL(fakeApi.url).port;
  return block
    .split('\n')
    .filter((line) => line.startsWith('clearinghouse-mirror ') && !line.includes('fake-api'))
    .map((line) => line.replaceAll('8080', port))
    .map((line) =>
      [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '').slice(1),
    );
}

/** The public documents with a file that `--core` leaves out. */
const countNotCore = (database: string): number =>
  closing(
    openSqlite(database, { readonly: true }),
    (sqlite) =>
      sqlite
        .prepare<[], number>(
          'SELECT count(*) FROM clean_documents WHERE file IS NOT NULL AND is_core_document IS NOT 1',
        )
        .pluck()
        .get() ?? 0,
  );

test('the files of invented documents are fetched as the page shows it, and a host that is not known is named first', async () => {
  const database = join(tempFolder(), 'practice.db');
  const env = {
    CLEARINGHOUSE_API_TOKEN: fakeApi.token,
    CLEARINGHOUSE_API_URL: fakeApi.url,
    CLEARINGHOUSE_DATABASE: database,
    CLEARINGHOUSE_DELAY: '0',
    CLEARINGHOUSE_LINKED_BUDGET: 'all',
  };
  const commands = listCommands();
  expect(commands.map(([name]) => name)).toEqual([
    'sync',
    'fetch-files',
    'fetch-files',
    'fetch-files',
    'status',
  ]);
  const outputs: string[] = [];
  for (const args of commands) {
    const { exitCode, stdout, stderr } = await runCli(args, { env });
    expect([args.join(' '), exitCode, stderr]).toEqual([args.join(' '), 0, expect.any(String)]);
    outputs.push(stdout.replaceAll(/\s+/g, ' '));
  }
  const { host, port } = new URL(fakeApi.url);
  const [, dry, first, second, status] = outputs;
  expect(dry).toMatch(
    /this pass requests up to \d+; their sizes are not known yet, and none may be above 268\.4 MB/,
  );
  expect(first).toMatch(/Files: \d+ files, \d+ not offered, \d+ on another host or not public/);
  expect(first).toContain(`run fetch-files with --file-hosts "${host};localhost:${port}"`);
  expect(second).toMatch(/Files: \d+ files, .*Pass 2: complete/);
  expect(second).not.toContain('Not requested');
  const left = countNotCore(database);
  expect(left).toBeGreaterThan(0);
  expect(status).toMatch(
    new RegExp(
      `files of \\d+ public documents: \\d+ files, \\d+ not offered, ${left} never requested; 0 due\\. .*Not requested, because --file-hosts does not name their host: ${renderPlural(left, 'file')} on`,
    ),
  );
  const names = readdirSync(`${database}.files`, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.pdf'));
  expect(files.length).toBeGreaterThan(20);
  for (const name of files.slice(0, 3))
    expect(readFileSync(join(`${database}.files`, name), 'latin1')).toMatch(
      /^%PDF-1\.4\n[^]*startxref\n\d+\n%%EOF\n$/,
    );
});

test('documents without the cases that they belong to are refused, with what to do', async () => {
  const { exitCode, stderr } = await runCli(['fake-api', '--documents', 'documents.ndjson']);
  expect(exitCode).toBe(2);
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
    '--documents needs --records: it names the documents of recorded cases. [USAGE] Hint: Add --records with the cases, or leave out --documents',
  );
});
