import { InvalidArgumentError } from 'commander';
import { parseCaseReference } from '../cases/case-reference.ts';
import { MirrorError } from '../errors.ts';
import { type Candidate, listByNumber, listByWords } from '../mirror/find-candidates.ts';
import type { Mirror } from '../mirror/open-mirror.ts';
import { type Io, say } from './io.ts';
import { renderCandidates } from './render/candidates.ts';

const FORM = 'It takes the id of a case, as 10002, or its link, as https://clearinghouse.net/case/10002/.';

/** Reads a case id from the command line, or the link to a case. */
export function parseCaseId(text: string): number {
  const reference = parseCaseReference(text);
  if (reference.kind === 'none') throw new InvalidArgumentError(`${reference.why} ${FORM}`);
  if (reference.kind !== 'id') throw new InvalidArgumentError(FORM);
  return reference.id;
}

const WAYS = 'Give an id, a link to clearinghouse.net, a docket number, or words of the name.';

/**
 * The id of the case that a person means. Where several go by that number or name, lists them beside the error. Fails
 * with CASE_NOT_MIRRORED or CASE_AMBIGUOUS.
 */
export function resolveCase(mirror: Mirror, text: string, io: Io): number {
  const reference = parseCaseReference(text);
  if (reference.kind === 'id') return reference.id;
  if (reference.kind === 'none')
    throw new MirrorError(
      'USAGE',
      `No case goes by ${JSON.stringify(text.slice(0, 100))}. ${reference.why}`,
      { hint: WAYS },
    );
  const byNumber = listByNumber(
    mirror,
    reference.text,
    reference.kind === 'docket number' ? reference.number : null,
  );
  const found: readonly Candidate[] = byNumber.length > 0 ? byNumber : listByWords(mirror, reference.text);
  const [only, ...others] = found;
  const quoted = JSON.stringify(reference.text.slice(0, 100));
  if (only === undefined)
    throw new MirrorError('CASE_NOT_MIRRORED', `No case in ${mirror.path} goes by ${quoted}.`, {
      hint: WAYS,
    });
  if (others.length === 0) return only.id;
  say(io.stderr, renderCandidates(found, io));
  throw new MirrorError('CASE_AMBIGUOUS', `${found.length} cases go by ${quoted}.`, {
    hint: `Give the id of one, as in \`clearinghouse-mirror case ${only.id}\`, or more of the name.`,
  });
}
