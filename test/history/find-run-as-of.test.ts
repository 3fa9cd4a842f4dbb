import { beforeEach, describe, expect, test } from '@jest/globals';
import { findRunAsOf } from '../../src/history/period.ts';
import { parseAsOf } from '../../src/history/moments.ts';
import type { Mirror } from '../../src/db/open-mirror.ts';
import { openEmptyMirror } from '../support/open-empty-mirror.ts';

/** A whole day, one that died, one that ended a moment before midnight, and one that is still going on. */
const RUNS = [
  ['complete', '2030-01-01T03:17:00.000Z', '2030-01-01T03:40:00.000Z'],
  ['died', '2030-01-02T03:17:00.000Z', null],
  ['interrupted', '2030-01-03T23:17:00.000Z', '2030-01-03T23:59:59.999Z'],
  ['running', '2030-01-04T03:17:00.000Z', null],
] as const;

let mirror: Mirror;

beforeEach(() => {
  mirror = openEmptyMirror();
  const insert = mirror.sqlite.prepare(
    `INSERT INTO sync_runs (outcome, started_at, ended_at, trigger, version, api_url, process_id) VALUES (?, ?, ?, 'sync', '0', '-', 1)`,
  );
  for (const run of RUNS) insert.run(...run);
});

const find = (text: string): number =>
  findRunAsOf(mirror, parseAsOf(text, { now: new Date('2030-01-15T03:17:00Z'), timeZone: 'UTC' })).runId;

describe('the run that a moment stands for', () => {
  test.each([
    ['2030-01-01', 1],
    ['2030-01-02', 2],
    ['2030-01-03', 3],
    ['2031-12-31', 3],
    ['2030-01-01T03:40:00Z', 1],
    ['2030-01-02T03:16:59Z', 1],
    ['2030-01-02T03:17:00Z', 2],
    ['2030-01-03T23:59:59.998Z', 2],
    ['2030-01-04T05:59:59.999+06:00', 3],
    ['1', 1],
    ['2', 2],
    ['3', 3],
  ])('%s: the newest that had ended by then, or had died, is run %i', (text, runId) => {
    expect(find(text)).toBe(runId);
  });

  test.each([
    ['2029-12-31', 'TIME_NOT_MIRRORED', 'it begins with run 1, which ended at 2030-01-01T03:40:00.000Z'],
    ['2030-01-01T03:39:59Z', 'TIME_NOT_MIRRORED', 'has no state of that time'],
    ['4', 'TIME_NOT_MIRRORED', 'mirror.db has not ended'],
    ['5', 'RUN_UNKNOWN', 'has no run 5'],
  ])('%s: none, and the error says why', (text, code, message) => {
    expect(() => find(text)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  test('does not exist if no run has ended', () => {
    mirror.sqlite.exec('DELETE FROM sync_runs WHERE id < 4');
    expect(() => find('2030-01-04')).toThrow('no run has ended in it yet');
  });
});
