import { InvalidArgumentError } from 'commander';
import { parseCaseReference } from '../cases/case-reference.ts';

/** Reads a case id from the command line, or the link to a case. */
export function parseCaseId(text: string): number {
  const reference = parseCaseReference(text);
  if (reference.kind !== 'id')
    throw new InvalidArgumentError(
      'A case id is a whole number; a link to clearinghouse.net/case/ID does too.',
    );
  return reference.id;
}
