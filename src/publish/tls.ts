import type { ConnectionOptions } from 'node:tls';
import { isIP } from 'node:net';
import { MirrorError } from '../errors/mirror-error.ts';

/** The modes of libpq that say what happens. `allow` and `prefer` fall back to plain text without a word. */
const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];
const WEAK = ['allow', 'prefer'];

/** How a connection is encrypted. */
export interface TlsRequest {
  readonly mode: Exclude<SslMode, 'disable'>;
  /** Certificates of authorities (PEM) that are trusted instead of those that Node knows. */
  readonly roots: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
}

/** Whether a host is the folder of a socket. */
export const isSocket = (host: string): boolean => host.startsWith('/');

/** Whether a host is this machine, so that nobody can listen in between. */
const isLoopback = (host: string): boolean =>
  isSocket(host) || host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** The mode, by default the strictest off this machine. Fails with SETTING_INVALID. */
export function parseSslMode(text: string | undefined, host: string, from: string): SslMode {
  const isLocal = isLoopback(host);
  if (text === undefined) return isLocal ? 'disable' : 'verify-full';
  const mode = SSL_MODES.find((one) => one === text);
  if (mode !== undefined) return mode;
  if (WEAK.includes(text) && isLocal) return 'disable';
  throw new MirrorError(
    'SETTING_INVALID',
    WEAK.includes(text)
      ? `The sslmode of ${from} is ${text}, which sends everything unencrypted if the server or somebody in between asks for it.`
      : `The sslmode of ${from} is unknown.`,
    { hint: `Set one of ${SSL_MODES.join(', ')}. The default is verify-full.` },
  );
}

/** The options of node:tls for a request. */
export function toTlsOptions({ mode, roots, certificate, key }: TlsRequest): ConnectionOptions {
  return {
    // As in libpq, `require` checks the certificate only if it is told against which authority.
    rejectUnauthorized: mode !== 'require' || roots !== null,
    ...(mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
    ...(roots === null ? {} : { ca: roots }),
    ...(certificate === null || key === null ? {} : { cert: certificate, key }),
  };
}
