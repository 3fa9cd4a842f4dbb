import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { MirrorError } from '../../src/errors/mirror-error.ts';
import { openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { openSqlite } from '../../src/db/engine.ts';
import { normalizeSql } from '../../src/db/sql-text.ts';
import type { Random } from '../../fake-api/invent/random.ts';
import { isNoticed, type Verdict } from './damage-rows.ts';

const SECTOR = 512;

export interface ByteDamage {
  readonly at: number;
  readonly bytes: readonly number[];
}

/** The bit of a letter that makes it a capital. */
const CASE_BIT = 0x20;

/**
 * Changes one byte or one bit, or fills a sector with zeros. One damage in ten is in the header, and one in ten in a
 * statement of the schema.
 */
export function drawByteDamage(base: Buffer, random: Random): ByteDamage {
  if (random.chance(0.1)) return drawSchemaDamage(base, random);
  const at = random.chance(0.1) ? random.below(100) : random.below(base.length);
  const now = base[at] ?? 0;
  if (random.chance(0.2)) {
    const start = at - (at % SECTOR);
    return { at: start, bytes: new Array<number>(SECTOR).fill(0) };
  }
  if (random.chance(0.5)) return { at, bytes: [now ^ (1 << random.below(8))] };
  return { at, bytes: [(now + 1 + random.below(255)) % 256] };
}

/** Damage that SQLite can read: a letter in a statement of the schema changes between lower case and upper case. */
function drawSchemaDamage(base: Buffer, random: Random): ByteDamage {
  const statement = base.indexOf('CREATE ', random.below(base.length));
  const at = Math.min((statement === -1 ? 0 : statement) + random.below(1000), base.length - 1);
  return { at, bytes: [(base[at] ?? 0) ^ CASE_BIT] };
}

/** Writes a file with damaged bytes to `path`, and judges whether the damage is noticed. */
export function judgeByteDamage(
  base: Buffer,
  content: string,
  { at, bytes }: ByteDamage,
  path: string,
): Verdict {
  const damaged = Buffer.from(base);
  damaged.set(bytes, at);
  if (damaged.equals(base)) return 'unknowable';
  writeFileSync(path, damaged);
  if (isFileNoticed(path)) return 'noticed';
  return digestContent(path) === content ? 'unknowable' : 'unnoticed';
}

function isFileNoticed(path: string): boolean {
  try {
    const mirror = openMirrorReadOnly(path);
    try {
      return isNoticed(mirror);
    } finally {
      mirror.close();
    }
  } catch (error) {
    if (error instanceof MirrorError) return true;
    throw error;
  }
}

/**
 * A digest of everything that can be read from a file: each value with its type, the schema with the names of all
 * columns, the settings. It omits statistics, which only choose an index, and white space and comments in the schema.
 */
export function digestContent(path: string): string {
  const sqlite = openSqlite(path, { readonly: true });
  try {
    const hash = createHash('sha256');
    for (const name of ['application_id', 'user_version', 'encoding'])
      hash.update(`${name} ${String(sqlite.pragma(name, { simple: true }))}\n`);
    const objects = sqlite
      .prepare<[], [type: string, name: string, table: string, sql: string | null]>(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT GLOB 'sqlite_stat*'",
      )
      .raw()
      .all();
    for (const [type, name, table, sql] of objects) {
      hash.update(JSON.stringify([type, name, table, sql === null ? null : normalizeSql(sql)]));
      if (type !== 'table' && type !== 'view') continue;
      const columns = sqlite.pragma(`table_info("${name}")`) as { name: string }[];
      hash.update(JSON.stringify(columns));
      if (type === 'view') continue;
      const values = columns.map((column) => `typeof("${column.name}"), hex("${column.name}")`).join(', ');
      const order = [1, 2, 3, 4].slice(0, 2 * columns.length).join(', ');
      for (const row of sqlite.prepare(`SELECT ${values} FROM "${name}" ORDER BY ${order}`).raw().iterate())
        hash.update(JSON.stringify(row));
    }
    return hash.digest('hex');
  } finally {
    sqlite.close();
  }
}
