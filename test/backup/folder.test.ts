import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ONGOING_LISTS } from '../../src/api/lists.ts';
import { openSqlite } from '../../src/db/engine.ts';
import { takeWriterLock } from '../../src/db/lock.ts';
import { listSnapshots, removeOldSnapshots } from '../../src/backup/list.ts';
import { createPartialFile, removeDeadPartialFiles } from '../../src/backup/copy.ts';
import { type SnapshotRequest, takeAndRotate, takeSnapshot } from '../../src/backup/snapshot.ts';
import { smallCollection } from '../support/small-collection.ts';
import { shareHistory } from '../support/shared-history.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

const AT = new Date('2026-11-24T03:17:42Z');
const GOES_ON = new AbortController().signal;
const ONE_DAY = { daily: 1, weekly: 0, monthly: 0 };
const namesIn = (folder: string): string[] => readdirSync(folder).sort();

const toRequest = (
  database: string,
  folder: string,
  other: Partial<SnapshotRequest> = {},
): SnapshotRequest => ({
  database,
  to: { folder },
  takenAt: AT,
  takenBy: 'schedule',
  signal: GOES_ON,
  ...other,
});

const share = shareHistory(() => ({ source: smallCollection(6) }));

async function start() {
  const harness = await share();
  return { ...harness, source: harness.fakeApi.source, folder: join(tempFolder(), 'snapshots') };
}

const dayOf = (day: number): Date => new Date(Date.UTC(2026, 10, day, 3, 17));

describe('in a folder that several mirrors share', () => {
  test('each removes its own snapshots only, also where one mirror is a copy of the other', async () => {
    const { database } = await start();
    const parent = tempFolder();
    const mirrors = ['a', 'b'].map((name) => {
      mkdirSync(join(parent, name));
      copyFileSync(database, join(parent, name, 'mirror.db'));
      return join(parent, name, 'mirror.db');
    });
    const folder = join(parent, 'backups');
    for (const [at, mirror] of mirrors.entries())
      await takeSnapshot(toRequest(mirror, folder, { takenAt: dayOf(20 + at) }));
    const [first = ''] = mirrors;
    const { removed } = await takeAndRotate(toRequest(first, folder), {
      folder,
      retention: ONE_DAY,
      unmarked: true,
    });
    expect(removed.map(({ path }) => basename(path))).toEqual(['mirror-20261120T031700Z.db']);
    expect(listSnapshots(first, folder).map(({ owner }) => owner)).toEqual(['this', 'other']);
  });

  test('two snapshots of one second have two names', async () => {
    const { database, folder } = await start();
    const paths = await Promise.all([1, 2].map(() => takeSnapshot(toRequest(database, folder))));
    expect(paths.map(({ path }) => basename(path)).sort()).toEqual([
      'mirror-20261124T031742Z-2.db',
      'mirror-20261124T031742Z.db',
    ]);
    expect(listSnapshots(database, folder)).toHaveLength(2);
  });

  test('the stable name stays with the mirror that had it first', async () => {
    const { database } = await start();
    const parent = tempFolder();
    const mirrors = ['one', 'other'].map((name) => {
      copyFileSync(database, join(parent, `${name}.db`));
      return join(parent, `${name}.db`);
    });
    const folder = join(parent, 'backups');
    const latest: (string | null)[] = [];
    for (const mirror of mirrors) latest.push((await takeSnapshot(toRequest(mirror, folder))).latest);
    expect(latest).toEqual([join(folder, 'latest.db'), join(folder, 'other-latest.db')]);
    expect((await takeSnapshot(toRequest(String(mirrors[0]), folder))).latest).toBe(
      join(folder, 'latest.db'),
    );
  });
});

describe('latest.db', () => {
  test('is the newest snapshot, is replaced in one step, and survives the removal of that snapshot', async () => {
    const { database, folder, sync } = await start();
    const first = await takeSnapshot(toRequest(database, folder, { takenAt: dayOf(20) }));
    const reader = openSqlite(join(folder, 'latest.db'), { readonly: true });
    const count = reader.prepare('SELECT count(*) FROM sync_runs').pluck();
    expect(count.get()).toBe(1);
    await sync();
    await takeSnapshot(toRequest(database, folder, { takenAt: dayOf(21) }));
    expect(count.get()).toBe(1); // whoever has it open keeps it
    reader.close();
    const now = openSqlite(join(folder, 'latest.db'), { readonly: true });
    expect(now.prepare('SELECT count(*) FROM sync_runs').pluck().get()).toBe(2);
    now.close();
    rmSync(first.path);
    expect(listSnapshots(database, folder)).toHaveLength(1);
    expect(namesIn(folder)).toEqual(['latest.db', 'mirror-20261121T031700Z.db']);
  });

  test('is never of an incomplete mirror, nor of an earlier state', async () => {
    const harness = await startHarness({ source: smallCollection(6) });
    await harness.sync({ lists: ONGOING_LISTS.slice(0, 2) });
    const folder = join(tempFolder(), 'snapshots');
    const { latest, note } = await takeSnapshot(toRequest(harness.database, folder));
    expect([latest, note.isComplete]).toEqual([null, false]);
    expect(existsSync(join(folder, 'latest.db'))).toBe(false);
  });

  test('is not changed if it is a file of another kind or a link', async () => {
    const { database, folder } = await start();
    mkdirSync(folder);
    writeFileSync(join(folder, 'latest.db'), 'notes');
    symlinkSync(join(folder, 'latest.db'), join(folder, 'mirror-latest.db'));
    expect((await takeSnapshot(toRequest(database, folder))).latest).toBeNull();
    expect(readFileSync(join(folder, 'latest.db'), 'utf8')).toBe('notes');
    expect(lstatSync(join(folder, 'mirror-latest.db')).isSymbolicLink()).toBe(true);
  });
});

