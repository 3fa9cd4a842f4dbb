import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { MigrationMeta } from 'drizzle-orm/migrator';
import { PACKAGE_FOLDER } from '../lib/package-info.ts';
import { codeOf } from '../lib/system-errors.ts';

/** drizzle-kit leaves files in this folder alone whose names begin with an underscore. */
export const NEW_SCHEMA_PATH = 'migrations/meta/_schema.sql';

/**
 * Reads the SQL that makes of an empty file what these migrations make of it, in an eighth of their time. `npm run docs` writes
 * it from the migrations. Returns null if the file is missing or was made from other migrations.
 */
export function readNewSchema(migrations: readonly MigrationMeta[]): string | null {
  try {
    const sql = readFileSync(new URL(NEW_SCHEMA_PATH, PACKAGE_FOLDER), 'utf8');
    return sql.startsWith(toFirstLine(migrations)) ? sql : null;
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return null;
    throw thrown;
  }
}

/** The first line of that SQL, which names the migrations. */
export function toFirstLine(migrations: readonly MigrationMeta[]): string {
  return `-- Of the migrations ${hash('sha256', migrations.map((migration) => migration.hash).join(' '))}\n`;
}
