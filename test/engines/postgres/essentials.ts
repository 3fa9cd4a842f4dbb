import assert from 'node:assert/strict';
import { type PostgresServer, startPostgres } from '../../support/postgres-server.ts';
import { publishTo, readMirror, readServer } from '../../publish/publish-harness.ts';
import { type Mirrors, startCommand } from './mirrors.ts';

/* What publish promises, on a server of another version than that of `npm test`. */

const SCHEMA = 'essentials';
const BACKEND = "SELECT pid FROM pg_stat_activity WHERE application_name = 'clearinghouse-mirror'";

/** Runs all of it on a server of its own, and returns the server's version. */
export async function tryEssentials(programs: string, mirrors: Mirrors): Promise<string> {
  const server = await startPostgres({ programs, hba: ['host all careful 127.0.0.1/32 scram-sha-256'] });
  try {
    await server.query(`SET password_encryption = 'scram-sha-256'; CREATE ROLE careful LOGIN PASSWORD 'lamp-secret';
      CREATE ROLE reader`);
    await refusesWrongPassword(server, mirrors);
    await showsReadersOneState(server, mirrors);
    await keepsTheOldState(server, mirrors);
    const [row] = await server.query('SHOW server_version');
    return String(row?.server_version);
  } finally {
    await server.remove();
  }
}

async function refusesWrongPassword(server: PostgresServer, { before }: Mirrors): Promise<void> {
  const { exitCode, stdout, stderr } = await startCommand(
    ['publish', server.url('postgres', 'careful'), '--database', before],
    { PGPASSWORD: 'lamp-secret-2' },
  ).ended;
  assert.deepEqual([exitCode, stdout], [2, '']);
  assert.match(stderr, /refused the user or the password \(SQLSTATE 28P01\)[^]*PUBLISH_REFUSED/);
  assert.doesNotMatch(stderr, /lamp-secret|127\.0\.0\.1/);
}

/** First publish, update and --full, beside readers in REPEATABLE READ. */
async function showsReadersOneState(server: PostgresServer, { before, after }: Mirrors): Promise<void> {
  const [old, fresh] = [await readMirror(before), await readMirror(after)];
  assert.notDeepEqual(old, fresh);
  await publishTo(server.url(), SCHEMA, before);
  assert.deepEqual(await readServer(server, SCHEMA), old);
  await server.query(`GRANT USAGE ON SCHEMA ${SCHEMA} TO reader; GRANT SELECT ON ${SCHEMA}.cases TO reader`);
  const count = `SELECT (SELECT run_id::int FROM ${SCHEMA}.mirror_publication) AS run,
    (SELECT count(*)::int FROM ${SCHEMA}.cases) AS cases, (SELECT count(*)::int FROM ${SCHEMA}.docket_entries) AS entries`;
  const reader = await server.connect();
  const read = async (): Promise<unknown> => (await reader.query(count)).rows[0] as unknown;
  const toCount = (run: number, { cases, docket_entries }: typeof old): unknown => ({
    run,
    cases: cases?.length,
    entries: docket_entries?.length,
  });
  try {
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    assert.deepEqual(await read(), toCount(1, old));
    const updated = await publishTo(server.url(), SCHEMA, after);
    assert.notEqual(updated.merged, null);
    assert.deepEqual(await read(), toCount(1, old));
    // To build anew waits for a reader, and then gives up.
    await assert.rejects(publishTo(server.url(), SCHEMA, after, { isFull: true }), {
      code: 'PUBLISH_BLOCKED',
    });
    await reader.query('COMMIT');
    assert.deepEqual(await readServer(server, SCHEMA), fresh);
    // A snapshot from before the exchange, in which the tables are read only afterwards.
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class');
    await publishTo(server.url(), SCHEMA, after, { isFull: true });
    assert.deepEqual(await read(), toCount(2, fresh));
    await reader.query('COMMIT');
  } finally {
    await reader.end();
  }
  assert.deepEqual(await readServer(server, SCHEMA), fresh);
  const [granted] = await server.query(
    `SELECT has_table_privilege('reader', '${SCHEMA}.cases', 'SELECT') AS may`,
  );
  assert.deepEqual(granted, { may: true });
}

/** A backend that is ended, a process that is killed, and a server that is: each leaves what was there. */
async function keepsTheOldState(server: PostgresServer, { before, after }: Mirrors): Promise<void> {
  const expectOld = async (): Promise<void> => {
    assert.deepEqual(await readServer(server, SCHEMA), old);
    assert.deepEqual(await server.query(`SELECT nspname FROM pg_namespace WHERE nspname LIKE '%next'`), []);
  };
  await publishTo(server.url(), SCHEMA, before);
  const old = await readMirror(before);
  await expectOld();
  for (const isFull of [false, true]) {
    let ending: Promise<unknown> = Promise.resolve();
    let isEnding = false;
    const dead = publishTo(server.url(), SCHEMA, after, {
      isFull,
      onTable: () => {
        if (isEnding) return;
        isEnding = true;
        ending = server.query(`SELECT pg_terminate_backend(pid) FROM (${BACKEND}) AS it`);
      },
    });
    await assert.rejects(dead, { code: 'PUBLISH_UNREACHABLE' });
    await ending;
    await expectOld();
  }
  const holder = await server.connect();
  await holder.query(`BEGIN; LOCK TABLE ${SCHEMA}.cases IN SHARE MODE`);
  const args = ['publish', server.url(), '--publish-schema', SCHEMA, '--database', after];
  const { child, ended } = startCommand(args);
  await waitFor(server, `EXISTS (${BACKEND} AND wait_event_type = 'Lock')`);
  child.kill('SIGKILL');
  assert.equal((await ended).exitCode, null);
  await holder.end();
  await waitFor(server, `NOT EXISTS (${BACKEND})`);
  await expectOld();
  const crashed = publishTo(server.url(), SCHEMA, after, {
    isFull: true,
    onTable: () => {
      server.process().kill('SIGQUIT');
    },
  });
  await assert.rejects(crashed, { code: 'PUBLISH_UNREACHABLE' });
  await server.stop('immediate');
  await server.start();
  await expectOld();
  await publishTo(server.url(), SCHEMA, after);
  assert.deepEqual(await readServer(server, SCHEMA), await readMirror(after));
}

async function waitFor(server: PostgresServer, condition: string): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    const [row] = await server.query(`SELECT ${condition} AS reached`);
    if (row?.reached === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`In a minute it did not happen that ${condition}`);
}