describe('remains of snapshots that died', () => {
  test('is removed by the next, of this version and of earlier ones, and a living one is not', async () => {
    const { database, folder } = await start();
    mkdirSync(folder);
    for (const name of [
      'mirror-20200101T000000Z.db.partial',
      'mirror-20200101T000000Z.db.partial-journal',
      'mirror-20261124T031700Z.db.0123456789abcdef.partial',
      'mirror-20261124T031700Z.db.0123456789abcdef.partial-wal',
      'mirror-20261124T031700Z.db.0123456789abcdef.partial.lock',
    ])
      writeFileSync(join(folder, name), '');
    writeFileSync(join(folder, 'thesis.partial'), 'mine');
    const living = createPartialFile(join(folder, 'mirror-20261124T031700Z.db'));
    await takeSnapshot(toRequest(database, folder));
    expect(namesIn(folder).filter((name) => name.includes('partial'))).toEqual([
      basename(living.path),
      `${basename(living.path)}.lock`,
      'thesis.partial',
    ]);
    living.release();
    expect(namesIn(folder).filter((name) => name.includes('partial'))).toEqual(['thesis.partial']);
  });

  test('is not followed: a link is removed, and its target stays', () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'precious.db'), 'precious');
    symlinkSync(join(folder, 'precious.db'), join(folder, 'mirror-20261124T031742Z.db.partial'));
    removeDeadPartialFiles(folder);
    expect(namesIn(folder)).toEqual(['precious.db']);
    expect(readFileSync(join(folder, 'precious.db'), 'utf8')).toBe('precious');
  });

  test('stays while the process that made it has the lock', () => {
    const folder = tempFolder();
    const path = join(folder, 'mirror-20261124T031742Z.db.0123456789abcdef.partial');
    writeFileSync(path, '');
    const lock = takeWriterLock(path);
    removeDeadPartialFiles(folder);
    expect(existsSync(path)).toBe(true);
    lock.release();
    removeDeadPartialFiles(folder);
    expect(namesIn(folder)).toEqual([]);
  });
});

describe('where there is no room', () => {
  test('scheduled snapshots that are not to be kept make room, the oldest first, and no other', async () => {
    const { database, folder } = await start();
    for (const [day, takenBy] of [
      [18, 'hand'],
      [19, 'schedule'],
      [20, 'schedule'],
      [21, 'schedule'],
    ] as const)
      await takeSnapshot(toRequest(database, folder, { takenAt: dayOf(day), takenBy }));
    let asked = 0;
    const { makeRoom } = await new Promise<SnapshotRequest>((resolve) => {
      void takeAndRotate(
        toRequest(database, folder),
        { folder, retention: ONE_DAY, unmarked: false },
        (request) => {
          resolve(request);
          return Promise.reject(new Error('not taken'));
        },
      ).catch(() => undefined);
    });
    makeRoom?.(() => asked++ > 0);
    expect(namesIn(folder).filter((name) => name !== 'latest.db')).toEqual([
      'mirror-20261118T031700Z.db',
      'mirror-20261120T031700Z.db',
      'mirror-20261121T031700Z.db',
    ]);
    makeRoom?.(() => false);
    expect(namesIn(folder).filter((name) => name !== 'latest.db')).toEqual([
      'mirror-20261118T031700Z.db',
      'mirror-20261121T031700Z.db',
    ]);
  });
});

test('a snapshot of an earlier version, or a copy by other means, is never removed by the schedule', async () => {
  const { database, folder } = await start();
  mkdirSync(folder);
  copyFileSync(database, join(folder, 'mirror-20200101T000000Z.db'));
  const { path } = await takeSnapshot(toRequest(database, folder));
  const request = { retention: ONE_DAY, now: AT, unmarked: false };
  expect(removeOldSnapshots(database, folder, request)).toEqual([]);
  expect(
    listSnapshots(database, folder).map((one) => [one.path === path, one.note?.takenBy ?? null]),
  ).toEqual([
    [true, 'schedule'],
    [false, null],
  ]);
  expect(namesIn(folder).filter((name) => /-(wal|shm)$/.test(name))).toEqual([]);
  expect(statSync(path).isFile()).toBe(true);
});
