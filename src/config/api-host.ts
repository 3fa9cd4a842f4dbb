import { MirrorError } from '../errors/mirror-error.ts';

const RIGHT = 'https://clearinghouse.net/api/v2p1/';
const HOSTS = new Set(['clearinghouse.net', 'www.clearinghouse.net']);
const HINT = `The API is at ${RIGHT}, which is also the default.`;

/** Whether an address is on the Clearinghouse's own host, encrypted. */
export function isOfficialApi(url: URL): boolean {
  return url.protocol === 'https:' && HOSTS.has(url.hostname) && url.port === '';
}

/** Refuses addresses of the Clearinghouse at which there is no API. Fails with SETTING_INVALID. */
export function checkApiHost(url: URL, from: string): void {
  if (url.hostname === 'api.clearinghouse.net')
    throw new MirrorError(
      'SETTING_INVALID',
      `${from} names api.clearinghouse.net, the host of the API's documentation.`,
      {
        hint: HINT,
      },
    );
  if (isOfficialApi(url) && !/^\/api\/v\w+\/$/.test(url.pathname))
    throw new MirrorError(
      'SETTING_INVALID',
      `${from} names ${url.host}${url.pathname}, where there is no API.`,
      {
        hint: HINT,
      },
    );
}

/** What speaks against an address that can be used; null when nothing does. */
export function findApiDoubt(url: URL): string | null {
  return isOfficialApi(url) && url.pathname !== '/api/v2p1/'
    ? `This program is written for version 2.1 of the API: ${RIGHT}`
    : null;
}
