/** One request that a replica received. The token itself is not kept. */
export interface LoggedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Whether an Authorization header came, whatever it said. */
  readonly authorization: boolean;
  /** The HTTP status answered; undefined while there is none, and for good when a fault left it out. */
  status: number | undefined;
}

/** Remembers the latest requests, and how often each URL was asked for. */
export class RequestLog {
  readonly requests: LoggedRequest[] = [];
  /** JSON bytes served, before compression. */
  bytesServed = 0;
  private readonly attempts = new Map<string, number>();
  private readonly most: number;
  private total = 0;

  constructor(most: number) {
    this.most = most;
  }

  add(
    method: string,
    url: string,
    authorization: boolean,
  ): { entry: LoggedRequest; number: number; attempt: number } {
    const entry: LoggedRequest = { method, url, at: Date.now(), authorization, status: undefined };
    this.requests.push(entry);
    if (this.requests.length > this.most) this.requests.shift();
    const attempt = (this.attempts.get(url) ?? 0) + 1;
    this.attempts.set(url, attempt);
    return { entry, number: ++this.total, attempt };
  }
}
