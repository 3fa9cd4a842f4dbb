import { MirrorError } from '../errors.ts';
import type { Mirror } from './open-mirror.ts';

/**
 * Why there is no case of this id, as an error: CASE_KEPT_ASIDE where the API sent a record of it that could not be read,
 * else CASE_NOT_MIRRORED.
 */
export function toNotMirrored(
  { sqlite, path }: Pick<Mirror, 'sqlite' | 'path'>,
  caseId: number,
): MirrorError {
  const why = sqlite
    .prepare<[number], string>(
      'SELECT why FROM kept_aside WHERE case_id = ? ORDER BY last_run_id DESC, first_run_id DESC LIMIT 1',
    )
    .pluck()
    .get(caseId);
  if (why === undefined) return new MirrorError('CASE_NOT_MIRRORED', `${path} holds no case ${caseId}.`);
  const reason = why.replace(/\.$/, '');
  return new MirrorError(
    'CASE_KEPT_ASIDE',
    `The record of case ${caseId} that the API sent could not be read as a case, so it is kept aside, and its list is partial: ${reason}.`,
    {
      hint: `Its bytes are in the mirror: \`query "SELECT why, record FROM kept_aside WHERE case_id = ${caseId}"\`. A sync stores the case as soon as the API sends it right.`,
    },
  );
}
