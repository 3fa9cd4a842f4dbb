import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '../../support/postgres-server.ts';
import { publishTo, readMirror, readServer } from '../../publish/publish-harness.ts';
import { type Mirrors, startCommand } from './mirrors.ts';

/* A server whose disk becomes full in the middle of a publish. The disk is a small tmpfs, so only root can run this. */

const NOBODY = 65_534;
const SCHEMA = 'room';
/** What is left on the disk, less than the tables need. */
const LEFT_BYTES = 2 ** 20;

/** Why no small disk can be had here; null if one can. */
export function explainNoSmallDisk(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root on Linux can mount a tmpfs';
  const folder = mkdtempSync(join(tmpdir(), 'clearinghouse-disk-'));
  try {
    return mount(folder, 1) ? null : 'this machine does not mount a tmpfs';
  } finally {
    unmount(folder);
  }
}

const mount = (folder: string, megabytes: number): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]).status === 0;

function unmount(folder: string): void {
  spawnSync('umount', ['--lazy', folder]);
  rmSync(folder, { recursive: true, force: true });
}

/** The disk of the tables alone is full: the server goes on, and readers too. */
export async function tryFullTablespace(mirrors: Mirrors): Promise<void> {
  const disk = mkdtempSync(join(tmpdir(), 'clearinghouse-disk-'));
  assert(mount(disk, 200));
  try {
    const space = join(disk, 'space');
    mkdirSync(space);
    chownSync(space, NOBODY, NOBODY);
    const server = await startPostgres();
    try {
      await server.query(`CREATE TABLESPACE small LOCATION '${space}'`);
      await server.query('CREATE DATABASE small TABLESPACE small');
      await tryFull(server, 'small', disk, mirrors);
      assert(!isEnded(server));
    } finally {
      await server.remove();
    }
  } finally {
    unmount(disk);
  }
}

/** The disk of the whole server is full, that of its log too, which ends the server. */
export async function tryFullServer(mirrors: Mirrors): Promise<void> {
  const disk = mkdtempSync(join(tmpdir(), 'clearinghouse-disk-'));
  assert(mount(disk, 600));
  try {
    const server = await startPostgres({ folder: disk });
    try {
      await tryFull(server, 'postgres', disk, mirrors);
    } finally {
      await server.stop('immediate');
    }
  } finally {
    unmount(disk);
  }
}

const isEnded = (server: PostgresServer): boolean => server.process().exitCode !== null;

/** A server that had no room to write its log recovers by itself, or has ended. */
async function reach(server: PostgresServer): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (isEnded(server)) await server.start();
    const isUp = await server.query('SELECT 1').then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The server did not start again.');
}

async function tryFull(
  server: PostgresServer,
  name: string,
  disk: string,
  { before, after }: Mirrors,
): Promise<void> {
  const url = server.url(name);
  const ballast = join(disk, 'ballast');
  await publishTo(url, SCHEMA, before);
  const old = await readMirror(before);
  for (const args of [[], ['--full']]) {
    await server.query('CHECKPOINT');
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(ballast, Buffer.alloc(Math.max(bavail * bsize - LEFT_BYTES, 0)));
    const { exitCode, stdout, stderr } = await startCommand([
      'publish',
      url,
      '--publish-schema',
      SCHEMA,
      '--database',
      after,
      ...args,
    ]).ended;
    assert.deepEqual([exitCode, stdout], [12, '']);
    assert.match(stderr, /the disk of the server is full \(SQLSTATE 53100\)[^]*PUBLISH_NO_ROOM/);
    assert.match(stderr, /What was published before is unchanged[^]*Free some space on the server/);
    rmSync(ballast);
    await reach(server);
    assert.deepEqual(await readServer(server, SCHEMA, name), old);
  }
  await publishTo(url, SCHEMA, after);
  assert.deepEqual(await readServer(server, SCHEMA, name), await readMirror(after));
}
