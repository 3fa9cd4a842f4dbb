import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { openMirror, toDrizzle } from '../../src/db/open-mirror.ts';
import { openSqlite } from '../../src/db/engine.ts';
import { runCli } from '../support/command-line.ts';
import { buildEventfulMirror } from '../support/eventful-mirror.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';
import { fakeRuntime } from '../support/runtime.ts';
import { tempFolder } from '../support/temp-folder.ts';

const MIGRATIONS = new URL('../../migrations', import.meta.url).pathname;

/** Makes a file with as many of the migrations. */
function makeVersion(path: string, migrations: number): void {
  const folder = join(tempFolder(), 'migrations');
  cpSync(MIGRATIONS, folder, { recursive: true });
  const journal = JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8')) as {
    entries: object[];
  };
  const entries = journal.entries.slice(0, migrations);
  writeFileSync(join(folder, 'meta/_journal.json'), JSON.stringify({ ...journal, entries }));
  const sqlite = openSqlite(path);
  sqlite.pragma('application_id = 1129138514');
  sqlite.unsafeMode(true);
  migrate(toDrizzle(sqlite), { migrationsFolder: folder });
  sqlite.close();
}

/** The kind that is also restored over itself. */
const FULLEST = 'in which everything has happened, a redaction too';

/** Each way in which a mirror can come to be what it is. Returns its path. */
const KINDS: Readonly<Record<string, () => Promise<string>>> = {
  'that is new and empty': () => {
    const path = join(tempFolder(), 'mirror.db');
    openMirror(path).close();
    return Promise.resolve(path);
  },
  'of the first version, brought up to date': () => {
    const path = join(tempFolder(), 'mirror.db');
    makeVersion(path, 2);
    openMirror(path).close();
    return Promise.resolve(path);
  },
  'of which the API holds nothing': async () => {
    const { sync, database } = await startHarness({ source: smallCollection(0) });
    await sync();
    return database;
  },
  'that a dry run left alone': async () => {
    const { sync, database } = await startHarness({ source: smallCollection(3) });
    openMirror(database).close();
    await sync({ dryRun: true });
    return database;
  },
  'that holds a part, because pages cannot be read': async () => {
    const { sync, database } = await startHarness({
      source: smallCollection(12),
      pageSize: 2,
      faults: ({ page }) => (page === 2 ? { kind: 'bytes', body: Buffer.from('{"count": 12, ') } : undefined),
    });
    await sync();
    return database;
  },
  'of the demo': async () => {
    const path = join(tempFolder(), 'demo.db');
    await runCli(['demo', '--cases', '50', '--database', path], { runtime: fakeRuntime() });
    return path;
  },
  [FULLEST]: async () => {
    const path = join(tempFolder(), 'mirror.db');
    writeFileSync(path, await buildEventfulMirror());
    return path;
  },
};

describe.each(Object.keys(KINDS))('a mirror %s verifies clean', (kind) => {
  test('as it is, as a snapshot, and restored from that', async () => {
    const database = await (KINDS[kind] as () => Promise<string>)();
    const folder = dirname(database);
    const [copy, restored] = [join(folder, 'copy.db'), join(folder, 'restored.db')];
    const run = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await runCli(args, { folder });
      return [exitCode, exitCode === 0 ? '' : `${stdout}${stderr}`];
    };
    const clean = [0, ''];
    expect(await run('verify', '--database', database)).toEqual(clean);
    expect(await run('snapshot', '--to', copy, '--database', database)).toEqual(clean);
    expect(await run('verify', '--database', copy)).toEqual(clean);
    expect(await run('restore', copy, '--yes', '--database', restored)).toEqual(clean);
    expect(await run('verify', '--database', restored)).toEqual(clean);
    if (kind !== FULLEST) return;
    expect(await run('restore', copy, '--yes', '--database', database)).toEqual(clean);
    expect(await run('verify', '--database', database)).toEqual(clean);
  });
});
