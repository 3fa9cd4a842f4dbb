import { readMigrationFiles } from 'drizzle-orm/migrator';
import { MIGRATIONS_FOLDER } from './open-mirror.ts';

/** What each view shows: the comment before its `CREATE VIEW` in migrations/, in the order in which the views were made. */
export function listViewComments(): ReadonlyMap<string, string> {
  const comments = new Map<string, string>();
  const statements = readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER }).flatMap(({ sql }) => sql);
  for (const statement of statements) {
    const [, comment = '', view] = /^\s*((?:--.*\n)+)CREATE VIEW (\w+)/.exec(statement) ?? [];
    if (view !== undefined)
      comments.set(
        view,
        comment
          .replace(/^--\s*/gm, '')
          .replace(/\s+/g, ' ')
          .trim(),
      );
  }
  return comments;
}
