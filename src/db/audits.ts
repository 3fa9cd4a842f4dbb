import { listClosest, suggestNames } from '../lib/closest-names.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { listMigrations } from './migrate.ts';
import type { Mirror } from './open-mirror.ts';
import { type QueryAnswer, query } from './query.ts';

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

/** A question about contradictions in the cases. Its answer is a view with one row a case, beginning with `case_id`. */
export interface Audit {
  /** The view's name without its prefix. */
  readonly name: string;
  readonly view: string;
  /** The first sentence of the view's comment in migrations/. */
  readonly shows: string;
}

const PREFIX = 'audit_';

/** The audits, in the order in which the migrations make them. */
export function listAudits(): Audit[] {
  return [...listViewComments()]
    .filter(([view]) => view.startsWith(PREFIX))
    .map(([view, comment]) => ({
      name: view.slice(PREFIX.length),
      view,
      shows: comment.replace(/(?<=\.)\s.*/, ''),
    }));
}

/** Finds an audit by its name, with or without the prefix. Fails with USAGE. */
export function findAudit(name: string): Audit {
  const audits = listAudits();
  const found = audits.find((audit) =>
    [audit.name, audit.view].includes(name.trim().replaceAll('-', '_').toLowerCase()),
  );
  if (found !== undefined) return found;
  const names = audits.map((audit) => audit.name);
  const suggested = suggestNames(listClosest(name.replace(PREFIX, ''), names, 1));
  throw new MirrorError('USAGE', `There is no audit ${JSON.stringify(name)}.`, {
    hint: `${suggested === null ? '' : `${suggested} `}The audits are ${names.join(', ')}.`,
  });
}

export interface AuditCount extends Audit {
  /** How many cases it lists. */
  readonly count: number;
}

/** Counts the cases of every audit, at one moment even while a sync writes. SQLite counts; no row is read here. */
export function countAudits({ sqlite }: Mirror): AuditCount[] {
  const countAll = sqlite.transaction(() =>
    listAudits().map((audit) => ({
      ...audit,
      count: sqlite.prepare<[], number>(`SELECT count(*) FROM ${audit.view}`).pluck().get() ?? 0,
    })),
  );
  return countAll();
}

/** The cases of an audit in order of id, read while iterating. */
export function findAuditRows(mirror: Mirror, { view }: Audit, maxRows?: number): QueryAnswer {
  const limit = maxRows === undefined ? '' : ` LIMIT ${maxRows}`;
  return query(mirror, `SELECT * FROM ${view} ORDER BY case_id${limit}`);
}
