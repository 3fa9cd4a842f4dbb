import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import { openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { takeWriterLock } from '../../src/db/lock.ts';
import { listSnapshots, removeOldSnapshots } from '../../src/backup/list.ts';
import { restoreSnapshot } from '../../src/backup/restore.ts';
import { takeSnapshot, type SnapshotRequest } from '../../src/backup/snapshot.ts';
import { smallCollection } from '../support/small-collection.ts';
import { shareHistory, startHistory } from '../support/shared-history.ts';
import { tempFolder } from '../support/temp-folder.ts';

const AT = new Date('2026-11-24T03:17:42Z');
const GOES_ON = new AbortController().signal;

/** A snapshot taken by hand, unless it is said otherwise. */
const take = (database: string, folder: string, other: Partial<SnapshotRequest> = {}) =>
  takeSnapshot({ database, to: { folder }, takenAt: AT, takenBy: 'hand', signal: GOES_ON, ...other });

const share = shareHistory(() => ({ source: smallCollection(20) }));

async function start(cases = 20) {
  const harness = cases === 20 ? await share() : await startHistory({ source: smallCollection(cases) });
  return { ...harness, source: harness.fakeApi.source, folder: join(tempFolder(), 'snapshots') };
}

/** What a snapshot says of itself has a seal, too. */
const SEALS_OF_OTHERS: Record<string, string> = { mirror_seals: ` WHERE table_name <> 'mirror_snapshot'` };

/** Every row of every table, as text, but for what a snapshot says of itself. */
function dump(path: string): string {
  const sqlite = openSqlite(path, { readonly: true });
  try {
    const tables = sqlite
      .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
      .pluck()
      .all();
    return JSON.stringify(
      tables
        .filter((table) => table !== 'mirror_snapshot')
        .map((table) => [
          table,
          sqlite.prepare(`SELECT * FROM "${table}"${SEALS_OF_OTHERS[table] ?? ''}`).all(),
        ]),
    );
  } finally {
    sqlite.close();
  }
}

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);

describe('a snapshot', () => {
  test('is a single file that contains the whole mirror, and can be opened anywhere', async () => {
    const { database, folder, sync, source } = await start();
    const held = dump(database);
    const { path, bytes, takenAt } = await take(database, folder);
    expect([basename(path), takenAt]).toEqual(['mirror-20261124T031742Z.db', AT]);
    expect(bytes).toBe(statSync(path).size);
    expect(namesIn(folder)).toEqual(['latest.db', basename(path)]);
    expect(readFileSync(path).subarray(18, 20)).toEqual(Buffer.from([1, 1])); // not in WAL mode
    expect(statSync(path).mode).toBe(statSync(database).mode);
    source.advance({ changed: 5 });
    await sync();
    expect(dump(path)).toBe(held);
    expect(dump(database)).not.toBe(held);
    expect(namesIn(folder)).toEqual(['latest.db', basename(path)]); // reading it leaves nothing beside it
  });

  test('is taken while a writer is at work, and is of one moment', async () => {
    const { database, folder } = await start(200);
    const writer = openSqlite(database);
    const before = dump(database);
    const taking = take(database, folder);
    writer.exec('BEGIN IMMEDIATE; DELETE FROM docket_entries');
    const { path } = await taking;
    writer.exec('ROLLBACK');
    writer.close();
    expect(dump(path)).toBe(before);
  });

  test('that is stopped, or that cannot be made, leaves nothing behind', async () => {
    const { database, folder } = await start();
    const stop = new AbortController();
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(take(database, folder, { signal: stop.signal })).rejects.toBe(reason);
    expect(namesIn(folder)).toEqual([]);
    const file = join(tempFolder(), 'file');
    writeFileSync(file, '');
    await expect(take(database, join(file, 'x'))).rejects.toMatchObject({
      code: 'SNAPSHOTS_UNUSABLE',
    });
    await expect(take(`${database}.none`, folder)).rejects.toMatchObject({
      code: 'DATABASE_MISSING',
    });
    expect(namesIn(folder)).toEqual([]);
  });

  test('of a damaged mirror is not kept', async () => {
    const { database, folder } = await start();
    const file = readFileSync(database);
    file.fill(0x5a, file.length - 30_000, file.length - 10_000);
    writeFileSync(database, file);
    await expect(take(database, folder)).rejects.toMatchObject({
      code: 'DATABASE_DAMAGED',
    });
    expect(namesIn(folder)).toEqual([]);
  });
});

