import { beforeAll, describe, expect, test } from '@jest/globals';
import { buildEventfulMirror, verifyFile, writeDamaged } from '../support/eventful-mirror.ts';
import { runCli } from '../support/command-line.ts';

let bytes: Buffer;
beforeAll(async () => {
  bytes = await buildEventfulMirror();
});

/** A mirror with the statements executed in it by a user. */
const add = (sql: string): string => writeDamaged(bytes, '', (sqlite) => sqlite.exec(sql));

/** What `sqlite-utils enable-fts mirror.db lists label` executes. */
const ENABLE_FTS = `CREATE VIRTUAL TABLE [lists_fts] USING FTS5 ([label], content=[lists]);
  INSERT INTO [lists_fts] (rowid, [label]) SELECT rowid, [label] FROM [lists];`;
/** What its option --create-triggers adds. */
const FTS_TRIGGER = `CREATE TRIGGER [lists_ai] AFTER INSERT ON [lists] BEGIN
  INSERT INTO [lists_fts] (rowid, [label]) VALUES (new.rowid, new.[label]); END;`;

describe('what a user added to the file', () => {
  test.each<[string, string, string[]]>([
    ['a table', 'CREATE TABLE notes (case_id INTEGER PRIMARY KEY, note TEXT)', ['table notes']],
    ['a view', 'CREATE VIEW open_cases AS SELECT id FROM cases', ['view open_cases']],
    [
      'an index on a table of the user',
      'CREATE TABLE notes (note); CREATE UNIQUE INDEX by_note ON notes (note)',
      ['table notes', 'index by_note'],
    ],
    ['an index on a table of the mirror', 'CREATE INDEX by_name ON cases (name)', ['index by_name']],
    [
      'a trigger on a table of the user',
      'CREATE TABLE notes (note); CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM notes; END',
      ['table notes', 'trigger t'],
    ],
    [
      'a full-text index',
      ENABLE_FTS,
      ['table lists_fts', ...['data', 'idx', 'docsize', 'config'].map((part) => `table lists_fts_${part}`)],
    ],
    ['a view that cannot be read', 'CREATE VIEW old AS SELECT 1 FROM gone', ['view old']],
  ])('is listed and is no finding: %s', (_what, sql, expected) => {
    const { findings, additions } = verifyFile(add(sql));
    expect(findings).toEqual([]);
    expect(additions.map(({ type, name }) => `${type} ${name}`)).toEqual(expected);
  });

  test.each([
    [
      'a trigger on a table of the mirror',
      'CREATE TRIGGER t AFTER INSERT ON CASES BEGIN DELETE FROM dockets; END',
    ],
    [
      'a trigger on a view of the mirror',
      'CREATE TRIGGER t INSTEAD OF INSERT ON cases_flat BEGIN SELECT 1; END',
    ],
    ['a unique index on a table of the mirror', 'CREATE UNIQUE INDEX t ON lists (label)'],
    ['the triggers of a full-text index', `${ENABLE_FTS} ${FTS_TRIGGER.replace('[lists_ai]', 't')}`],
  ])('is a finding if it can interfere with a sync: %s', (_what, sql) => {
    expect(verifyFile(add(sql)).findings).toMatchObject([
      { check: 'schema', what: expect.stringMatching(/^the (trigger|index) "t"$/) },
    ]);
  });

  test.each([
    [
      'a view in place of a view of the mirror',
      'DROP VIEW cases_flat; CREATE VIEW cases_flat AS SELECT 1 AS id',
      'the view "cases_flat"',
    ],
    [
      'a table in place of a view of the mirror',
      'DROP VIEW cases_flat; CREATE TABLE cases_flat (id)',
      'the view "cases_flat"',
    ],
    ['a missing view of the mirror', 'DROP VIEW cases_flat', 'the view "cases_flat"'],
    ['another column', 'ALTER TABLE cases ADD COLUMN note TEXT', 'the table "cases"'],
  ])('does not excuse a change of the mirror: %s', (_what, sql, what) => {
    expect(verifyFile(add(sql)).findings).toContainEqual(expect.objectContaining({ check: 'schema', what }));
  });
});

describe('the report of `verify`', () => {
  test('names the additions by type and ends with 0', async () => {
    const path = add('CREATE VIEW a AS SELECT 1; CREATE VIEW b AS SELECT 2; CREATE INDEX c ON cases (name)');
    const { exitCode, stdout } = await runCli(['verify', '--database', path]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Not part of the mirror, and not checked: 2 views (a, b) and 1 index (c).');
    const json = JSON.parse((await runCli(['verify', '--database', path, '--json'])).stdout) as object;
    expect(json).toMatchObject({ exit_code: 0, additions: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] });
  });

  test('gives the way out if a trigger was added to a table of the mirror', async () => {
    const path = add('CREATE TRIGGER t AFTER INSERT ON cases BEGIN DELETE FROM dockets; END');
    const { exitCode, stdout } = await runCli(['verify', '--database', path]);
    expect(exitCode).toBe(10);
    expect(stdout).toContain(
      'Hint: If you added a trigger or a unique index to a table of the mirror, drop it.',
    );
  });
});
