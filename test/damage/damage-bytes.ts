import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { MirrorError } from '../../src/errors/mirror-error.ts';
import { openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { openSqlite } from '../../src/db/engine.ts';
import type { Random } from '../../fake-api/invent/random.ts';
import { isNoticed, type Verdict } from './damage-rows.ts';

const SECTOR = 512;

export interface ByteDamage {
  readonly at: number;
  readonly bytes: readonly number[];
}

/** One byte, one bit, or a sector of zeros. */
export function drawByteDamage(base: Buffer, random: Random): ByteDamage {
  const at = random.chance(0.1) ? random.below(100) : random.below(base.length);
  const now = base[at] ?? 0;
  if (random.chance(0.2)) {
    const start = at - (at % SECTOR);
    return { at: start, bytes: new Array<number>(SECTOR).fill(0) };
  }
  if (random.chance(0.5)) return { at, bytes: [now ^ (1 << random.below(8))] };
  return { at, bytes: [(now + 1 + random.below(255)) % 256] };
}

/** Judges what becomes of a file, to be written at `path`, in which some bytes are others. */
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
  return digestContent(path) === content ? 'unknowable' : 'hole';
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

/** A digest of everything that can be read from a file: each value with its type, the schema, the settings. Statistics only choose an index. */
export function digestContent(path: string): string {
  const sqlite = openSqlite(path, { readonly: true });
  try {
    const hash = createHash('sha256');
    for (const name of ['application_id', 'user_version', 'encoding'])
      hash.update(`${name} ${String(sqlite.pragma(name, { simple: true }))}\n`);
    const objects = sqlite
      .prepare<[], string[]>(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT GLOB 'sqlite_stat*'",
      )
      .raw()
      .all();
    hash.update(JSON.stringify(objects));
    for (const [type, name = ''] of objects) {
      if (type !== 'table') continue;
      const columns = sqlite.pragma(`table_info("${name}")`) as { name: string }[];
      const values = columns.map((column) => `typeof("${column.name}"), hex("${column.name}")`).join(', ');
      for (const row of sqlite.prepare(`SELECT ${values} FROM "${name}" ORDER BY 1, 2, 3, 4`).raw().iterate())
        hash.update(JSON.stringify(row));
    }
    return hash.digest('hex');
  } finally {
    sqlite.close();
  }
}
