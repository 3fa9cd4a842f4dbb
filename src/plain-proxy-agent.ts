import http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';

/** What Node calls when a request wants a connection, before its head is written. Its types leave it out. */
type AddRequest = (this: http.Agent, request: http.ClientRequest, options: object) => void;
const addRequest = (http.Agent.prototype as unknown as { readonly addRequest: AddRequest }).addRequest;

/**
 * Asks http:// addresses through a proxy by their whole address (RFC 9112, absolute-form), as every proxy allows: many lead
 * a tunnel to port 443 only. A proxy that is itself reached by https:// is spoken to so.
 */
export class PlainProxyAgent extends http.Agent {
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
