import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openMirror } from '../../src/db/open-mirror.ts';
import { openSqlite } from '../../src/db/engine.ts';
import { runCli } from '../support/command-line.ts';
import { tempFolder } from '../support/temp-folder.ts';

interface DemoJson {
  readonly runs: {
    outcome: string;
    lists: {
      list_id: number;
      outcome: string;
      retries: number;
      cases_new: number;
      cases_changed: number;
    }[];
  }[];
  readonly linked_passes: { outcome: string; requests: number; lists_read: number; records_new: number }[];
}

test('the demo shows two syncs with their linked passes and four queries, and can be run again', async () => {
  const database = join(tempFolder(), 'demo.db');
  writeFileSync(database, ''); // An empty file is replaced, too.
  const json = JSON.parse(
    (await runCli(['demo', '--cases', '60', '--database', database, '--json'])).stdout,
  ) as DemoJson;
  expect(json.runs.map(({ outcome }) => outcome)).toEqual(['complete', 'complete']);
  const [first, second] = json.runs.map(({ lists }) => ({
    retries: lists.reduce((sum, one) => sum + one.retries, 0),
    fresh: lists.reduce((sum, one) => sum + one.cases_new, 0),
    changed: lists.reduce((sum, one) => sum + one.cases_changed, 0),
    empty: lists.find(({ list_id }) => list_id === 5022)?.outcome,
  }));
  expect(first).toMatchObject({ retries: 2, changed: 0, empty: 'empty' });
  expect(second).toMatchObject({ retries: 0, empty: 'empty' });
  expect(Number(second?.changed) + Number(second?.fresh)).toBeGreaterThan(0);

  expect(json.linked_passes.map(({ outcome }) => outcome)).toEqual(['budget', 'complete']);
  expect(json.linked_passes[0]?.records_new).toBeGreaterThan(50);

  const again = await runCli(['demo', '--cases', '50', '--database', database]);
  expect(again.exitCode).toBe(0);
  expect(again.stdout.match(/^ {4}SELECT/gm)).toHaveLength(4);
});

/** A file of the first version, which had one migration. */
function makeFirstVersion(database: string, trigger: string): void {
  const sqlite = openSqlite(database);
  sqlite.pragma('application_id = 1129138514');
  sqlite.exec(readFileSync(new URL('../../migrations/0000_create_mirror.sql', import.meta.url), 'utf8'));
  sqlite
    .prepare(
      `INSERT INTO sync_runs (outcome, started_at, "trigger", version, api_url, process_id)
       VALUES ('complete', '2030-01-01', ?, '0', '', 1)`,
    )
    .run(trigger);
  sqlite.close();
}

test('the demo replaces the file of an older demo', async () => {
  const database = join(tempFolder(), 'older.db');
  makeFirstVersion(database, 'demo');
  const { exitCode, stderr } = await runCli(['demo', '--cases', '50', '--database', database]);
  expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining('DATABASE_')]);
});

test('the demo does not change a real mirror of an older version', async () => {
  const database = join(tempFolder(), 'older.db');
  makeFirstVersion(database, 'sync');
  const { exitCode, stderr } = await runCli(['demo', '--database', database]);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('holds a real mirror')]);
});

test('the demo does not change a real mirror', async () => {
  const database = join(tempFolder(), 'real.db');
  const mirror = openMirror(database);
  mirror.sqlite.exec(`INSERT INTO sync_runs (outcome, started_at, trigger, version, api_url, process_id)
    VALUES ('complete', '2030-01-01', 'sync', '0', 'https://clearinghouse.example/', 1)`);
  mirror.close();
  const { exitCode, stderr } = await runCli(['demo', '--database', database]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('holds a real mirror');
});
