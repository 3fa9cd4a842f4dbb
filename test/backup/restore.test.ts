import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openMirror } from '../../src/db/open-mirror.ts';
import { openSqlite } from '../../src/db/engine.ts';
import { listSnapshots } from '../../src/backup/list.ts';
import { restoreSnapshot } from '../../src/backup/restore.ts';
import { takeSnapshot } from '../../src/backup/snapshot.ts';
import { smallCollection } from '../support/small-collection.ts';
import { shareHistory } from '../support/shared-history.ts';
import { tempFolder } from '../support/temp-folder.ts';

const AT = new Date('2026-11-24T03:17:42Z');
const GOES_ON = new AbortController().signal;
const namesIn = (folder: string): string[] => readdirSync(folder).sort();

/** A mirror after two runs, with a snapshot taken after the first. */
const share = shareHistory(() => ({ source: smallCollection(10) }));
/** The mirror of a second day, which the first test that asks syncs. */
let secondDay: Buffer | undefined;

async function start() {
  const harness = await share();
  const { source } = harness.fakeApi;
  const folder = join(tempFolder(), 'snapshots');
  const { path } = await takeSnapshot({
    database: harness.database,
    to: { folder },
    takenAt: AT,
    takenBy: 'hand',
    signal: GOES_ON,
  });
  source.advance({ changed: 5 });
  if (secondDay === undefined) {
    await harness.sync();
    secondDay = readFileSync(harness.database);
  } else writeFileSync(harness.database, secondDay);
  return { ...harness, source, folder, snapshot: path };
}

const ask = (path: string, sql: string): unknown => {
  const sqlite = openSqlite(path, { readonly: true });
  try {
    return sqlite.prepare(sql).pluck().get();
  } finally {
    sqlite.close();
  }
};
const countRuns = (path: string): unknown => ask(path, 'SELECT count(*) FROM sync_runs');

