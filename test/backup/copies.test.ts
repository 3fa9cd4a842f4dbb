import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import { openMirror } from '../../src/db/open-mirror.ts';
import { EXIT_CODES } from '../../src/errors/exit-codes.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { listSnapshots, removeOldSnapshots } from '../../src/backup/list.ts';
import { createPartialFile } from '../../src/backup/copy.ts';
import { takeSnapshot } from '../../src/backup/snapshot.ts';
import { runCli } from '../support/command-line.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { shareHistory } from '../support/shared-history.ts';
import { fakeRuntime } from '../support/runtime.ts';
import { tempFolder } from '../support/temp-folder.ts';

const CANARY = 'CanaryOfTheSealedCase';

/** A mirror with a case that has left the site; in a folder of its own, with a way to run commands on it. */
const sealed = makeCase({
  id: 7,
  name: `${CANARY} v. Thimble County`,
  main_docket: makeDocket({ docket_entries: [makeEntry({ description: CANARY })] }),
});
const share = shareHistory(() => ({ source: recordedCases([sealed, makeCase({ id: 8 })]) }));

async function start() {
  const harness = await share();
  const folder = dirname(harness.database);
  const run = (...args: string[]) =>
    runCli([...args, '--database', harness.database], { folder, env: { COLUMNS: '300' } });
  const holding = (): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile() && readFileSync(join(one.parentPath, one.name)).includes(CANARY))
      .map(({ name }) => name)
      .sort();
  return {
    ...harness,
    source: harness.fakeApi.source,
    folder,
    snapshots: join(folder, 'snapshots'),
    run,
    holding,
  };
}

/** Keeps a piece aside as a sync does that meets it. */
function keepAside(database: string, record: string, caseId: number | null): void {
  const mirror = openMirror(database);
  mirror.sqlite
    .prepare(
      `INSERT INTO rejected_records (fingerprint, why, record, source, position, first_run_id, last_run_id, bytes, case_id)
      VALUES (?, 'not JSON', ?, '/', 0, 1, 1, ?, ?)`,
    )
    .run(
      createHash('sha256').update(record).digest('hex'),
      JSON.stringify(record),
      Buffer.from(record),
      caseId,
    );
  mirror.close();
}

