import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, { BlockList, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import hpagent, { type ProxyAgentRequestOptions } from 'hpagent';

/** The proxies that the environment names. */
export interface ProxySettings {
  /** Null if there is none. */
  readonly httpsProxy: URL | null;
  readonly httpProxy: URL | null;
  /** The text of NO_PROXY: hosts that are reached directly. */
  readonly noProxy: string;
}

/**
 * Chooses the proxy for an address: HTTPS_PROXY for https:// and HTTP_PROXY for http://; null if there is none. This
 * machine is always reached directly, because a remote proxy would reach itself instead.
 */
export function chooseProxy(url: URL, { httpsProxy, httpProxy, noProxy }: ProxySettings): URL | null {
  const proxy = url.protocol === 'https:' ? httpsProxy : httpProxy;
  if (proxy === null) return null;
  const host = toBareHost(url.hostname);
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const rules = noProxy.split(/[\s,]+/).filter((rule) => rule !== '');
  return isThisMachine(host) || rules.some((rule) => isExempt(rule, host, port)) ? null : proxy;
}

/** A proxy address for display, without its user name and password. */
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

/**
 * One rule of NO_PROXY: `*`, a host with its subdomains, an IP address, or a range of addresses; each with an optional
 * port.
 */
function isExempt(rule: string, host: string, port: string): boolean {
  if (rule === '*') return true;
  if (rule.includes('/')) return isIn(rule, host);
  const [, name = '', onlyPort] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(rule) ?? ['', rule];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const bare = toBareHost(name).replace(/^\*?\./, '');
  if (isIP(bare) !== 0) return isIn(`${bare}/${isIP(bare) === 6 ? 128 : 32}`, host);
  return bare !== '' && (host === bare || host.endsWith(`.${bare}`));
}

/** Whether an IP address is in a range such as 10.0.0.0/8. */
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

/** The function that Node calls when a request needs a connection, before its head is written. Node's types omit it. */
type AddRequest = (this: http.Agent, request: http.ClientRequest, options: object) => void;
const addRequest = (http.Agent.prototype as unknown as { readonly addRequest: AddRequest }).addRequest;

/**
 * Requests http:// addresses through a proxy in absolute form (RFC 9112), which every proxy allows; many allow tunnels
 * only to port 443. Also supports a proxy that is itself reached over https://.
 */
class PlainProxyAgent extends http.Agent {
  readonly #proxy: URL;
  readonly #ca: { readonly ca?: string[] };

  constructor(proxy: URL, options: http.AgentOptions, ca: { readonly ca?: string[] }) {
    super(options);
    this.#proxy = proxy;
    this.#ca = ca;
  }

  addRequest(request: http.ClientRequest, options: object): void {
    const { protocol, hostname, port, username, password } = this.#proxy;
    request.path = `http://${String(request.getHeader('host'))}${request.path}`;
    if (username !== '' || password !== '') {
      const words = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
      request.setHeader('proxy-authorization', `Basic ${Buffer.from(words).toString('base64')}`);
    }
    addRequest.call(this, request, {
      ...options,
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    });
  }

  override createConnection(options: net.NetConnectOpts): net.Socket {
    if (this.#proxy.protocol !== 'https:') return net.connect(options);
    const hostname = this.#proxy.hostname.replace(/^\[|\]$/g, '');
    // Node would use the requested host. For a proxy with an IP address there is no server name (RFC 6066).
    return tls.connect({ ...options, ...this.#ca, servername: net.isIP(hostname) === 0 ? hostname : '' });
  }
}

/** Requests https:// addresses through a tunnel. Adds the handling of IP addresses that hpagent omits. */
class TunnelAgent extends hpagent.HttpsProxyAgent {
  /** `toProxy`: how to connect to the proxy itself. */
  constructor(proxy: URL, options: https.AgentOptions, toProxy: ProxyAgentRequestOptions) {
    const hostname = proxy.hostname.replace(/^\[|\]$/g, '');
    const isNamed = net.isIP(hostname) === 0;
    super({
      ...options,
      proxy: Object.defineProperties(new URL(proxy), {
        // hpagent connects to the host name unchanged, so an IPv6 address must not have brackets.
        hostname: { value: hostname },
        // With `https:`, hpagent would send the IP address as the server name, which TLS does not allow (RFC 6066).
        ...(!isNamed && proxy.protocol === 'https:' && { protocol: { value: 'https' } }),
      }),
      proxyRequestOptions: { ...toProxy, ...(!isNamed && { servername: '' }) },
    });
  }

  override createConnection(
    options: https.RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): ReturnType<https.Agent['createConnection']> {
    const { host } = options;
    if (!net.isIPv6(host ?? '')) return super.createConnection(options, callback);
    // In a tunnel request an IPv6 address has brackets; in a certificate it has none.
    return super.createConnection(
      {
        ...options,
        host: `[${host ?? ''}]`,
        checkServerIdentity: (_, certificate) => tls.checkServerIdentity(host ?? '', certificate),
      },
      callback,
    );
  }
}

/** How to connect to the API, the ping and the webhook. */
export interface ConnectionSettings extends ProxySettings {
  readonly connectTimeoutMs: number;
  /** Certificates that are trusted in addition to those of Node, as PEM; null if there are none. */
  readonly ca: readonly string[] | null;
}

/** The value of got's option `agent`. */
export interface AgentPair {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

export interface Agents {
  /** Returns the agents for an address. */
  readonly for: (url: URL) => AgentPair;
  /** The proxy for an address, without its password; null if the address is reached directly. */
  readonly proxyOf: (url: URL) => string | null;
  /** Closes every connection. Otherwise an unused one stays open until the server closes it. */
  readonly close: () => void;
}

/** For a host with several addresses, each address gets this share of the connection timeout, so three can be tried. */
const ADDRESS_SHARE = 3;
/** The time that Node allows for one address. */
const MIN_ADDRESS_MS = 250;

/** Creates agents that keep connections open between requests, until they are closed. */
export function createAgents(settings: ConnectionSettings): Agents {
  const { connectTimeoutMs } = settings;
  const ca: { ca?: string[] } = settings.ca === null ? {} : { ca: [...listTrusted(), ...settings.ca] };
  const perAddress = Math.max(MIN_ADDRESS_MS, Math.floor(connectTimeoutMs / ADDRESS_SHARE));
  // Node allows each address but the last only a quarter of a second, which is too short for a distant host.
  const connecting = { autoSelectFamilyAttemptTimeout: perAddress, keepAlive: true };
  const direct: AgentPair = {
    http: new http.Agent(connecting),
    https: new https.Agent({ ...connecting, ...ca }),
  };
  const toProxy = { autoSelectFamilyAttemptTimeout: perAddress, ...ca };
  const throughProxy = new Map<string, AgentPair>();
  const toPair = (proxy: URL): AgentPair => ({
    http: new PlainProxyAgent(proxy, connecting, ca),
    https: new TunnelAgent(proxy, { ...connecting, ...ca, timeout: connectTimeoutMs }, toProxy),
  });
  return {
    for: (url) => {
      const proxy = chooseProxy(url, settings);
      if (proxy === null) return direct;
      const pair = throughProxy.get(proxy.href) ?? toPair(proxy);
      throughProxy.set(proxy.href, pair);
      return pair;
    },
    proxyOf: (url) => {
      const proxy = chooseProxy(url, settings);
      return proxy === null ? null : describeProxy(proxy);
    },
    close: () => {
      for (const pair of [direct, ...throughProxy.values()]) {
        pair.http.destroy();
        pair.https.destroy();
      }
    },
  };
}

/**
 * The certificates that Node trusts, including NODE_EXTRA_CA_CERTS. They are repeated because a custom list replaces
 * them.
 */
function listTrusted(): readonly string[] {
  if ('getCACertificates' in tls) return (tls.getCACertificates as (type: string) => string[])('default');
  const extra = process.env.NODE_EXTRA_CA_CERTS;
  return [...tls.rootCertificates, ...(extra === undefined ? [] : [readFileSync(extra, 'utf8')])];
}
