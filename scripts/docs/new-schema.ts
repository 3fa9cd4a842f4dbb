import type Database from 'better-sqlite3';
import { closing, openSqlite } from '../../src/db/engine.ts';
import { listMigrations, runMigrations } from '../../src/db/migrate.ts';
import { toFirstLine } from '../../src/db/new-schema.ts';
import { SEARCH_OBJECTS } from '../../src/db/search-tables.ts';

/** `runMigrations` makes them itself. */
const MADE_ANYWAY: ReadonlySet<string> = new Set(['__drizzle_migrations', ...SEARCH_OBJECTS]);
/** `runMigrations` fills it itself. */
const SEALS = 'mirror_seals';
/** Each mirror has another id in it, so its row is the statement of the migration. */
const IDENTITY = 'mirror_identity';

interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

/** Renders what the migrations make of an empty file, one after another: the objects of the schema, then the rows. */
export function renderNewSchema(): string {
  return closing(openSqlite(':memory:'), (sqlite) => {
    runMigrations(sqlite, () => undefined, { isOneByOne: true });
    const objects = sqlite
      .prepare<[], SchemaObject>(
        `SELECT type, name, sql FROM sqlite_schema
          WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY rowid`,
      )
      .all();
    const made = objects.filter(({ name }) => !MADE_ANYWAY.has(name));
    const filled = made.filter(({ type, name }) => type === 'table' && name !== SEALS);
    const rows = filled.flatMap(({ name }) =>
      name === IDENTITY ? [findIdentity()] : listRows(sqlite, name),
    );
    const statements = [...made.map(({ sql }) => sql), ...rows, ...moveIntoPlaces(sqlite)];
    return `${toFirstLine(listMigrations())}${statements.map((sql) => `${sql.trim()};\n`).join('')}`;
  });
}

function findIdentity(): string {
  const [found] = listMigrations()
    .flatMap(({ sql }) => sql)
    .flatMap((sql) => new RegExp(`^INSERT INTO .${IDENTITY}. [^;]+`, 'm').exec(sql) ?? []);
  if (found === undefined) throw new Error(`No migration fills ${IDENTITY}.`);
  return found;
}

/**
 * Gives each object its rowid: migrations have grouped the tables, as a listing shows them, and a later one that puts a
 * table into a group counts on the rowids. First all move out of the way.
 */
function moveIntoPlaces(sqlite: Database.Database): string[] {
  const places = sqlite
    .prepare<[], { readonly name: string; readonly place: number }>(
      'SELECT name, rowid AS place FROM sqlite_schema ORDER BY rowid',
    )
    .all()
    .filter(({ name }) => !SEARCH_OBJECTS.has(name));
  const whens = places.map(({ name, place }) => `\tWHEN '${name}' THEN ${place}\n`).join('');
  return [
    'PRAGMA writable_schema = ON',
    'UPDATE sqlite_master SET rowid = rowid + 1000000000',
    `UPDATE sqlite_master SET rowid = CASE name\n${whens}END`,
    'PRAGMA writable_schema = OFF',
  ];
}

function listRows(sqlite: Database.Database, table: string): string[] {
  const columns = (sqlite.pragma(`table_info("${table}")`) as { readonly name: string }[]).map(
    ({ name }) => `quote("${name}")`,
  );
  return sqlite
    .prepare<[], readonly string[]>(`SELECT ${columns.join(', ')} FROM "${table}"`)
    .raw()
    .all()
    .map((values) => `INSERT INTO "${table}" VALUES (${values.join(', ')})`);
}
