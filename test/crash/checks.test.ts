import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import { examineRecovery, examineRemains } from './examine.ts';
import { startReader } from './reader.ts';
import { runTrial } from './trial.ts';
import { runWhole, shareDays, usePrepared } from './use-prepared.ts';

const prepared = usePrepared(shareDays);
let files = 0;

/** A mirror of two days in which `sql` has been executed. */
function damage(sql: string): string {
  const { folder, scenarios } = prepared();
  const database = join(folder, `damaged-${++files}.db`);
  copyFileSync(String(scenarios['sync with changes'].file), database);
  const sqlite = openSqlite(database);
  sqlite.pragma('foreign_keys = OFF');
  sqlite.exec(sql);
  expect(sqlite.prepare('SELECT total_changes()').pluck().get()).toBeGreaterThan(0);
  sqlite.close();
  return database;
}

const CASE = '(SELECT min(case_id) FROM docket_entries)';

describe('the checks of a killed sync find', () => {
  test.each([
    [
      'half a docket',
      `DELETE FROM docket_entries WHERE mirror_id = (SELECT min(mirror_id) FROM docket_entries)`,
      'half a case',
    ],
    ['a shortened list', `DELETE FROM issues WHERE case_id = ${CASE} AND mirror_position = 0`, 'half a case'],
    ['rows without a case', `INSERT INTO issues VALUES (1, 0, 'Fog')`, 'foreign_key_check'],
    [
      'a case that the API never served',
      `UPDATE cases SET mirror_fingerprint = 'x' WHERE id = ${CASE}`,
      'neither as it was nor',
    ],
    ['two running runs', `UPDATE sync_runs SET outcome = 'running', ended_at = NULL`, '2 runs are going on'],
    [
      'half a migration',
      `DROP VIEW clean_cases; DELETE FROM issues WHERE case_id = ${CASE}`,
      'half migrated',
    ],
  ])('%s', (_, sql, fault) => {
    const { faults } = examineRemains(damage(sql), prepared().scenarios['sync with changes']);
    expect(faults.join('\n')).toContain(fault);
  });

  test('the loss of the whole file', () => {
    const { folder, scenarios } = prepared();
    const { faults } = examineRemains(join(folder, 'gone.db'), scenarios['sync with changes']);
    expect(faults).toEqual(['the file is gone']);
  });
});

describe('the checks of the next sync find', () => {
  test.each([
    [
      'a dead run still recorded as running',
      `UPDATE sync_runs SET outcome = 'running' WHERE id = 2`,
      2,
      'something is left running',
    ],
    [
      'a dead run not recorded as died',
      `UPDATE sync_runs SET version = ''`,
      1,
      'run 1 is partial, and not died',
    ],
    ['different content', `UPDATE cases SET name = 'x' WHERE id = ${CASE}`, null, 'cases: '],
  ])('%s', (_, sql, dead, fault) => {
    const faults = examineRecovery(damage(sql), prepared().scenarios['sync with changes'], dead);
    expect(faults.join('\n')).toContain(fault);
  });
});

test('a sync that survives its planned death is a fault', async () => {
  const { folder, scenarios } = prepared();
  const death = { at: 'write', label: 'before a write that never comes', occurrence: 1 } as const;
  const { died, faults } = await runTrial(scenarios['sync with changes'], death, folder, runWhole);
  expect(died).toBe(false);
  expect(faults).toEqual([expect.stringContaining('the sync with a planned death')]);
});

test('a reader that sees half a case fails and says which', async () => {
  const reader = startReader(damage(`DELETE FROM docket_entries WHERE case_id = ${CASE}`));
  // The sample is random, so it contains that case sooner or later.
  await reader.failed();
  const { exitCode, stderr } = await reader.end();
  expect(exitCode).toBe(1);
  expect(stderr).toContain('"table":"docket_entries","stored":0');
});
