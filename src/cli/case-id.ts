import { InvalidArgumentError } from 'commander';

/** Reads a case id from the command line. */
export function parseCaseId(text: string): number {
  const id = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(id))
    throw new InvalidArgumentError('A case id is a whole number.');
  return id;
}
