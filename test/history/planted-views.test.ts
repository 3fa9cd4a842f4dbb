import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import { type Instruction, findOpened, queryAsOf } from '../../src/history/query-as-of/query.ts';
import { openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { buildEventfulMirror, verifyFile, writeDamaged } from '../support/eventful-mirror.ts';
import { tempFolder } from '../support/temp-folder.ts';

let bytes: Buffer;
let planted: string;
beforeAll(async () => {
  bytes = await buildEventfulMirror();
});
beforeEach(() => {
  planted = join(tempFolder(), 'planted.db');
});

/** Puts SQL where the file keeps the definition of a view, past SQLite's own checks. */
function writePlanted(name: string, sql: string): string {
  const path = writeDamaged(bytes, '');
  const sqlite = openSqlite(path);
  sqlite.unsafeMode();
  sqlite.pragma('writable_schema = ON');
  sqlite.prepare('UPDATE sqlite_schema SET sql = ? WHERE name = ?').run(sql, name);
  sqlite.close();
  return path;
}

function askAsOf(path: string, text: string): unknown[][] {
  const mirror = openMirrorReadOnly(path);
  try {
    return [...queryAsOf(mirror, 1, text).rows].map((row) => [...row]);
  } finally {
    mirror.close();
  }
}

/** Newer versions of SQLite read nothing of a file whose schema holds more than one statement a row. */
function isRefused(path: string): boolean {
  try {
    openMirrorReadOnly(path).close();
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: 'DATABASE_DAMAGED' });
    return true;
  }
}

describe('a question as of a run, of a file in which somebody planted', () => {
  test('further statements behind a view, executes none of them, and reads the view of the program', () => {
    const path = writePlanted(
      'clean_cases',
      `CREATE VIEW clean_cases AS SELECT 'planted' AS name; ATTACH '${planted}' AS planted; CREATE TABLE planted.x (y)`,
    );
    if (isRefused(path)) {
      expect(existsSync(planted)).toBe(false);
      return;
    }
    expect(askAsOf(path, 'SELECT count(DISTINCT name) FROM clean_cases')).toEqual([[1]]);
    expect(askAsOf(path, `SELECT name FROM clean_cases WHERE name = 'planted'`)).toEqual([]);
    expect(existsSync(planted)).toBe(false);
    expect(verifyFile(path).findings).toContainEqual(
      expect.objectContaining({ check: 'schema', what: 'the view "clean_cases"' }),
    );
  });

  test('a view of its own, is refused because its earlier content was not kept', () => {
    const path = writeDamaged(
      bytes,
      'CREATE VIEW extra AS SELECT id, name FROM cases; UPDATE cases SET id = id',
    );
    expect(() => askAsOf(path, 'SELECT name FROM extra')).toThrow(
      expect.objectContaining({ code: 'HISTORY_MISSING' }),
    );
    expect(askAsOf(path, 'SELECT count(*) FROM cases')).toEqual([[10]]);
  });

  test('a view that cannot be read, reads everything else', () => {
    const path = writeDamaged(bytes, 'CREATE VIEW extra AS SELECT * FROM nowhere; UPDATE cases SET id = id');
    expect(askAsOf(path, 'SELECT count(*) FROM cases')).toEqual([[10]]);
  });

  test("another definition of one of the mirror's tables, is refused", () => {
    const path = writeDamaged(
      bytes,
      'ALTER TABLE causes RENAME TO real_causes; CREATE VIEW causes AS SELECT * FROM real_causes; UPDATE cases SET id = id',
    );
    expect(() => askAsOf(path, 'SELECT 1')).toThrow(expect.objectContaining({ code: 'DATABASE_DAMAGED' }));
  });
});

describe('tables that SQLite programs can open', () => {
  const tables = new Map([
    [7, 'seven'],
    [8, 'eight'],
  ]);
  const step = (opcode: string, p2 = 0, p3 = 0): Instruction => ({ opcode, p2, p3 });
  test.each<[string, Instruction[], string[] | null]>([
    ['are those of its cursors', [step('Init'), step('OpenRead', 7, 1), step('Halt')], ['seven']],
    ['are not those of the file itself', [step('OpenRead', 7, 0)], []],
    ['are those of the indexes too', [step('ReopenIdx', 8, 1)], ['eight']],
    ['are not the schema', [step('OpenRead', 1, 1)], []],
    [
      'cannot be known where an instruction is unknown',
      [step('OpenRead', 7, 1), step('OpenSideways', 8, 1)],
      null,
    ],
    ['cannot be known where a table is unknown', [step('OpenRead', 9, 1)], null],
  ])('%s', (_, program, opened) => {
    const found = findOpened(program, tables);
    expect(found === null ? null : [...found]).toEqual(opened);
  });
});
