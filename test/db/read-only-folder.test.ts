import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import { openMirror, openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { READS_WITHOUT_LOCKS } from '../../src/db/open-to-read.ts';
import { takeWriterLock } from '../../src/db/lock.ts';
import { takeSnapshot } from '../../src/backup/snapshot.ts';
import { runCli, spawnCli } from '../support/command-line.ts';
import { tempFolder } from '../support/temp-folder.ts';

const NOBODY = 65534;

let folder: string;
let database: string;
const told: unknown[] = [];
const tell = (path: unknown): void => {
  told.push(path);
};

beforeEach(() => {
  folder = join(tempFolder(), 'mirrors');
  mkdirSync(folder);
  chmodSync(dirname(folder), 0o755);
  database = join(folder, 'mirror ?#%.db');
  const mirror = openMirror(database);
  mirror.sqlite.exec(`INSERT INTO sync_runs (outcome, started_at, "trigger", version, api_url, process_id)
    VALUES ('complete', '2030-01-01T00:00:00.000Z', 'sync', '0', '', 1)`);
  mirror.close();
  told.length = 0;
  subscribe(READS_WITHOUT_LOCKS, tell);
});

afterEach(() => {
  unsubscribe(READS_WITHOUT_LOCKS, tell);
});

/** Does something as a user who may read the folder and its files, and write nothing there. */
async function asReader<Result>(use: () => Result | Promise<Result>): Promise<Result> {
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o444);
  chmodSync(folder, 0o555);
  const isRoot = process.geteuid?.() === 0; // whom no permission stops
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    return await use();
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(folder, 0o755);
  }
}

function countRuns(path = database): unknown {
  const mirror = openMirrorReadOnly(path);
  try {
    return mirror.sqlite.prepare('SELECT count(*) FROM sync_runs').pluck().get();
  } finally {
    mirror.close();
  }
}

const removeLog = (): void => {
  for (const ending of ['-wal', '-shm']) rmSync(`${database}${ending}`);
};

describe('a user who may only read', () => {
  test('reads a mirror that a writer has closed, with locks', async () => {
    expect(await asReader(countRuns)).toBe(1);
    expect(told).toEqual([]);
  });

  test('reads it with any program, by what SQLite finds beside it', async () => {
    const count = await asReader(() => {
      const other = openSqlite(database, { readonly: true });
      try {
        return other.prepare('SELECT count(*) FROM sync_runs').pluck().get();
      } finally {
        other.close();
      }
    });
    expect(count).toBe(1);
  });

  test('reads it without locks if nothing is beside it, and says so at a terminal', async () => {
    const ask = (isTTY: boolean) =>
      runCli(['query', 'SELECT count(*) AS n FROM sync_runs', '--format', 'csv', '--database', database], {
        isTTY,
      });
    await ask(false); // loads the command, which the reader could not write to the cache of Jest
    removeLog();
    const answers = [await asReader(() => ask(false)), await asReader(() => ask(true))];
    expect(answers).toEqual([
      { exitCode: 0, stdout: 'n\n1\n', stderr: '' },
      { exitCode: 0, stdout: 'n\n1\n', stderr: expect.stringContaining('without locks') },
    ]);
    expect(told).toEqual([database, database]);
  });

  test('reads through a link to it', async () => {
    removeLog();
    const link = join(tempFolder(), 'link.db');
    chmodSync(dirname(link), 0o777);
    symlinkSync(database, link);
    expect(await asReader(() => countRuns(link))).toBe(1);
  });

  test('reads a snapshot, which needs nothing beside it', async () => {
    const { path } = await takeSnapshot({
      database,
      to: { folder },
      takenAt: new Date(),
      takenBy: 'hand',
      signal: new AbortController().signal,
    });
    expect(await asReader(() => countRuns(path))).toBe(1);
    expect(told).toEqual([]);
  });

  test('is refused if there is a log that this user cannot read, because the file alone would be an old state', async () => {
    removeLog();
    writeFileSync(`${database}-wal`, 'not worked in');
    await expect(asReader(countRuns)).rejects.toThrow('has a log beside it');
    await expect(asReader(countRuns)).rejects.toMatchObject({ code: 'DATABASE_UNWRITABLE' });
  });

  test("is refused while a process holds the writer's lock", async () => {
    removeLog();
    const lock = takeWriterLock(database);
    await expect(asReader(countRuns)).rejects.toMatchObject({ code: 'DATABASE_UNWRITABLE' });
    lock.release();
    expect(await asReader(countRuns)).toBe(1);
  });

  test('fails in the end where somebody wrote meanwhile', async () => {
    removeLog();
    const mirror = await asReader(() => openMirrorReadOnly(database));
    chmodSync(database, 0o644);
    const writer = openMirror(database);
    writer.sqlite.exec(`UPDATE sync_runs SET outcome = 'partial'`);
    writer.close();
    expect(() => {
      mirror.close();
    }).toThrow(expect.objectContaining({ code: 'DATABASE_BUSY' }));
  });

  test('is reported if the file itself cannot be read', async () => {
    const read = () =>
      asReader(() => {
        if (process.geteuid?.() === NOBODY) process.seteuid?.(0);
        chmodSync(database, 0o200);
        if (process.geteuid?.() === 0) process.seteuid?.(NOBODY);
        return countRuns();
      });
    await expect(read()).rejects.toThrow('may not read');
  });
});

test('a sync writes beside a reader that stays, and may not write', async () => {
  const reader = await asReader(() => openMirrorReadOnly(database));
  const count = () => reader.sqlite.prepare('SELECT count(*) FROM sync_runs').pluck().get();
  reader.sqlite.exec('BEGIN');
  expect(count()).toBe(1);
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o644);
  const nowhere = ['--api-url', 'http://127.0.0.1:9/', '--max-attempts', '1'];
  const { ended } = spawnCli(['sync', '--database', database, ...nowhere], {
    CLEARINGHOUSE_API_TOKEN: 'invented',
  });
  expect((await ended).exitCode).not.toBe(0); // nobody serves there, which it records
  expect(count()).toBe(1);
  reader.sqlite.exec('COMMIT');
  expect(count()).toBe(2);
  reader.close();
});

test('a file that is moved without the files beside it is a whole mirror', () => {
  const moved = join(tempFolder(), 'moved.db');
  renameSync(database, moved);
  expect(existsSync(`${moved}-wal`)).toBe(false);
  expect(countRuns(moved)).toBe(1);
});