describe('redact finds every copy of the content', () => {
  test('in pieces that name another case first, in files of any name, and in dead leftovers', async () => {
    const { run, database, folder, snapshots, source, sync, holding } = await start();
    keepAside(database, `{"id": 5, "name": "broken off, {"id": 7, "summary": "${CANARY}`, 5);
    keepAside(database, `{"name": "${CANARY}", "link": "https://clearinghouse.net/case/7/"`, null);
    keepAside(database, '{"id": 5, "name": "another', 5);
    await run('snapshot');
    const [taken = ''] = readdirSync(snapshots).filter((name) => name !== 'latest.db');
    renameSync(join(snapshots, taken), join(snapshots, 'keep-this.sqlite'));
    await run('snapshot', '--to', 'beside.db');
    mkdirSync(join(folder, 'moved'));
    copyFileSync(database, join(folder, 'somebodys.db')); // may be a mirror that is used
    writeFileSync(join(folder, `.${basename(database)}.restoring.0123456789abcdef.tmp`), CANARY);
    writeFileSync(`${database}.replaced-20260101T000000000Z-wal`, CANARY);
    source.remove(7);
    await sync();
    const { exitCode, stdout } = await run('redact', '7', '--snapshots', '--yes');
    expect(exitCode).toBe(EXIT_CODES.partial.code); // for what it left
    expect(stdout).toContain('2 rejected records');
    expect(stdout).toContain('replaced-20260101T000000000Z-wal (cannot be read');
    expect(stdout).toMatch(/somebodys\.db \(left alone, .*delete it if no program uses it/);
    expect(stdout).not.toContain('--snapshots'); // which has removed what it can
    for (const name of ['keep-this.sqlite', 'beside.db', 'latest.db'])
      expect(stdout).toMatch(new RegExp(`removed from .*${name}`));
    expect(holding()).toEqual([`${basename(database)}.replaced-20260101T000000000Z-wal`, 'somebodys.db']);
    expect((await run('verify')).exitCode).toBe(0);
    for (const name of ['snapshots/keep-this.sqlite', 'beside.db'])
      expect((await runCli(['verify', '--database', join(folder, name)])).exitCode).toBe(0);
    const sqlite = openSqlite(database, { readonly: true });
    expect(sqlite.prepare('SELECT case_id FROM rejected_records').pluck().all()).toEqual([5]);
    sqlite.close();
  });

  test('names the copy itself, and leaves it unchanged, if no migration fits it', async () => {
    const { run, source, sync, snapshots } = await start();
    await run('snapshot', '--to', 'beside.db');
    const beside = join(dirname(snapshots), 'beside.db');
    const sqlite = openSqlite(beside);
    sqlite.exec(
      'DELETE FROM __drizzle_migrations WHERE created_at > (SELECT min(created_at) FROM __drizzle_migrations)',
    );
    sqlite.close();
    const before = readFileSync(beside);
    source.remove(7);
    await sync();
    const { exitCode, stderr } = await run('redact', '7', '--snapshots', '--yes');
    expect([exitCode, stderr]).toEqual([9, expect.stringContaining('[MIGRATION_FAILED]')]);
    expect(stderr).toContain(`${beside}: `);
    expect(stderr).not.toContain('.partial');
    expect(readFileSync(beside).equals(before)).toBe(true);
  });

  test('reports a snapshot that is being taken, and removes the remains of one that died', async () => {
    const { run, source, sync, snapshots } = await start();
    await run('snapshot');
    source.remove(7);
    await sync();
    writeFileSync(join(snapshots, 'mirror-20260101T000000Z.db.0123456789abcdef.partial'), CANARY);
    const partial = createPartialFile(join(snapshots, 'mirror-20300101T000000Z.db'));
    const { stdout } = await run('redact', '7', '--yes', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      copies_with_content: expect.arrayContaining([
        { path: partial.path, holds: 'unfinished', mirror: 'this' },
      ]),
    });
    partial.release();
    expect(readdirSync(snapshots).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('removes a piece that was rejected after the case was redacted', async () => {
    const { run, database, source, sync, holding } = await start();
    source.remove(7);
    await sync();
    await run('redact', '7', '--yes');
    keepAside(database, `{"id": 7, "name": "${CANARY}`, 7);
    expect((await run('redact', '7', '--yes')).exitCode).toBe(0);
    expect(holding()).toEqual([]);
  });

  test('and removes nothing if the folder of the snapshots cannot be read', async () => {
    const { run, source, sync, snapshots, holding } = await start();
    source.remove(7);
    await sync();
    writeFileSync(snapshots, '');
    expect((await run('redact', '7', '--yes')).stderr).toContain('[SNAPSHOTS_UNUSABLE]');
    expect(holding()).not.toEqual([]);
  });
});

describe('the folder of the snapshots', () => {
  test('that is not a folder, or is a broken link, is reported as such, and nothing is created', async () => {
    const { run, folder, snapshots } = await start();
    const make = {
      'it is not a folder': () => {
        writeFileSync(snapshots, '');
      },
      'leads nowhere': () => {
        symlinkSync(join(folder, 'nowhere'), snapshots);
      },
    };
    for (const [words, lay] of Object.entries(make)) {
      lay();
      for (const args of [['snapshot'], ['snapshot', '--list']]) {
        const { exitCode, stderr } = await run(...args);
        expect([exitCode, stderr]).toEqual([
          9,
          expect.stringMatching(new RegExp(`${words}.*SNAPSHOTS_UNUSABLE`)),
        ]);
      }
      rmSync(snapshots);
    }
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });

  test('may be a link to a folder', async () => {
    const { run, snapshots } = await start();
    const real = tempFolder();
    symlinkSync(real, snapshots);
    expect((await run('snapshot')).exitCode).toBe(0);
    expect(readdirSync(real)).toHaveLength(2);
    expect((await run('snapshot', '--list')).stdout).toContain('all lists');
  });

  test('that is missing is not created for a file that --to names', async () => {
    const { run, folder } = await start();
    for (const [to, why] of [
      ['missing/copy.db', 'there is no folder'],
      ['mirror.db/copy.db', 'is not a folder'],
    ] as const) {
      const { exitCode, stderr } = await run('snapshot', '--to', to);
      expect([exitCode, stderr]).toEqual([
        9,
        expect.stringMatching(new RegExp(`${why}[^]*\\[SNAPSHOT_FAILED\\]`)),
      ]);
    }
    expect(existsSync(join(folder, 'missing'))).toBe(false);
  });

  test('is not created for what is no mirror', async () => {
    const folder = tempFolder();
    const { exitCode } = await runCli(['snapshot', '--database', join(folder, 'none.db')], { folder });
    expect([exitCode, readdirSync(folder)]).toEqual([9, []]);
  });
});

test('a snapshot is taken and named even if latest.db cannot be updated, which is reported', async () => {
  const { database, snapshots } = await start();
  const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
  const taken = await takeSnapshot(
    {
      database,
      to: { folder: snapshots },
      takenAt: new Date('2026-11-24T03:17:42Z'),
      takenBy: 'schedule',
      signal: new AbortController().signal,
    },
    () => {
      throw full;
    },
  );
  expect(readdirSync(snapshots)).toEqual([basename(taken.path)]);
  expect(taken).toMatchObject({
    latest: null,
    latestFailure: {
      code: 'LATEST_FAILED',
      exit: 'partial',
      message: expect.stringContaining('the disk is full'),
    },
  });
});

test('if the mirror is not migrated yet, no snapshot counts as one of another mirror, and none is removed', async () => {
  const { run, database, snapshots } = await start();
  for (const day of [20, 21, 22])
    await takeSnapshot({
      database,
      to: { folder: snapshots },
      takenAt: new Date(Date.UTC(2026, 10, day)),
      takenBy: 'schedule',
      signal: new AbortController().signal,
    });
  const sqlite = openSqlite(database);
  sqlite.exec(
    'DELETE FROM __drizzle_migrations WHERE created_at = (SELECT max(created_at) FROM __drizzle_migrations)',
  );
  const list = () => listSnapshots(database, snapshots).map(({ owner }) => owner);
  expect(list()).toEqual(['this', 'this', 'this']); // its id is there already
  sqlite.exec('DROP TABLE mirror_identity');
  sqlite.close();
  expect(list()).toEqual(['unknown', 'unknown', 'unknown']);
  expect((await run('snapshot', '--list')).stdout).toContain('mirror not known');
  const few = { daily: 1, weekly: 0, monthly: 0 };
  const now = fakeRuntime({ start: '2026-12-24T00:00:00Z' }).now();
  expect(removeOldSnapshots(database, snapshots, { retention: few, now, unmarked: true })).toEqual([]);
});
