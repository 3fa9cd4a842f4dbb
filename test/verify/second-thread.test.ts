import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { openMirror, openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { verifyMirror } from '../../src/verify/proof.ts';
import { proveDownwards, runSecondThread, startSecondThread } from '../../src/verify/second-thread.ts';
import { buildEventfulMirror, verifyFile, writeDamaged } from '../support/eventful-mirror.ts';
import { findProgram } from '../support/program.ts';
import { shareHistory } from '../support/shared-history.ts';
import { smallCollection } from '../support/small-collection.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SIZE = 150;
/** A mirror of more cases than are proven together. */
const share = shareHistory(() => ({ source: smallCollection(SIZE) }));
const pause = () => new Promise((resolve) => setTimeout(resolve, 2));
let eventful: Buffer;
beforeAll(async () => {
  eventful = await buildEventfulMirror();
});

async function damage(sql: string): Promise<string> {
  const { database } = await share();
  const { sqlite, close } = openMirror(database);
  sqlite.exec(sql);
  close();
  return database;
}

/** Verifies with a second thread, which first proves as many cases as `wanted`; fails if it ends before that. */
async function verifyWithThread(path: string, wanted: number, thread?: URL) {
  const mirror = openMirrorReadOnly(path);
  const elsewhere = startSecondThread(mirror, thread);
  try {
    while (elsewhere.count() < wanted) await pause();
    const findings = [];
    const steps = verifyMirror(mirror, { of: 'everything' }, () => undefined, { elsewhere });
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) return { ...step.value, findings, failure: await elsewhere.end() };
      findings.push(step.value);
    }
  } finally {
    await elsewhere.end();
    mirror.close();
  }
}

const toThread = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

describe('the second thread of verify', () => {
  test('proves every case of a sound mirror if it has the time', async () => {
    const { database } = await share();
    expect(await verifyWithThread(database, SIZE)).toEqual({ ...verifyFile(database), failure: null });
  });

  test.each([
    `UPDATE cases SET court = 'x' WHERE id % 3 = 0`,
    `UPDATE docket_entries SET description = 'x' WHERE mirror_id % 5 = 0`,
    `UPDATE cases SET mirror_payload = '{' WHERE id = (SELECT max(id) FROM cases)`,
  ])('leads to the same findings in the same order: %s', async (sql) => {
    const database = await damage(sql);
    const expected = verifyFile(database);
    expect(expected.findings).not.toEqual([]);
    expect(await verifyWithThread(database, SIZE)).toEqual({ ...expected, failure: null });
  });

  test('checks nothing of a case that is not plain', async () => {
    const path = writeDamaged(eventful, `UPDATE cases SET court = 'x' WHERE id % 2 = 0`);
    const size = verifyFile(path).casesMirrored;
    expect(await verifyWithThread(path, size)).toEqual({ ...verifyFile(path), failure: null });
  });

  let expected: ReturnType<typeof verifyFile> | undefined;
  test.each([
    ['is missing', new URL('dist/no-such-file.js', new URL('../../', import.meta.url)), /Cannot find/],
    ['is of no kind that can start', new URL('https://localhost/thread.js'), /must be/],
    ['dies at once', toThread('throw new Error("no memory")'), /no memory/],
    ['exits without a word', toThread('process.exit(3)'), /exit code 3/],
    ['takes no notice of its task', toThread(''), null],
  ])('that %s changes no finding', async (_what, thread, failure) => {
    const database = writeDamaged(eventful, `UPDATE cases SET court = 'x' WHERE id % 3 = 0`);
    const { failure: found, ...verified } = await verifyWithThread(database, 0, thread);
    expected ??= verifyFile(database);
    expect(verified).toEqual(expected);
    if (failure === null) expect(found).toBeNull();
    else expect(String(found)).toMatch(failure);
  });

  test('ends early where SQLite cannot read, and leaves the damage to the first thread', async () => {
    const database = writeDamaged(eventful, '');
    const pages = `SELECT (rootpage - 1) * 4096 FROM sqlite_schema WHERE name = 'docket_entries'`;
    const mirror = openMirrorReadOnly(database);
    const start = Number(mirror.sqlite.prepare(pages).pluck().get());
    mirror.close();
    const bytes = readFileSync(database);
    writeFileSync(database, bytes.fill(0, start, start + 4096));
    const expected = verifyFile(database);
    expect(expected.findings).not.toEqual([]);
    expect(await verifyWithThread(database, 0)).toEqual({ ...expected, failure: null });
  });

  test('proves nothing from the cases on that the first thread has reached', async () => {
    const { database } = await share();
    const mirror = openMirrorReadOnly(database);
    const ids = mirror.sqlite.prepare<[], number>('SELECT id FROM cases ORDER BY id').pluck().all();
    const proven: number[] = [];
    proveDownwards(
      mirror,
      (id) => id > Number(ids[20]),
      (proofs) => {
        proven.push(...proofs.map(([id]) => id));
      },
    );
    mirror.close();
    expect(proven.sort((a, b) => a - b)).toEqual(ids.slice(-100));
  });

  test('refuses a file that took the place of the one that is verified, before it opens it', async () => {
    const { database } = await share();
    const other = join(tempFolder(), 'other.db');
    writeFileSync(other, 'no database');
    const { port1, port2 } = new MessageChannel();
    const position = new BigInt64Array(new SharedArrayBuffer(8));
    for (const path of [database, other])
      expect(() => {
        runSecondThread({ path, file: 'another', port: port2, position });
      }).toThrow('was replaced');
    port1.close();
  });
});

describe('the built program', () => {
  const run = (program: string, database: string, threads: string) => {
    const words = [program, 'verify', '--database', database, '--threads', threads];
    const env = { PATH: process.env.PATH };
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', env });
    return { status, stdout: stdout.replace(/verified in .*:/, 'verified:'), stderr };
  };

  test('reports the same with one thread and with two', () => {
    const database = writeDamaged(eventful, `UPDATE cases SET court = 'x' WHERE id % 3 = 0`);
    const [one, two] = ['1', '2'].map((threads) => run(findProgram(), database, threads));
    expect(one).toMatchObject({ status: 10, stderr: '' });
    expect(two).toEqual(one);
  });

  test('says that its second thread failed, and verifies everything in the first', () => {
    const database = writeDamaged(eventful, `UPDATE cases SET court = 'x' WHERE id % 3 = 0`);
    const folder = tempFolder();
    for (const name of ['bin', 'dist', 'package.json', 'migrations'])
      cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    rmSync(join(folder, 'dist/verify-thread.js'));
    const crippled = run(join(folder, 'bin/clearinghouse-mirror.js'), database, '2');
    expect(crippled).toEqual({
      ...run(findProgram(), database, '1'),
      stderr: expect.stringMatching(/^Verified in one thread, because the second one failed: Cannot find/),
    });
  });
});
