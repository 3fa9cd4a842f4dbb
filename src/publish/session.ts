import { setTimeout as startTimer } from 'node:timers';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { MirrorError } from '../errors/mirror-error.ts';
import { renderPlural } from '../lib/layout.ts';
import type { Server } from './address.ts';
import { isServerFailure, toPublishError } from './failures.ts';
import { toTlsOptions } from './tls.ts';

/** How long a statement that builds or compares whole tables may take. */
const LONG_MS = 60 * 60_000;
/** How long other statements may take, and how long the server may accept no data. */
const SHORT_MS = 5 * 60_000;
const CLOSE_MS = 5000;

/** A chunk is sent when the lines in it have this many characters. */
const CHUNK = 65_536;

export type Row = Readonly<Record<string, unknown>>;

/** A connection in which every wait ends: with a result, with an error, or with the end of the connection. */
export interface Session {
  readonly version: number;
  /** Runs a statement, or several without parameters; returns the rows of the last. */
  readonly query: <Result = Row>(sql: string, parameters?: readonly unknown[]) => Promise<Result[]>;
  /** Runs a statement that may take an hour; returns the number of rows that it concerned. */
  readonly run: (sql: string) => Promise<number>;
  /** The same for a question that may take an hour. */
  readonly queryLong: <Result = Row>(sql: string) => Promise<Result[]>;
  /** Commits the transaction. Fails with PUBLISH_UNREACHABLE if it cannot be known whether the server did so. */
  readonly commit: () => Promise<void>;
  /** Begins to load a table. */
  readonly copyIn: (sql: string) => CopyIn;
  /** Ends the connection; a transaction that is open is rolled back. */
  readonly close: () => Promise<void>;
}

export interface CopyIn {
  /** Sends a line, which ends with a line feed. Waits while the server is slower. */
  readonly write: (line: string) => Promise<void> | undefined;
  /** Returns the number of rows that the server stored. */
  readonly finish: () => Promise<number>;
}

/**
 * Connects to a server. Fails with PUBLISH_UNREACHABLE, PUBLISH_REFUSED, another error of publish, or the signal's reason;
 * so does everything that the session does.
 */
