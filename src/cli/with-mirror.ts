import { closing } from '../db/engine.ts';
import { InvalidArgumentError } from 'commander';
import { parseCaseReference } from '../case/reference.ts';
import { inDatabase, toDatabaseError } from '../db/errors.ts';
import { findCandidates } from '../db/find-candidates.ts';
import { type Mirror, openMirrorReadOnly } from '../db/open-mirror.ts';
import { describeDocument } from '../db/read-case.ts';
import { MirrorError, messageOf } from '../errors/mirror-error.ts';
import { toSafeWords } from '../lib/safe-text.ts';
import { type Io, say } from './io.ts';
import { renderCandidates } from './text/case.ts';

const HINT =
  'Run `clearinghouse-mirror verify`, which names everything that is damaged; `clearinghouse-mirror restore` puts a snapshot back.';

/**
 * Explains an error of a command that reads the mirror. An unknown failure is a bug of the program unless the mirror is
 * damaged. A verification decides which of the two, and stops at the first finding. It can take minutes, so a message
 * is printed.
 */
export async function explainFailure(
  thrown: unknown,
  database: string,
  tell: (text: string) => void,
): Promise<unknown> {
  const error = toDatabaseError(thrown, database);
  if (error instanceof MirrorError) return error;
  tell(
    `The command failed unexpectedly (${toSafeWords(messageOf(thrown))}). Looking through ${database} for damage, up to the first; Ctrl-C ends it.`,
  );
  const found = await findDamage(database);
  if (found === undefined) return thrown;
  return new MirrorError('DATABASE_DAMAGED', `${database}: ${found}.`, { cause: thrown, hint: HINT });
}

async function findDamage(database: string): Promise<string | undefined> {
  const { verifyMirror } = await import('../verify/proof.ts');
  try {
    return closing(openMirrorReadOnly(database), (mirror) => {
      // Leaving the loop ends the statement of the verification.
      for (const { caseId, what, expected, found } of verifyMirror(
        mirror,
        { of: 'everything' },
        () => undefined,
      ))
        return `${caseId === null ? '' : `case ${caseId}: `}${what}: expected ${expected}, found ${found}`;
      return undefined;
    });
  } catch (error) {
    return error instanceof MirrorError ? messageOf(error) : undefined;
  }
}

/** Opens a mirror for reading, uses it, and always closes it. */
export function withMirror<Result>(path: string, use: (mirror: Mirror) => Result): Result {
  return inDatabase(path, () => closing(openMirrorReadOnly(path), use));
}

/** Opens a mirror for reading in one transaction, so that a concurrent sync has no effect, and always closes it. */
export async function withMirrorMoment<Result>(
  path: string,
  use: (mirror: Mirror) => Promise<Result>,
): Promise<Result> {
  return withMirror(path, async (mirror) => {
    mirror.sqlite.exec('BEGIN');
    return use(mirror);
  });
}

const FORM = 'It takes the id of a case, as 10002, or its link, as https://clearinghouse.net/case/10002/.';

/** Parses a case id, or the link to a case, from the command line. */
export function parseCaseId(text: string): number {
  const reference = parseCaseReference(text);
  if (reference.kind === 'none') throw new InvalidArgumentError(`${reference.why} ${FORM}`);
  if (reference.kind === 'document') throw new InvalidArgumentError(`${toLinkWords(reference.id)} ${FORM}`);
  if (reference.kind !== 'id') throw new InvalidArgumentError(FORM);
  return reference.id;
}

const toLinkWords = (documentId: number): string =>
  `This is the link to document ${documentId}, and a case is expected: \`clearinghouse-mirror case ${documentId}\` names its case, and \`redact --document ${documentId}\` removes the document.`;

const WAYS = 'Give an id, a link to clearinghouse.net, a docket number, or words of the name.';

/**
 * The id of the case that a user means. If several match, lists them together with the error. Fails with
 * CASE_NOT_MIRRORED or CASE_AMBIGUOUS.
 */
export function resolveCase(mirror: Mirror, text: string, io: Io): number {
  const reference = parseCaseReference(text);
  if (reference.kind === 'id') return reference.id;
  if (reference.kind === 'none')
    throw new MirrorError(
      'USAGE',
      `No case matches ${JSON.stringify(text.slice(0, 100))}. ${reference.why}`,
      { hint: WAYS },
    );
  if (reference.kind === 'document')
    throw new MirrorError('USAGE', `The link is that of document ${reference.id}, and a case is expected.`, {
      hint:
        describeDocument(mirror, reference.id) ?? `${mirror.path} has no document ${reference.id}. ${WAYS}`,
    });
  const found = findCandidates(mirror, reference);
  const [only, ...others] = found;
  const quoted = JSON.stringify(reference.text.slice(0, 100));
  if (only === undefined)
    throw new MirrorError('CASE_NOT_MIRRORED', `No case in ${mirror.path} matches ${quoted}.`, {
      hint: WAYS,
    });
  if (others.length === 0) return only.id;
  say(io.stderr, renderCandidates(found, io));
  throw new MirrorError('CASE_AMBIGUOUS', `${found.length} cases match ${quoted}.`, {
    hint: `Give the id of one, as in \`clearinghouse-mirror case ${only.id}\`, or more of the name.`,
  });
}
