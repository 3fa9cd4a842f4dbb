import type { IsWithheld } from '../case/related-names.ts';
import type { Mirror } from './open-mirror.ts';

/*
 * Which cases may be named. The clean views say the same in SQL. They read the tables in the file even where an earlier
 * state has taken their names: what left since is not named in what is told of earlier runs either.
 */

const IS_GONE = '(mirror_departed_run_id IS NOT NULL OR mirror_redacted_run_id IS NOT NULL)';

/** Prepares whether a case is on the site now, as far as the mirror knows, and was never redacted. */
export function prepareIsOnSite({ sqlite }: Pick<Mirror, 'sqlite'>): (caseId: number) => boolean {
  const statement = sqlite.prepare<[number]>(`SELECT 1 FROM main.cases WHERE id = ? AND NOT ${IS_GONE}`);
  return (caseId) => statement.get(caseId) !== undefined;
}

/**
 * Prepares whether a case has left the site or was redacted. A case that the mirror does not have is not withheld; one of which
 * the id cannot be read is, because it may be one of those.
 */
export function prepareIsWithheld({ sqlite }: Pick<Mirror, 'sqlite'>): IsWithheld {
  const statement = sqlite.prepare<[number]>(`SELECT 1 FROM main.cases WHERE id = ? AND ${IS_GONE}`);
  return (caseId) => caseId === null || statement.get(caseId) !== undefined;
}

/** Prepares whether a case was redacted: then nothing that is stored names it by an id that can be read. */
export function prepareIsRedacted({ sqlite }: Pick<Mirror, 'sqlite'>): IsWithheld {
  const statement = sqlite.prepare<[number]>(
    'SELECT 1 FROM main.cases WHERE id = ? AND mirror_redacted_run_id IS NOT NULL',
  );
  return (caseId) => caseId !== null && statement.get(caseId) !== undefined;
}