export async function connect(server: Server, signal: AbortSignal): Promise<Session> {
  const { host, port, user, database, connectMs, from } = server;
  const client = new pg.Client({
    host,
    port,
    user,
    database,
    // A function, because pg would look elsewhere for a password that is not set.
    password: () => {
      if (server.password !== null) return server.password;
      throw new MirrorError('PUBLISH_REFUSED', `${from}: the server asks for a password, and none is set.`, {
        hint: 'Set PGPASSWORD, a line in ~/.pgpass, or a password in the address of CLEARINGHOUSE_PUBLISH_URL.',
      });
    },
    ssl: server.tls === null ? false : toTlsOptions(server.tls),
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    application_name: 'clearinghouse-mirror',
  });
  /** Why this side ended the connection. */
  let ended: unknown;
  // Without a listener, an error of a connection that is idle would end the process.
  let lost: unknown;
  client.on('error', (error) => (lost ??= error));
  const end = (why: unknown): void => {
    ended ??= why;
    toSocket(client).destroy();
  };
  const onAbort = (): void => {
    end(signal.reason);
  };
  const explain = (thrown: unknown): unknown =>
    ended ?? toPublishError(isServerFailure(thrown) ? thrown : (lost ?? thrown), from);

  const bounded = async <Result>(action: Promise<Result>, ms: number, what: string): Promise<Result> => {
    signal.throwIfAborted();
    const timer = startTimer(() => {
      end(
        new MirrorError(
          'PUBLISH_UNREACHABLE',
          `${from}: ${what} took longer than ${renderPlural(ms / 60_000, 'minute')}.`,
        ),
      );
    }, ms);
    try {
      return await action;
    } catch (thrown) {
      throw explain(thrown);
    } finally {
      clearTimeout(timer);
    }
  };

  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await bounded(client.connect(), connectMs + SHORT_MS, 'to connect');
    const [settings] = (await bounded(
      client.query<{ version: string }>("SELECT current_setting('server_version_num') AS version"),
      SHORT_MS,
      'a statement',
    ).then(({ rows }) => rows)) as { version: string }[];
    return {
      version: Number(settings?.version),
      query: async <Result>(sql: string, parameters?: readonly unknown[]) => {
        const text = parameters === undefined ? client.query(sql) : client.query(sql, [...parameters]);
        const result = await bounded(text, SHORT_MS, 'a statement');
        const last = Array.isArray(result) ? (result as pg.QueryResult[]).at(-1) : result;
        return (last?.rows ?? []) as Result[];
      },
      run: async (sql) => (await bounded(client.query(sql), LONG_MS, 'a statement')).rowCount ?? 0,
      queryLong: async <Result>(sql: string) =>
        (await bounded(client.query(sql), LONG_MS, 'a statement')).rows as Result[],
      commit: async () => {
        let result: pg.QueryResult;
        try {
          result = await bounded(client.query('COMMIT'), LONG_MS, 'to commit');
        } catch (thrown) {
          if (!(thrown instanceof MirrorError) || thrown.code !== 'PUBLISH_UNREACHABLE') throw thrown;
          throw new MirrorError(
            thrown.code,
            `${thrown.message} It happened during the commit, so readers have the old state or the new one.`,
            { cause: thrown, hint: 'Publish again: it finds out which, and continues from there.' },
          );
        }
        // A server that has rolled back instead reports no error.
        if (result.command === 'COMMIT') return;
        throw new MirrorError('PUBLISH_FAILED', `${from}: the server rolled the publish back.`);
      },
      copyIn: (sql) => openCopy(client, sql, bounded),
      close: async () => {
        signal.removeEventListener('abort', onAbort);
        const timer = startTimer(() => {
          toSocket(client).destroy();
        }, CLOSE_MS);
        await client.end().catch(() => undefined);
        clearTimeout(timer);
      },
    };
  } catch (thrown) {
    signal.removeEventListener('abort', onAbort);
    toSocket(client).destroy();
    throw thrown;
  }
}

type Bounded = <Result>(action: Promise<Result>, ms: number, what: string) => Promise<Result>;

/** pg has no method that ends a connection at once. */
const toSocket = (client: pg.Client): { destroy: () => void } =>
  (client as unknown as { connection: { stream: { destroy: () => void } } }).connection.stream;

function openCopy(client: pg.Client, sql: string, bounded: Bounded): CopyIn {
  const stream = client.query(copyFrom(sql));
  let failure: unknown = null;
  let wake: (() => void) | null = null;
  const ended = new Promise<void>((resolve, reject) => {
    stream.on('error', (error) => {
      failure = error;
      wake?.();
      reject(error);
    });
    stream.once('finish', resolve);
  });
  // It is awaited by `finish`, which is not reached if a line fails first.
  ended.catch(() => undefined);
  let pending = '';
  const send = async (): Promise<void> => {
    const chunk = pending;
    pending = '';
    if (failure !== null || stream.write(chunk)) return;
    const drained = new Promise<void>((resolve) => {
      wake = resolve;
      stream.once('drain', resolve);
    });
    await bounded(drained, SHORT_MS, 'to send rows');
  };
  /** Rejects with what the stream failed with, explained. */
  const fail = (): Promise<void> => bounded(ended, SHORT_MS, 'to send rows');
  return {
    write: (line) => {
      pending += line;
      if (failure !== null) return fail();
      return pending.length < CHUNK ? undefined : send();
    },
    finish: async () => {
      if (pending !== '') await send();
      if (failure === null) stream.end();
      await bounded(ended, LONG_MS, 'to store rows');
      return stream.rowCount;
    },
  };
}
