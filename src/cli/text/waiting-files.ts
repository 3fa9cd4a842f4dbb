import { isFileHost } from '../../config/settings.ts';
import type { HeldHost, Selectable } from '../../db/linked/due-files.ts';
import type { RefusedHost } from '../../db/linked/files.ts';
import { quoteWord } from '../../lib/command-line.ts';
import { renderCount, renderPlural } from '../../lib/layout.ts';

/* What `fetch-files` and `status` say of files that wait: for a command, for a host to be trusted, for the end of a pause. */

const toFetch = (flags: readonly string[]): string =>
  `\`${['clearinghouse-mirror', 'fetch-files', ...flags].map(quoteWord).join(' ')}\``;

/** So many types are named in one command. */
const MAX_TYPES = 5;

/** The command that requests the most of these files, with `more` flags, and how many these are if it is not all. */
export function suggestFiles(
  { documents, core, types: all, caseId }: Selectable,
  more: readonly string[] = [],
): string {
  const suggest = (flags: readonly string[], covered: number): string =>
    `${toFetch([...flags, ...more])}${covered === documents ? '' : ` fetches ${renderCount(covered)} of them`}`;
  if (core === documents) return suggest(['--core'], core);
  const types = [...all]
    .filter(([type]) => type !== '')
    .sort(([, one], [, other]) => other - one)
    .slice(0, MAX_TYPES);
  const typed = types.reduce((sum, [, found]) => sum + found, 0);
  if (typed > core) return suggest(['--type', ...types.map(([type]) => type)], typed);
  if (core > 0) return suggest(['--core'], core);
  return `${toFetch(['--case', String(caseId), ...more])} fetches those of one case`;
}

/** So many hosts are named. */
const MAX_HOSTS = 5;

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/;
const IP_ADDRESS = /^(?:\[|\d+(?:\.\d+){3}(?::|$))/;
/** Names that the public DNS does not have: of one label, or below a domain that is reserved or usual for private networks. */
const PRIVATE_NAME =
  /^(?:[^.]+|.+\.(?:localhost|local|localdomain|internal|intranet|private|lan|home|corp|home\.arpa))\.?(?::\d+)?$/i;

/**
 * A number or a private name says nothing of whose host it is, and may be one of the network of the user, to which nobody else can send
 * a request. This machine is suggested only where files come from it already, as in practice.
 */
const isSuggested = (host: string, knownHosts: readonly string[]): boolean =>
  LOOPBACK.test(host)
    ? knownHosts.some((known) => LOOPBACK.test(known))
    : !IP_ADDRESS.test(host) && !PRIVATE_NAME.test(host);

/**
 * The hosts that are not known, and how to go on. Empty if there is none. A document can name any host, so only those that
 * --file-hosts takes are in the text and in the flag to copy.
 */
export function renderRefusedHosts(refused: readonly RefusedHost[], knownHosts: readonly string[]): string[] {
  if (refused.length === 0) return [];
  const total = refused.reduce((sum, { documents }) => sum + documents, 0);
  const named = refused.filter(({ host }) => isFileHost(host)).slice(0, MAX_HOSTS);
  const others = refused.length - named.length;
  const where = [
    ...(named.length === 0
      ? []
      : [named.map(({ host, documents }) => `${host} (${renderCount(documents)})`).join(', ')]),
    ...(others === 0 ? [] : [renderPlural(others, named.length === 0 ? 'odd host' : 'other host')]),
  ];
  const first = named.find(({ host }) => isSuggested(host, knownHosts));
  const advice =
    first === undefined
      ? named.length === 0
        ? ''
        : ' If you trust a host, name it in --file-hosts of fetch-files, or in CLEARINGHOUSE_FILE_HOSTS.'
      : ` If you trust a host, run fetch-files with --file-hosts "${[...knownHosts, first.host].join(';')}", or set CLEARINGHOUSE_FILE_HOSTS.`;
  return [
    `Not requested, because --file-hosts does not name their host: ${renderPlural(total, 'file')} on ${where.join(' and ')}.${advice}`,
  ];
}

/** The paused hosts, each with its files that are due. Empty if there is none. */
export const renderPausedHosts = (held: readonly HeldHost[]): string[] =>
  held.map(
    ({ host, documents, pausedUntil }) =>
      `${host} allows no request before ${pausedUntil.toISOString()}: ${renderPlural(documents, 'file')} ${documents === 1 ? 'waits' : 'wait'}. Files of other hosts do not; --ignore-retry-after of fetch-files ignores it.`,
  );

export const toPausedHostsJson = (held: readonly HeldHost[]) =>
  held.map(({ host, documents, pausedUntil }) => ({
    host,
    documents,
    paused_until: pausedUntil.toISOString(),
  }));
