import { listMigrations } from './migrations.ts';

/** What each view shows: the comment before its `CREATE VIEW` in migrations/, in the order in which the views were made. */
export function listViewComments(): ReadonlyMap<string, string> {
  const comments = new Map<string, string>();
  const statements = listMigrations().flatMap(({ sql }) => sql);
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
