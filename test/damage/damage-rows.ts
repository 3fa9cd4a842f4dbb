import { writeFileSync } from 'node:fs';
import { isSqliteError } from '../../src/db/errors.ts';
import { SEARCH_OBJECTS } from '../../src/db/search-tables.ts';
import { type Mirror, toDrizzle } from '../../src/db/open-mirror.ts';
import { openSqlite } from '../../src/db/engine.ts';
import type { Random } from '../../fake-api/invent/random.ts';
import { verifyMirror } from '../../src/verify/proof.ts';
import { proveElsewhere } from '../support/prove-elsewhere.ts';
import { findUnknowable } from './unknowable.ts';

export type Cell = string | number | Buffer | null;
export type Row = Readonly<Record<string, Cell>>;

/** The ways in which rows of a table are damaged. */
export const DAMAGE_KINDS = ['value', 'type', 'null', 'removed', 'duplicated', 'swapped', 'key'] as const;
export type DamageKind = (typeof DAMAGE_KINDS)[number];

/** One damage: its SQL, and the rows before and after it. */
export interface Damage {
  readonly table: string;
  readonly kind: DamageKind;
  /** The columns that differ; none if rows were removed or added. */
  readonly columns: readonly string[];
  readonly row: Row;
  readonly sql: string;
}

export type Verdict = 'noticed' | 'unknowable' | 'unnoticed';

interface TableShape {
  readonly table: string;
  readonly columns: readonly string[];
  readonly keys: readonly string[];
}

/** A mirror whose rows can be damaged and restored again and again. */
export interface RowTrials {
  readonly tables: readonly string[];
  /** Damages a table once; null if SQLite itself refuses the damage, or if the damage would change nothing. */
  tryOnce(table: string, kind: DamageKind, random: Random): { damage: Damage; verdict: Verdict } | null;
  close(): void;
}

/** Writes the bytes of a mirror to `path`, for trials. */
export function openRowTrials(path: string, bytes: Buffer): RowTrials {
  writeFileSync(path, bytes);
  const sqlite = openSqlite(path);
  sqlite.unsafeMode();
  sqlite.pragma('foreign_keys = OFF');
  sqlite.pragma('synchronous = OFF');
  const mirror: Mirror = { path, sqlite, db: toDrizzle(sqlite), close: () => undefined };
  const shapes = new Map(listShapes(mirror).map((shape) => [shape.table, shape]));
  return {
    tables: [...shapes.keys()],
    tryOnce(table, kind, random) {
      const shape = shapes.get(table);
      if (shape === undefined) throw new RangeError(`no table ${table}`);
      sqlite.unsafeMode(true); // The check of the search index leaves that mode.
      sqlite.exec('BEGIN');
      try {
        const rows = sqlite.prepare<[], Row>(`SELECT * FROM "${table}"`).all();
        const drawn = drawDamage(shape, kind, rows, random);
        if (drawn === null || !execute(mirror, drawn)) return null;
        return { damage: drawn, verdict: judge(mirror, drawn) };
      } finally {
        sqlite.exec('ROLLBACK');
      }
    },
    close: () => {
      sqlite.close();
    },
  };
}

function listShapes({ sqlite }: Mirror): TableShape[] {
  return (
    sqlite
      .prepare<[], string>(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_stat%' ESCAPE '!'`,
      )
      .pluck()
      .all()
      // SQLite protects the tables of an index.
      .filter((table) => !SEARCH_OBJECTS.has(table))
      .map((table) => {
        const columns = sqlite.pragma(`table_info("${table}")`) as { name: string; pk: number }[];
        const keys = columns.filter(({ pk }) => pk > 0).map(({ name }) => name);
        return { table, columns: columns.map(({ name }) => name), keys: keys.length > 0 ? keys : ['rowid'] };
      })
  );
}

/** Executes a damage, even if a column of the table does not allow the value. Returns whether it changed anything. */
function execute({ sqlite }: Mirror, { table, sql, kind }: Damage): boolean {
  const relaxed = kind === 'null' || kind === 'type';
  const setSql = (text: string): void => {
    sqlite.pragma('writable_schema = ON');
    sqlite.prepare('UPDATE sqlite_schema SET sql = ? WHERE name = ?').run(text, table);
    sqlite.pragma('writable_schema = RESET');
  };
  const own = sqlite
    .prepare<[string], string>('SELECT sql FROM sqlite_schema WHERE name = ?')
    .pluck()
    .get(table);
  const isOurs = relaxed && own !== undefined && !table.startsWith('sqlite_');
  try {
    if (isOurs) setSql(own.replaceAll(/ NOT NULL/g, ''));
    const before = sqlite.prepare('SELECT total_changes()').pluck().get();
    sqlite.exec(sql);
    const isChanged = sqlite.prepare('SELECT total_changes()').pluck().get() !== before;
    if (isOurs) setSql(own);
    return isChanged;
  } catch (error) {
    if (isSqliteError(error) && /^SQLITE_(CONSTRAINT|MISMATCH)/.test(error.code)) return false;
    throw error;
  }
}

function judge(mirror: Mirror, damage: Damage): Verdict {
  if (isNoticed(mirror)) return 'noticed';
  return findUnknowable(mirror, damage) === undefined ? 'unnoticed' : 'unknowable';
}

