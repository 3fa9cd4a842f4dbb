import { MirrorError } from '../../errors.ts';
import { toCellText } from './cell-text.ts';

/** What a person sees of a failure: one line, and a hint. Only a fault of the program itself shows its stack. */
export function renderError(error: unknown): string {
  if (error instanceof MirrorError) {
    return `Error: ${toCellText(error.message)} [${error.code}]\nHint: ${error.hint}`;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `This is a fault of clearinghouse-mirror; please report it.\n${detail}`;
}
