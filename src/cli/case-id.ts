import { InvalidArgumentError } from 'commander';
import { parseCaseReference } from '../cases/case-reference.ts';

const FORM = 'It takes the id of a case, as 10002, or its link, as https://clearinghouse.net/case/10002/.';

/** Reads a case id from the command line, or the link to a case. */
export function parseCaseId(text: string): number {
  const reference = parseCaseReference(text);
  if (reference.kind === 'none') throw new InvalidArgumentError(`${reference.why} ${FORM}`);
  if (reference.kind !== 'id') throw new InvalidArgumentError(FORM);
  return reference.id;
}
