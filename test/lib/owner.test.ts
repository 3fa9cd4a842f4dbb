import { chmodSync, chownSync, linkSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { replaceFile } from '../../src/lib/replace-file.ts';
import { giveTo, takeAfter } from '../../src/lib/files.ts';
import { takeWriterLock } from '../../src/db/lock.ts';
import { toStateFilePath, writeStateFile } from '../../src/schedule/state-file.ts';
import { runCli } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

const [USER, GROUP] = [12_345, 12_346];
const describeAsRoot = process.getuid?.() === 0 ? describe : describe.skip;

const ownershipOf = (path: string): unknown[] => {
  const { uid, gid, mode } = statSync(path);
  return [uid, gid, (mode & 0o777).toString(8)];
};

function giveAway(path: string, mode: number): void {
  chownSync(path, USER, GROUP);
  chmodSync(path, mode);
}

describeAsRoot('what root writes beside the files of a user stays theirs', () => {
  test('a file that is replaced, and a new one that belongs with another', () => {
    const folder = tempFolder();
    const [old, fresh] = [join(folder, 'old'), join(folder, 'fresh')];
    writeFileSync(old, '');
    giveAway(old, 0o640);
    replaceFile(old, 'new');
    expect(ownershipOf(old)).toEqual([USER, GROUP, '640']);
    replaceFile(fresh, 'new', { belongsWith: old });
    expect(ownershipOf(fresh).slice(0, 2)).toEqual([USER, GROUP]);
  });

  test('snapshots with their folder, latest.db, the mirror that is restored, locks and the state of the schedule', async () => {
    const { database, sync } = await startHarness({ source: smallCollection(6) });
    await sync();
    const folder = dirname(database);
    giveAway(database, 0o640);
    const run = (...args: string[]) => runCli([...args, '--database', database], { folder });
    expect((await run('snapshot')).exitCode).toBe(0);
    expect((await run('snapshot', '--to', 'copy.db')).exitCode).toBe(0);
    const snapshots = join(folder, 'snapshots');
    expect(ownershipOf(snapshots).slice(0, 2)).toEqual([USER, GROUP]);
    const names = readdirSync(snapshots).map((name) => join(snapshots, name));
    expect(names).toHaveLength(2);
    for (const path of [...names, join(folder, 'copy.db')])
      expect([path, ...ownershipOf(path)]).toEqual([path, USER, GROUP, '640']);
    expect((await run('restore', 'copy.db', '--yes')).exitCode).toBe(0);
    expect(ownershipOf(database)).toEqual([USER, GROUP, '640']);
    const book = toStateFilePath(database);
    takeWriterLock(book, database).release();
    writeStateFile(book, { process: null, scheduled_runs: [] }, database);
    for (const path of [`${book}.lock`, book]) expect(ownershipOf(path).slice(0, 2)).toEqual([USER, GROUP]);
  });

  test('but never another file that lies at its name by a link', () => {
    const folder = tempFolder();
    const [precious, model] = [join(folder, 'precious'), join(folder, 'model')];
    for (const path of [precious, model]) writeFileSync(path, '');
    giveAway(model, 0o666);
    chmodSync(precious, 0o600);
    symlinkSync(precious, join(folder, 'symbolic'));
    linkSync(precious, join(folder, 'hard'));
    expect(() => {
      takeAfter(join(folder, 'symbolic'), statSync(model));
    }).toThrow('ELOOP');
    takeAfter(join(folder, 'hard'), statSync(model));
    giveTo(join(folder, 'hard'), statSync(model));
    expect(ownershipOf(precious)).toEqual([0, 0, '600']);
  });
});

test('a new file gets the permissions that were asked for, whatever the umask', () => {
  const before = process.umask(0o077);
  try {
    for (const mode of [0o600, 0o644, 0o666]) {
      const path = join(tempFolder(), 'fresh');
      replaceFile(path, 'new', { mode });
      expect(statSync(path).mode & 0o777).toBe(mode);
    }
  } finally {
    process.umask(before);
  }
});

test('the permissions of a file that is replaced are kept also by a user who may give nothing away', () => {
  const [old, fresh] = ['old', 'fresh'].map((name) => join(tempFolder(), name)) as [string, string];
  for (const path of [old, fresh]) writeFileSync(path, '');
  chmodSync(old, 0o604);
  takeAfter(fresh, { uid: statSync(fresh).uid, gid: statSync(fresh).gid, mode: statSync(old).mode });
  expect(statSync(fresh).mode & 0o777).toBe(0o604);
});
