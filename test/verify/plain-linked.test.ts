import { expect, test } from '@jest/globals';
import type Database from 'better-sqlite3';
import { getTableName } from 'drizzle-orm';
import { openSqlite } from '../../src/db/engine.ts';
import { toDrizzle, type Mirror } from '../../src/db/open-mirror.ts';
import { listRecordSpecs } from '../../src/linked/kinds.ts';
import { onceDamaged } from '../../src/verify/file.ts';
import { checkLinked } from '../../src/verify/linked.ts';
import { prepareNextRecords } from '../../src/verify/plain-linked.ts';
import { TABLE_RULES, countSound, findMisplaced } from '../../src/verify/values.ts';
import { buildEventfulMirror, writeDamaged } from '../support/eventful-mirror.ts';
import { times } from '../support/times.ts';

/** Rows of a table that are damaged; all of them in `npm run test:long`. */
const [LINKED_ROWS, OTHER_ROWS] = [times(2, Infinity), times(1, Infinity)];

type Cell = number | string | bigint | Buffer | null;
type Row = Readonly<Record<string, unknown>>;

/** Opens a mirror with every kind of linked record and history, which may be written in any way. */
async function openEventful(): Promise<Mirror> {
  const path = writeDamaged(await buildEventfulMirror(), '');
  const sqlite = openSqlite(path);
  sqlite.pragma('foreign_keys = OFF');
  for (const name of sqlite
    .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`)
    .pluck()
    .all())
    sqlite.exec(`DROP TRIGGER ${name}`);
  return { path, sqlite, db: toDrizzle(sqlite), close: () => sqlite.close() };
}

/** Puts a value in a column of one row after another, and takes it back; not where a rule of the table refuses it. */
function damageCells(
  sqlite: Database.Database,
  table: string,
  most: number,
  toValues: (now: unknown) => readonly Cell[],
  look: (what: string) => void,
): number {
  const columns = (sqlite.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
  const rows = sqlite.prepare<[], Row>(`SELECT * FROM "${table}"`).all().slice(0, most);
  let damaged = 0;
  for (const row of rows)
    for (const column of columns)
      for (const value of toValues(row[column])) {
        sqlite.exec('SAVEPOINT damage');
        if (isAccepted(sqlite, table, column, value, row)) {
          look(`${table}.${column} is ${String(value)}, was ${String(row[column])}`);
          damaged++;
        }
        sqlite.exec('ROLLBACK TO damage; RELEASE damage');
      }
  return damaged;
}

/** Updates one row, unless a rule of the table refuses the value. */
function isAccepted(
  sqlite: Database.Database,
  table: string,
  column: string,
  value: Cell,
  row: Row,
): boolean {
  const isRow = Object.keys(row).map((name) => `"${name}" IS ?`);
  try {
    sqlite
      .prepare(`UPDATE "${table}" SET "${column}" = ? WHERE ${isRow.join(' AND ')}`)
      .run(value, ...Object.values(row));
    return true;
  } catch (error) {
    if (/constraint|mismatch/.test(String(error))) return false;
    throw error;
  }
}

const edit = (now: unknown): readonly Cell[] => {
  if (typeof now === 'number') return [now + 1, null];
  return typeof now === 'string' ? [`${now}x`, '{}', null] : [1, 'x'];
};

test('a damaged linked record is found in the short way as in the individual check of each', async () => {
  const mirror = await openEventful();
  const listIn = (isThorough: boolean): unknown => {
    const steps = onceDamaged(checkLinked(mirror, isThorough));
    const found: unknown[] = [];
    for (let step = steps.next(); ; step = steps.next()) {
      found.push(step.value);
      if (step.done === true) return found;
    }
  };
  let found = 0;
  const tables = ['documents', 'further_dockets', 'further_docket_entries', 'resources', 'linked_changes'];
  for (const table of [...tables, 'linked_versions'])
    expect(
      damageCells(mirror.sqlite, table, LINKED_ROWS, edit, (what) => {
        const each = listIn(true);
        expect([what, listIn(false)]).toEqual([what, each]);
        if ((each as unknown[]).length > 1) found++;
      }),
    ).toBeGreaterThan(0);
  expect(found).toBeGreaterThan(100);
  mirror.close();
});

test('only dockets, and records with a history, need the individual check', async () => {
  const mirror = await openEventful();
  for (const spec of listRecordSpecs()) {
    const ofKind = `SELECT record_key FROM linked_changes WHERE record_kind = '${spec.kind}'
      UNION SELECT record_key FROM linked_versions WHERE record_kind = '${spec.kind}'`;
    const expected = mirror.sqlite
      .prepare(
        `SELECT ${spec.key} FROM ${getTableName(spec.table)} WHERE ${spec.key} NOT IN (${ofKind}) ORDER BY ${spec.key}`,
      )
      .pluck()
      .all();
    const { proven } = prepareNextRecords(mirror, spec)(Number.MIN_SAFE_INTEGER);
    expect([spec.kind, [...proven]]).toEqual([spec.kind, spec.kind === 'docket' ? [] : expected]);
  }
  mirror.close();
});

test('SQLite accepts a value as of the type of its column exactly where the check of the rows does', async () => {
  const { sqlite, close } = await openEventful();
  const values: readonly Cell[] = [null, 7, 1.5, 2n ** 60n, '', 'x', Buffer.from([1])];
  let refused = 0;
  for (const rules of TABLE_RULES)
    damageCells(
      sqlite,
      rules.table,
      OTHER_ROWS,
      () => values,
      (what) => {
        const rows = sqlite.prepare<[], Row>(`SELECT * FROM "${rules.table}"`).all();
        const isSound = rows.every((row) => findMisplaced(rules.table, row) === undefined);
        expect([what, countSound(sqlite, rules)]).toEqual([what, isSound ? rows.length : null]);
        if (!isSound) refused++;
      },
    );
  expect(refused).toBeGreaterThan(100);
  close();
});
