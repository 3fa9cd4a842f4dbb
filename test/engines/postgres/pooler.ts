import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, findPort, startPostgres } from '../../support/postgres-server.ts';
import { publishTo, readMirror, readServer } from '../../publish/publish-harness.ts';
import { type Mirrors, startCommand } from './mirrors.ts';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

export const hasPooler = (): boolean => spawnSync('pgbouncer', ['--version']).status === 0;

export const POOL_MODES = ['session', 'transaction', 'statement'] as const;
export type PoolMode = (typeof POOL_MODES)[number];

/** Publishes through pgbouncer: twice where it can, and otherwise must be refused before anything is written. */
export async function tryPooler(mode: PoolMode, { before, after }: Mirrors): Promise<void> {
  const server = await startPostgres();
  try {
    const pooler = await startPooler(server, mode);
    try {
      const url = `postgres://owner@127.0.0.1:${pooler.port}/postgres`;
      if (mode === 'statement') {
        const { exitCode, stdout, stderr } = await startCommand(['publish', url, '--database', before]).ended;
        assert.deepEqual([exitCode, stdout], [2, '']);
        assert.match(stderr, /a pooler in between pools statements[^]*PUBLISH_REFUSED/);
        assert.match(stderr, /pool_mode/);
        const found = await server.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'clearing%'");
        assert.deepEqual(found, []);
        return;
      }
      for (const database of [before, after]) {
        await publishTo(url, 'pooled', database);
        assert.deepEqual(await readServer(server, 'pooled'), await readMirror(database));
      }
      // A connection of the pool that publish used has its own settings again, and can be used for another publish.
      await publishTo(url, 'pooled', after, { isFull: true });
      const { stdout } = await startCommand([
        'publish',
        url,
        '--publish-schema',
        'pooled',
        '--json',
        '--database',
        after,
      ]).ended;
      assert.match(stdout, /"rows_written":0/);
    } finally {
      await pooler.stop();
    }
  } finally {
    await server.remove();
  }
}

async function startPooler(
  server: PostgresServer,
  mode: PoolMode,
): Promise<{ port: number; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'clearinghouse-pooler-'));
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
  const port = await findPort();
  const file = join(folder, 'pgbouncer.ini');
  const lines = [
    '[databases]',
    `postgres = host=127.0.0.1 port=${server.port} dbname=postgres user=owner`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    `pool_mode = ${mode}`,
    // Everybody shares one connection, so that what is left in it is met.
    'default_pool_size = 1',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const child = spawn('pgbouncer', [file], {
    ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  while (!log.includes('process up')) {
    if (child.exitCode !== null) throw new Error(`pgbouncer: ${log}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    port,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
