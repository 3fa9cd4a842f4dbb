import { BlockList, isIP } from 'node:net';

/** The proxies of the environment. */
export interface ProxySettings {
  /** Null for none. */
  readonly httpsProxy: URL | null;
  readonly httpProxy: URL | null;
  /** As NO_PROXY is written: hosts to which no proxy leads. */
  readonly noProxy: string;
}

/**
 * The proxy through which an address is asked; null for none. https:// goes by HTTPS_PROXY and http:// by HTTP_PROXY. This
 * machine itself is always asked directly: a proxy elsewhere would ask another machine.
 */
export function chooseProxy(url: URL, { httpsProxy, httpProxy, noProxy }: ProxySettings): URL | null {
  const proxy = url.protocol === 'https:' ? httpsProxy : httpProxy;
  if (proxy === null) return null;
  const host = toBareHost(url.hostname);
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const rules = noProxy.split(/[\s,]+/).filter((rule) => rule !== '');
  return isThisMachine(host) || rules.some((rule) => isExempt(rule, host, port)) ? null : proxy;
}

/** A proxy as it may be shown: without the name and password in it. */
export function describeProxy({ protocol, host }: URL): string {
  return `${protocol}//${host}`;
}

const toBareHost = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || isIn('127.0.0.0/8', host);
}

/** One rule of NO_PROXY: `*`, a host with what is below it, an address, or a range of addresses; each perhaps with a port. */
function isExempt(rule: string, host: string, port: string): boolean {
  if (rule === '*') return true;
  if (rule.includes('/')) return isIn(rule, host);
  const [, name = '', onlyPort] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(rule) ?? ['', rule];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const bare = toBareHost(name).replace(/^\*?\./, '');
  if (isIP(bare) !== 0) return isIn(`${bare}/${isIP(bare) === 6 ? 128 : 32}`, host);
  return bare !== '' && (host === bare || host.endsWith(`.${bare}`));
}

/** Whether a host, given as an address, lies in a range such as 10.0.0.0/8. */
function isIn(range: string, host: string): boolean {
  const family = isIP(host);
  const [network = '', bits = ''] = toBareHost(range).split('/');
  if (family === 0 || isIP(network) !== family || !/^\d{1,3}$/.test(bits)) return false;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  if (Number(bits) > (family === 6 ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), type);
  return list.check(host, type);
}