test('of the files in a folder, only snapshots that need not be kept are removed', async () => {
  const { database, folder } = await start(1);
  for (const day of ['20', '21', '22']) {
    await take(database, folder, { takenAt: new Date(`2026-11-${day}T03:17:00Z`), takenBy: 'schedule' });
  }
  writeFileSync(join(folder, 'mirror-notes.txt'), '');
  writeFileSync(join(folder, 'other-20261101T031700Z.db'), '');
  const removed = removeOldSnapshots(database, folder, {
    retention: { daily: 2, weekly: 1, monthly: 1 },
    now: AT,
    unmarked: false,
  });
  expect(removed.map(({ path }) => basename(path))).toEqual(['mirror-20261120T031700Z.db']);
  expect(listSnapshots(database, folder).map(({ takenAt }) => takenAt.getUTCDate())).toEqual([22, 21]);
  expect(namesIn(folder)).toContain('mirror-notes.txt');
  expect(namesIn(folder)).toContain('other-20261101T031700Z.db');
  expect(listSnapshots(database, join(folder, 'none'))).toEqual([]);
});

describe('restoring', () => {
  async function withSnapshot() {
    const harness = await start();
    const held = dump(harness.database);
    const { path } = await take(harness.database, harness.folder);
    harness.source.advance({ changed: 5, removed: 1 });
    await harness.sync();
    return { ...harness, held, snapshot: path, now: dump(harness.database) };
  }

  test('replaces the mirror, which is kept beside it, with the snapshot; the next sync continues from there', async () => {
    const { database, snapshot, held, now, sync, rows } = await withSnapshot();
    const { replaced, cases, lastRun } = await restoreSnapshot(snapshot, database, AT, GOES_ON);
    expect([cases, lastRun]).toEqual([20, 1]);
    expect(namesIn(dirname(database)).filter((name) => /restoring|-wal|-shm/.test(name))).toEqual([]);
    expect(dump(database)).toBe(held);
    expect(dump(String(replaced))).toBe(now);
    expect((await sync()).outcome).toBe('complete');
    expect(rows('SELECT count(*) AS n FROM sync_runs')).toEqual([{ n: 2 }]);
    expect(existsSync(snapshot)).toBe(true);
  });

  test('works if there is no mirror any more', async () => {
    const { database, snapshot, held } = await withSnapshot();
    for (const ending of ['', '-wal', '-shm']) rmSync(`${database}${ending}`, { force: true });
    expect((await restoreSnapshot(snapshot, database, AT, GOES_ON)).replaced).toBeNull();
    expect(dump(database)).toBe(held);
  });

  test('works if the mirror cannot be read, and keeps the damaged file', async () => {
    const { database, snapshot, held } = await withSnapshot();
    writeFileSync(database, 'no database at all');
    writeFileSync(`${database}-wal`, 'nor a log');
    const { replaced } = await restoreSnapshot(snapshot, database, AT, GOES_ON);
    expect(dump(database)).toBe(held);
    expect(readFileSync(String(replaced), 'utf8')).toBe('no database at all');
    expect(readFileSync(`${String(replaced)}-wal`, 'utf8')).toBe('nor a log');
  });

  test('is refused over a writer and over a reader, and then changes nothing', async () => {
    const { database, snapshot, now } = await withSnapshot();
    const lock = takeWriterLock(database);
    await expect(restoreSnapshot(snapshot, database, AT, GOES_ON)).rejects.toMatchObject({ code: 'LOCKED' });
    lock.release();
    const reader = openMirrorReadOnly(database);
    reader.sqlite.prepare('SELECT count(*) FROM cases').get();
    await expect(restoreSnapshot(snapshot, database, AT, GOES_ON)).rejects.toMatchObject({
      code: 'DATABASE_BUSY',
    });
    reader.close();
    expect(dump(database)).toBe(now);
    expect(namesIn(dirname(database)).filter((name) => /replaced|restoring/.test(name))).toEqual([]);
  });

  test('is refused for what is no mirror, is damaged or is not there, and then changes nothing', async () => {
    const { database, snapshot, now, folder } = await withSnapshot();
    const damaged = join(folder, 'damaged.db');
    copyFileSync(snapshot, damaged);
    const file = readFileSync(damaged);
    file.fill(0x5a, file.length - 30_000, file.length - 10_000);
    writeFileSync(damaged, file);
    const text = join(folder, 'text');
    writeFileSync(text, 'no database at all, but long enough for one'.repeat(100));
    for (const [path, code] of [
      [damaged, 'DATABASE_DAMAGED'],
      [text, 'DATABASE_FOREIGN'],
      [join(folder, 'none'), 'DATABASE_MISSING'],
    ] as const) {
      await expect(restoreSnapshot(path, database, AT, GOES_ON)).rejects.toMatchObject({ code });
    }
    expect(dump(database)).toBe(now);
    expect(namesIn(dirname(database)).filter((name) => /replaced|restoring/.test(name))).toEqual([]);
  });
});
