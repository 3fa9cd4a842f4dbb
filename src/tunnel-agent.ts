import type https from 'node:https';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import hpagent, { type ProxyAgentRequestOptions } from 'hpagent';

/** Asks https:// addresses through a tunnel that a proxy makes, with what hpagent leaves out for addresses of IP. */
export class TunnelAgent extends hpagent.HttpsProxyAgent {
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