/** Whether verification finds anything, with a second thread that checks half of the cases. It stops at the first finding. */
export function isNoticed(mirror: Mirror): boolean {
  const elsewhere = proveElsewhere(mirror);
  for (const finding of verifyMirror(mirror, { of: 'everything' }, () => undefined, { elsewhere }))
    return finding.what !== '';
  return false;
}

const BY_KIND: Record<
  DamageKind,
  (shape: TableShape, rows: readonly Row[], random: Random) => Omit<Damage, 'table' | 'kind'> | null
> = {
  value: (shape, rows, random) => {
    const [row, column] = [random.pick(rows), random.pick(shape.columns)];
    return setCell(shape, row, column, drawOther(row[column] ?? null, rows, column, random));
  },
  type: (shape, rows, random) => {
    const [row, column] = [random.pick(rows), random.pick(shape.columns)];
    return setCell(shape, row, column, drawOfOtherType(row[column] ?? null, random));
  },
  null: (shape, rows, random) => setCell(shape, random.pick(rows), random.pick(shape.columns), null),
  removed: (shape, rows, random) => {
    const row = random.pick(rows);
    return { columns: [], row, sql: `DELETE FROM "${shape.table}" WHERE ${toWhere(shape, row)}` };
  },
  duplicated: (shape, rows, random) => {
    const row = random.pick(rows);
    const key = random.pick(shape.keys);
    const copy = {
      ...row,
      ...(key !== 'rowid' && { [key]: drawOther(row[key] ?? null, rows, key, random) }),
    };
    const values = shape.columns.map((column) => toLiteral(copy[column] ?? null)).join(', ');
    return { columns: [], row, sql: `INSERT INTO "${shape.table}" VALUES (${values})` };
  },
  swapped: (shape, rows, random) => {
    const [one, other] = [random.pick(rows), random.pick(rows)];
    const free = shape.columns.filter((column) => !shape.keys.includes(column));
    const chosen = random.chance(0.5) ? free : free.length === 0 ? [] : [random.pick(free)];
    const columns = chosen.filter(
      (column) => toLiteral(one[column] ?? null) !== toLiteral(other[column] ?? null),
    );
    if (columns.length === 0) return null;
    const set = (from: Row): string =>
      columns.map((column) => `"${column}" = ${toLiteral(from[column] ?? null)}`).join(', ');
    return {
      columns,
      row: one,
      sql: `UPDATE "${shape.table}" SET ${set(other)} WHERE ${toWhere(shape, one)};
        UPDATE "${shape.table}" SET ${set(one)} WHERE ${toWhere(shape, other)}`,
    };
  },
  key: (shape, rows, random) => {
    const [row, column] = [random.pick(rows), random.pick(shape.keys)];
    if (column === 'rowid') return null;
    return setCell(shape, row, column, drawOther(row[column] ?? null, rows, column, random));
  },
};

function drawDamage(
  shape: TableShape,
  kind: DamageKind,
  rows: readonly Row[],
  random: Random,
): Damage | null {
  if (rows.length === 0) throw new RangeError(`${shape.table} has no rows`);
  const drawn = BY_KIND[kind](shape, rows, random);
  return drawn === null ? null : { table: shape.table, kind, ...drawn };
}

function setCell(shape: TableShape, row: Row, column: string, value: Cell) {
  if (toLiteral(row[column] ?? null) === toLiteral(value)) return null;
  const sql = `UPDATE "${shape.table}" SET "${column}" = ${toLiteral(value)}
    WHERE ${toWhere(shape, row)} AND "${column}" IS NOT ${toLiteral(value)}`;
  return { columns: [column], row, sql };
}

/** A table without a key is small, and its rows are identified by all their values. */
function toWhere({ keys, columns }: TableShape, row: Row): string {
  const names = keys.includes('rowid') ? columns : keys;
  return names.map((name) => `"${name}" IS ${toLiteral(row[name] ?? null)}`).join(' AND ');
}

/** Another value of the same kind: a close one, a distant one, or the value of another row. */
function drawOther(cell: Cell, rows: readonly Row[], column: string, random: Random): Cell {
  const elsewhere = random.pick(rows)[column] ?? null;
  if (random.chance(0.3) && elsewhere !== cell && elsewhere !== null) return elsewhere;
  if (typeof cell === 'number') return random.pick([cell + 1, cell - 1, cell + 1000, 0, -cell, 2 ** 53 - 1]);
  const text = typeof cell === 'string' ? cell : '';
  const at = random.below(Math.max(1, text.length));
  return random.pick([
    `${text}x`,
    text.slice(0, -1),
    `${text.slice(0, at)}~${text.slice(at + 1)}`,
    text.toUpperCase(),
    '',
    'null',
    '[]',
    '{}',
    '2031-01-01T00:00:00.000Z',
    text.repeat(2),
  ]);
}

function drawOfOtherType(cell: Cell, random: Random): Cell {
  const others: Cell[] = [1.5, -0.25, Buffer.from([0, 255, 1]), Buffer.alloc(0)];
  return random.pick(typeof cell === 'number' ? [...others, 'x', '', '1.5e'] : [...others, 7]);
}

function toLiteral(cell: Cell): string {
  if (cell === null) return 'NULL';
  if (typeof cell === 'number') return String(cell);
  if (Buffer.isBuffer(cell)) return `x'${cell.toString('hex')}'`;
  return `'${cell.replaceAll("'", "''").replaceAll('\0', `' || char(0) || '`)}'`;
}
