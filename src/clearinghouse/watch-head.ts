import { TransientError } from '../errors.ts';

/** What is watched of a request: the parts of got's stream and of Node's request that tell how far it has come. */
interface WatchedStream {
  once(event: 'request', listener: (request: WatchedRequest) => void): unknown;
  once(event: 'response', listener: () => void): unknown;
}
interface WatchedRequest {
  readonly reusedSocket: boolean;
  once(event: 'socket', listener: (socket: WatchedSocket) => void): unknown;
}
interface WatchedSocket {
  readonly connecting: boolean;
  once(event: 'connect' | 'secureConnect', listener: () => void): unknown;
}

/** Looking up, connecting and shaking hands may each take the time to connect; a proxy's tunnel is part of the second. */
const PHASES = 3;

/**
 * Bounds the whole wait for the head of an answer, from the first moment on: whatever a server sends before it (101, 1xx
 * without end), and whatever phase no other time-out looks at. Returns how to stop watching.
 */
export function watchHead(
  stream: WatchedStream,
  isSecure: boolean,
  limits: { readonly connectTimeoutMs: number; readonly responseTimeoutMs: number },
  onLate: (error: Error) => void,
): () => void {
  const start = (ms: number, what: string): NodeJS.Timeout =>
    setTimeout(() => {
      onLate(new TransientError('NETWORK_GAVE_UP', `${what} within ${ms} ms.`));
    }, ms);
  let timer = start(limits.connectTimeoutMs * PHASES, 'There was no connection');
  let isOver = false;
  const end = (): void => {
    isOver = true;
    clearTimeout(timer);
  };
  const connected = (): void => {
    clearTimeout(timer);
    if (!isOver) timer = start(limits.responseTimeoutMs, 'No answer began');
  };
  stream.once('request', (request) => {
    request.once('socket', (socket) => {
      if (request.reusedSocket) connected();
      else if (isSecure) socket.once('secureConnect', connected);
      else if (socket.connecting) socket.once('connect', connected);
      else connected();
    });
  });
  stream.once('response', end);
  return end;
}
