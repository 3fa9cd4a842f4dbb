import { ERROR_KINDS } from '../../error-kinds.ts';
import { MirrorError } from '../../errors.ts';
import { localizeTimes } from '../../local-time.ts';
import { toCellText } from './cell-text.ts';

/**
 * What a person sees of a failure: one line, and a hint, with times on their clock. Only a fault of the program itself
 * shows its stack. A command line that was not understood is explained by the help of `command`.
 */
export function renderError(error: unknown, timeZone: string, command: string | null = null): string {
  if (error instanceof MirrorError) {
    const told = `Error: ${toCellText(error.message)} [${error.code}]\nHint: ${toCellText(toHint(error, command))}`;
    return localizeTimes(told, timeZone);
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = detail.split('\n').map(toCellText).join('\n');
  return `This is a fault of clearinghouse-mirror; please report it.\n${lines}`;
}

function toHint({ code, hint }: MirrorError, command: string | null): string {
  if (code !== 'USAGE' || hint !== ERROR_KINDS.USAGE.hint || command === null) return hint;
  return `\`clearinghouse-mirror ${command} --help\` shows how it is used.`;
}
