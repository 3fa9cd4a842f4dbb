import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, { BlockList, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import hpagent, { type ProxyAgentRequestOptions } from 'hpagent';

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

/** What Node calls when a request wants a connection, before its head is written. Its types leave it out. */
type AddRequest = (this: http.Agent, request: http.ClientRequest, options: object) => void;
const addRequest = (http.Agent.prototype as unknown as { readonly addRequest: AddRequest }).addRequest;

/**
 * Asks http:// addresses through a proxy by their whole address (RFC 9112, absolute-form), as every proxy allows: many lead
 * a tunnel to port 443 only. A proxy that is itself reached by https:// is spoken to so.
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
    // Node would name the host that is asked for; and the address of a proxy is no name (RFC 6066).
    return tls.connect({ ...options, ...this.#ca, servername: net.isIP(hostname) === 0 ? hostname : '' });
  }
}

/** Asks https:// addresses through a tunnel that a proxy makes, with what hpagent leaves out for addresses of IP. */
class TunnelAgent extends hpagent.HttpsProxyAgent {
  /** `toProxy`: how the proxy itself is reached. */
  constructor(proxy: URL, options: https.AgentOptions, toProxy: ProxyAgentRequestOptions) {
    const hostname = proxy.hostname.replace(/^\[|\]$/g, '');
    const isNamed = net.isIP(hostname) === 0;
    super({
      ...options,
      proxy: Object.defineProperties(new URL(proxy), {
        // hpagent connects to the host name as it is, which must not have the brackets of an address of IPv6.
        hostname: { value: hostname },
        // By `https:` it would send the address as the name of the server, which TLS does not allow (RFC 6066).
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
    // In a request for a tunnel an address of IPv6 has brackets, and in a certificate it has none.
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

/** How connections are made, for the API, the ping and the webhook alike. */
export interface ConnectionSettings extends ProxySettings {
  readonly connectTimeoutMs: number;
  /** Certificates that are trusted besides those that Node trusts, as PEM; null for none. */
  readonly ca: readonly string[] | null;
}

/** What got takes as `agent`. */
export interface AgentPair {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

export interface Agents {
  /** The agents for an address. */
  readonly for: (url: URL) => AgentPair;
  /** The proxy that leads to an address, as it may be shown; null where it is asked directly. */
  readonly proxyOf: (url: URL) => string | null;
}

/** Of a host with several addresses each may take so much of the time to connect: three can be tried. */
const ADDRESS_SHARE = 3;
/** Node's own time for one address. */
const MIN_ADDRESS_MS = 250;

/** Makes agents that keep connections open between requests. */
export function createAgents(settings: ConnectionSettings): Agents {
  const { connectTimeoutMs } = settings;
  const ca: { ca?: string[] } = settings.ca === null ? {} : { ca: [...listTrusted(), ...settings.ca] };
  const perAddress = Math.max(MIN_ADDRESS_MS, Math.floor(connectTimeoutMs / ADDRESS_SHARE));
  // Node gives each address but the last a quarter of a second, which no far host can answer in.
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
  };
}

/** What Node trusts by itself, NODE_EXTRA_CA_CERTS included: a list of one's own replaces it, so it is repeated. */
function listTrusted(): readonly string[] {
  if ('getCACertificates' in tls) return (tls.getCACertificates as (type: string) => string[])('default');
  const extra = process.env.NODE_EXTRA_CA_CERTS;
  return [...tls.rootCertificates, ...(extra === undefined ? [] : [readFileSync(extra, 'utf8')])];
}
