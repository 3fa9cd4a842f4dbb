import type { Selectable } from '../../db/linked/due-files.ts';
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

/** The command that requests the most of these files, with `more` flags, and how many these are if it is not all. */
export function suggestFiles(
  { documents, core, types: all, caseId }: Selectable,
  database: string | null,
  more: readonly string[] = [],
): string {
  const suggest = (flags: readonly string[], covered: number): string =>
    `${toFetch('files', [...flags, ...more], database)}${covered === documents ? '' : ` fetches ${renderCount(covered)} of them`}`;
  if (core === documents) return suggest(['--core'], core);
  const types = [...all]
    .filter(([type]) => type !== '')
    .sort(([, one], [, other]) => other - one)
    .slice(0, MAX_TYPES);
  const typed = types.reduce((sum, [, found]) => sum + found, 0);
  if (typed > core) return suggest(['--type', ...types.map(([type]) => type)], typed);
  if (core > 0) return suggest(['--core'], core);
  return `${toFetch('files', ['--case', String(caseId), ...more], database)} fetches those of one case`;
}
