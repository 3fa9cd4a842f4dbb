import { MirrorError } from '../../errors.ts';
import { localizeTimes } from '../../local-time.ts';
import { toCellText } from './cell-text.ts';

/**
 * What a person sees of a failure: one line, and a hint, with times on their clock. Only a fault of the program itself
 * shows its stack.
 */
export function renderError(error: unknown, timeZone: string): string {
  if (error instanceof MirrorError) {
    const told = `Error: ${toCellText(error.message)} [${error.code}]\nHint: ${error.hint}`;
    return localizeTimes(told, timeZone);
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `This is a fault of clearinghouse-mirror; please report it.\n${detail}`;
}
