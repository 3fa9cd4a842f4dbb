import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqlite } from '../../src/db/engine.ts';
import { takeSnapshot } from '../../src/backup/snapshot.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import { openWithOldSqlite } from '../support/old-sqlite.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** SQLite makes it beside `sqlite_stat1`, for samples of the content, which are not taken. */
/** Audits of linked lists that find nothing in the mirror of this test. */
const WITHOUT_FINDINGS = [
  'audit_document_dates',
  'audit_document_incomplete',
  'audit_document_off_docket',
  'audit_text_at_odds',
  'audit_unknown_status',
];
const NEVER_FILLED = ['sqlite_stat4'];

describe('the SQLite of RHEL 9, Debian 11 and later', () => {
  let mirror: Buffer;
  let snapshot: Buffer;

  beforeAll(async () => {
    const path = await makeFullMirror();
    mirror = readFileSync(path);
    const { signal } = new AbortController();
    const to = { folder: tempFolder() };
    const taken = await takeSnapshot({ database: path, to, takenAt: new Date(), takenBy: 'hand', signal });
    snapshot = readFileSync(taken.path);
  });

  test.each([
    ['the mirror', () => mirror, ['mirror_snapshot', ...NEVER_FILLED]],
    ['a snapshot', () => snapshot, NEVER_FILLED],
  ])('reads every table and view of %s as the newest does', async (_, toBytes, empty) => {
    const path = join(tempFolder(), 'mirror.db');
    writeFileSync(path, toBytes());
    const old = await openWithOldSqlite(path);
    const today = openSqlite(path, { readonly: true });
    try {
      expect(old.version).toBe('3.33.0');
      expect(old.rows('PRAGMA integrity_check')).toEqual([['ok']]);
      const names = today
        .prepare<[], string>(
          `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND sql NOT LIKE 'CREATE VIRTUAL%'`,
        )
        .pluck()
        .all();
      expect(names.length).toBeGreaterThan(50);
      const answers = names.map((name) => {
        const columns = today.prepare(`SELECT * FROM "${name}"`).columns();
        // Not the values themselves: a text may hold a NUL or half a character, which each language reads in its way.
        const cells = columns.map((column) => `typeof("${column.name}"), hex("${column.name}")`).join(', ');
        const sql = `SELECT ${cells} FROM "${name}"`;
        return { name, then: toText(old.rows(sql)), now: toText(today.prepare(sql).raw().all()) };
      });
      expect(
        answers
          .filter(({ now }) => now === '')
          .map(({ name }) => name)
          .sort(),
      ).toEqual([...WITHOUT_FINDINGS, ...empty].sort());
      expect(answers.filter(({ then, now }) => then !== now).map(({ name }) => name)).toEqual([]);
    } finally {
      old.close();
      today.close();
    }
  });
});

/** The rows in an order of their own, because an answer without ORDER BY has none. */
function toText(rows: readonly unknown[]): string {
  const lines = rows.map((row) => JSON.stringify(row));
  return lines.sort((a, b) => (a < b ? -1 : Number(a > b))).join('\n');
}
