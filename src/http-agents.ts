import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import { chooseProxy, describeProxy, type ProxySettings } from './choose-proxy.ts';
import { PlainProxyAgent } from './plain-proxy-agent.ts';
import { TunnelAgent } from './tunnel-agent.ts';

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
