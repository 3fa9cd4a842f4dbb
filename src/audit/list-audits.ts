import { listClosest, suggestNames } from '../closest-names.ts';
import { MirrorError } from '../errors.ts';
import { listViewComments } from '../mirror/view-comments.ts';

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