describe('restoring', () => {
  test('leaves the mirror to be read by those who could read it before', async () => {
    const { database, snapshot } = await start();
    chmodSync(database, 0o640);
    chmodSync(snapshot, 0o644);
    await restoreSnapshot(snapshot, database, AT, GOES_ON);
    expect(statSync(database).mode & 0o777).toBe(0o640);

    const elsewhere = join(tempFolder(), 'new.db');
    await restoreSnapshot(snapshot, elsewhere, AT, GOES_ON);
    expect(statSync(elsewhere).mode & 0o777).toBe(0o644);
  });

  test('includes what is still in a log beside the file', async () => {
    const { database, snapshot } = await start();
    const copy = join(tempFolder(), 'copy.db');
    copyFileSync(snapshot, copy);
    const writer = openSqlite(copy);
    writer.pragma('journal_mode = WAL');
    writer.pragma('wal_autocheckpoint = 0');
    writer.exec(`DELETE FROM cases WHERE id = (SELECT min(id) FROM cases)`);
    const laid = join(tempFolder(), 'laid.db');
    copyFileSync(copy, laid);
    copyFileSync(`${copy}-wal`, `${laid}-wal`);
    writer.close();
    const { cases } = await restoreSnapshot(laid, database, AT, GOES_ON);
    expect([cases, ask(database, 'SELECT count(*) FROM cases')]).toEqual([9, 9]);
  });

  test('copies one state of a mirror that keeps changing', async () => {
    const { database, snapshot } = await start();
    const live = join(tempFolder(), 'live.db');
    copyFileSync(snapshot, live);
    const writer = openMirror(live);
    const restoring = restoreSnapshot(live, database, AT, GOES_ON);
    writer.sqlite.exec(`UPDATE cases SET name = 'later'; DELETE FROM docket_entries`);
    const { cases } = await restoring;
    writer.close();
    expect([cases, ask(database, `SELECT count(*) FROM cases WHERE name = 'later'`)]).toEqual([10, 0]);
  });

  test('replaces the file behind a symbolic link, and leaves the link', async () => {
    const { database, snapshot } = await start();
    const [large, small] = [tempFolder(), tempFolder()];
    renameSync(database, join(large, 'real.db'));
    symlinkSync(join(large, 'real.db'), join(small, 'mirror.db'));
    const { database: replaced, replaced: aside } = await restoreSnapshot(
      snapshot,
      join(small, 'mirror.db'),
      AT,
      GOES_ON,
    );
    expect(replaced).toBe(join(large, 'real.db'));
    expect(lstatSync(join(small, 'mirror.db')).isSymbolicLink()).toBe(true);
    expect([countRuns(replaced), countRuns(String(aside))]).toEqual([1, 2]);
    expect(dirname(String(aside))).toBe(large);
    expect(namesIn(small)).toEqual(['mirror.db']);
  });

  test('ignores the log of an earlier restore that died, and removes its files', async () => {
    const { database, snapshot } = await start();
    for (const left of [
      `${database}.restoring`,
      join(dirname(database), '.mirror.db.restoring.0123456789abcdef.tmp'),
    ]) {
      copyFileSync(snapshot, left);
      const dead = openSqlite(left);
      dead.pragma('journal_mode = WAL');
      dead.exec(`UPDATE cases SET name = 'of another file'`);
      copyFileSync(`${left}-wal`, `${left}-kept`);
      dead.close();
      renameSync(`${left}-kept`, `${left}-wal`);
      writeFileSync(`${left}-journal`, 'a journal');
    }
    await restoreSnapshot(snapshot, database, AT, GOES_ON);
    expect(namesIn(dirname(database)).filter((name) => /restoring|-wal|-shm|-journal/.test(name))).toEqual(
      [],
    );
    expect(ask(database, `SELECT count(*) FROM cases WHERE name = 'of another file'`)).toBe(0);
    expect(ask(database, 'PRAGMA integrity_check')).toBe('ok');
    expect(ask(database, 'PRAGMA journal_mode')).toBe('wal');
  });

  test('never combines the file with a log of a mirror that no longer exists', async () => {
    const { database, snapshot } = await start();
    const writer = openMirror(database);
    writer.sqlite.exec(`UPDATE cases SET name = 'of the lost mirror'`);
    copyFileSync(`${database}-wal`, `${database}-kept`);
    writer.close();
    rmSync(database);
    renameSync(`${database}-kept`, `${database}-wal`);
    const { replaced } = await restoreSnapshot(snapshot, database, AT, GOES_ON);
    expect(ask(database, `SELECT count(*) FROM cases WHERE name = 'of the lost mirror'`)).toBe(0);
    expect(existsSync(`${String(replaced)}-wal`)).toBe(true);
  });

  test.each([
    ['second name', linkSync],
    ['copy, where the file system has no second names,', copyFileSync],
  ])(
    'removes the %s of the mirror that a restore left when it died before the last step',
    async (_what, leave) => {
      const { database, snapshot } = await start();
      openSqlite(database).pragma('journal_mode = DELETE'); // as the restore that died left it
      leave(database, `${database}.replaced-20261123T000000000Z`);
      const other = `${database}.replaced-20261122T000000000Z`;
      copyFileSync(database, other);
      openSqlite(other).exec(`UPDATE cases SET name = 'of another state'`);
      await restoreSnapshot(snapshot, database, AT, GOES_ON);
      expect(namesIn(dirname(database)).filter((name) => name.includes('replaced'))).toEqual([
        'mirror.db.replaced-20261122T000000000Z',
        'mirror.db.replaced-20261124T031742000Z',
      ]);
    },
  );

  test('keeps a copy with equal bytes that has its own log', async () => {
    const { database, snapshot } = await start();
    openSqlite(database).pragma('journal_mode = DELETE');
    const left = `${database}.replaced-20261123T000000000Z`;
    copyFileSync(database, left);
    writeFileSync(`${left}-wal`, 'what only this log holds');
    await restoreSnapshot(snapshot, database, AT, GOES_ON);
    expect([existsSync(left), readFileSync(`${left}-wal`, 'utf8')]).toEqual([
      true,
      'what only this log holds',
    ]);
  });

  test('of such a copy itself leaves the file that is restored', async () => {
    const { database } = await start();
    const left = `${database}.replaced-20261123T000000000Z`;
    linkSync(database, left);
    await restoreSnapshot(left, database, AT, GOES_ON);
    expect([countRuns(database), countRuns(left)]).toEqual([2, 2]);
  });

  test('twice at the same time keeps both mirrors that were replaced', async () => {
    const { database, snapshot, sync } = await start();
    await restoreSnapshot(snapshot, database, AT, GOES_ON);
    await sync();
    await sync();
    const { replaced } = await restoreSnapshot(snapshot, database, AT, GOES_ON);
    expect(countRuns(String(replaced))).toBe(3);
    expect(countRuns(`${database}.replaced-20261124T031742000Z`)).toBe(2);
  });

  test('follows no link that lies where a copy was written by an earlier version', async () => {
    const { database, snapshot } = await start();
    const precious = join(tempFolder(), 'precious');
    writeFileSync(precious, 'precious');
    for (const ending of ['', '-wal', '-journal']) symlinkSync(precious, `${database}.restoring${ending}`);
    await restoreSnapshot(snapshot, database, AT, GOES_ON);
    expect(readFileSync(precious, 'utf8')).toBe('precious');
  });

  test('turns a snapshot into a mirror again, and later snapshots are of that mirror', async () => {
    const { database, snapshot, folder } = await start();
    await restoreSnapshot(snapshot, database, AT, GOES_ON);
    expect(ask(database, 'SELECT count(*) FROM mirror_snapshot')).toBe(0);
    expect(listSnapshots(database, folder).map(({ owner }) => owner)).toEqual(['this']);
  });

  test('is refused for the mirror itself', async () => {
    const { database } = await start();
    await expect(restoreSnapshot(database, database, AT, GOES_ON)).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('says which cases were redacted since the snapshot was taken', async () => {
    const { database, snapshot } = await start();
    const mirror = openMirror(database);
    const id = Number(mirror.sqlite.prepare('SELECT min(id) FROM cases').pluck().get());
    mirror.sqlite
      .prepare(
        `UPDATE cases SET mirror_redacted_run_id = 2, mirror_payload = '{"id":' || id || '}' WHERE id = ?`,
      )
      .run(id);
    mirror.close();
    expect((await restoreSnapshot(snapshot, database, AT, GOES_ON)).redactedCases).toEqual([id]);
  });

  test('that is stopped leaves the mirror and nothing else', async () => {
    const { database, snapshot } = await start();
    const stop = new AbortController();
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(restoreSnapshot(snapshot, database, AT, stop.signal)).rejects.toBe(reason);
    expect(countRuns(database)).toBe(2);
    expect(namesIn(dirname(database)).filter((name) => /restoring|replaced/.test(name))).toEqual([]);
  });
});

test('a folder in the way of a leftover is no reason to fail', async () => {
  const { database, snapshot } = await start();
  mkdirSync(`${database}.restoring`);
  await restoreSnapshot(snapshot, database, AT, GOES_ON);
  expect(countRuns(database)).toBe(1);
});
