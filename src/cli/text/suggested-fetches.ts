import type { DueFiles } from '../../db/linked/due-files.ts';
import type { DownloadKind } from '../../db/linked/passes.ts';
import { quoteWord } from '../../lib/command-line.ts';
import { renderCount } from '../../lib/layout.ts';

/* The commands that `status` suggests for texts and files that are due. */

/** The command that fetches; `database` is the mirror, if the user named it. */
export function toFetch(kind: DownloadKind, flags: readonly string[], database: string | null): string {
  const words = [...flags, ...(database === null ? [] : ['--database', database])];
  return `\`${['clearinghouse-mirror', `fetch-${kind}`, ...words].map(quoteWord).join(' ')}\``;
}

/** So many types are named in one command. */
const MAX_TYPES = 5;

/** The command that requests the most of the files that are due, and how many these are. */
export function suggestFiles(
  { free, freeCore, freeTypes, freeCase }: DueFiles,
  database: string | null,
): string {
  const suggest = (flags: readonly string[], covered: number): string =>
    `${toFetch('files', flags, database)}${covered === free ? '' : ` requests ${renderCount(covered)} of them`}`;
  if (freeCore === free) return suggest(['--core'], freeCore);
  const types = [...freeTypes]
    .filter(([type]) => type !== '')
    .sort(([, one], [, other]) => other - one)
    .slice(0, MAX_TYPES);
  const typed = types.reduce((sum, [, found]) => sum + found, 0);
  if (typed > freeCore) return suggest(['--type', ...types.map(([type]) => type)], typed);
  if (freeCore > 0) return suggest(['--core'], freeCore);
  return `${toFetch('files', ['--case', String(freeCase)], database)} requests those of one case`;
}
