import { MirrorError } from '../errors/mirror-error.ts';
import type { Table } from '../export/table.ts';
import { isBlocked } from './failures.ts';
import { type Own, PARTS, PUBLICATION, inSchema } from './layout.ts';
import type { Session } from './session.ts';

/* What a publish finds on the server, and whether it may go on. */

/** The oldest server that has every statement and option used here: generated columns came with it. */
const MIN_VERSION = 120_000;

/** How long another publish, perhaps one whose process has just died, may hold the lock. */
const LOCK_TRIES = 15;
const BLOCKED_TRIES = 8;
const MAX_PAUSE_MS = 10_000;

/** How a publish waits for others. */
export interface Patience {
  readonly signal: AbortSignal;
  /** Resolves after this many milliseconds, or rejects with the signal's reason. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** How long a lock on the tables is waited for, in milliseconds: readers that come later wait as well. */
  readonly lockMs: number;
}

/**
 * Begins the transaction in which everything happens, so that a publish that dies leaves nothing, and a pooler keeps its
 * connection. Fails with PUBLISH_REFUSED.
 */
export async function begin(session: Session): Promise<void> {
  await session.query('BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE');
  const settings: Readonly<Record<string, string>> = {
    search_path: 'pg_catalog',
    client_encoding: 'UTF8',
    DateStyle: 'ISO',
    TimeZone: 'UTC',
    lock_timeout: '30s',
    // The load waits for the mirror, and the mirror for the load.
    statement_timeout: '0',
    idle_in_transaction_session_timeout: '0',
    ...(session.version >= 170_000 ? { transaction_timeout: '0' } : {}),
    // The server notices that this process has died, also in a long statement.
    ...(session.version >= 140_000 ? { client_connection_check_interval: '2s' } : {}),
    tcp_keepalives_idle: '60',
    tcp_keepalives_interval: '10',
    tcp_keepalives_count: '6',
    maintenance_work_mem: '256MB',
    synchronous_commit: 'on',
  };
  const [facts] = await session.query<ServerFacts>(
    `SELECT current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS "isStandby"`,
  );
  const why = explainServer({ version: session.version, ...(facts ?? { encoding: '', isStandby: false }) });
  if (why !== null) throw new MirrorError('PUBLISH_REFUSED', why.message, { hint: why.hint });
  for (const [name, value] of Object.entries(settings)) await session.query(`SET LOCAL ${name} = '${value}'`);
}

export interface ServerFacts {
  readonly encoding: string;
  readonly isStandby: boolean;
}

/** Why a server cannot hold the tables; null if it can. */
export function explainServer({
  version,
  encoding,
  isStandby,
}: ServerFacts & { readonly version: number }): { message: string; hint: string } | null {
  if (version < MIN_VERSION)
    return {
      message: `The server is Postgres ${Math.floor(version / 10_000)}; publish needs ${MIN_VERSION / 10_000} or later.`,
      hint: 'Use a newer server.',
    };
  if (encoding !== 'UTF8')
    return {
      message: `The database has the encoding ${encoding}, which cannot hold every character of the mirror.`,
      hint: "Create one with CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0.",
    };
  if (isStandby)
    return {
      message: 'The server is a standby, which can only be read.',
      hint: 'Name the primary server.',
    };
  return null;
}

/** Takes the lock that only one publish to a schema has. It ends with the transaction. Fails with PUBLISH_LOCKED. */
export async function takeLock(session: Session, schema: string, { sleep, signal }: Patience): Promise<void> {
  for (let tries = 1; ; tries++) {
    const [found] = await session.query<{ taken: boolean }>(
      "SELECT pg_try_advisory_xact_lock(hashtext('clearinghouse-mirror publish'), hashtext($1)) AS taken",
      [schema],
    );
    if (found?.taken === true) return;
    if (tries === LOCK_TRIES)
      throw new MirrorError('PUBLISH_LOCKED', `Another publish writes to the schema ${schema}.`);
    await sleep(1000, signal);
  }
}

/**
 * Does what needs locks on tables that others use. Waits for each lock for two seconds, and tries again after a pause, a
 * minute in all. Fails with PUBLISH_BLOCKED.
 */
export async function withLocks<Result>(
  session: Session,
  { sleep, signal, lockMs }: Patience,
  action: () => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    await session.query(`SAVEPOINT before_locks; SET LOCAL lock_timeout = '${lockMs}ms'`);
    try {
      const result = await action();
      await session.query('RELEASE SAVEPOINT before_locks');
      return result;
    } catch (thrown) {
      const isLast = tries === BLOCKED_TRIES;
      if (!isBlocked(thrown instanceof MirrorError ? thrown.cause : thrown) || isLast) throw thrown;
      await session.query('ROLLBACK TO SAVEPOINT before_locks');
      await sleep(Math.min(500 * 2 ** tries, MAX_PAUSE_MS), signal);
    }
  }
}

/** What an earlier publish left in a schema. */
export interface Earlier {
  readonly runId: number;
  /** When that run ended, in milliseconds since 1970. */
  readonly runEndedMs: number;
  readonly layout: string;
  readonly content: string;
  readonly own: Own;
  /** Null if an earlier version, which did not say it, published it. */
  readonly mirror: string | null;
  /** Whether it has summaries and texts; null if it does not even name its columns. */
  readonly withTexts: boolean | null;
  /** The tables that are there. */
  readonly tables: readonly string[];
}

/** The names of the tables that publish writes. */
export const toNames = (tables: readonly Table[]): string[] => [
  ...tables.map(({ name }) => name),
  PUBLICATION,
  PARTS,
];

/** The earlier publish, null if there was none. Fails with PUBLISH_REFUSED if the tables are somebody else's. */
export async function findEarlier(
  session: Session,
  schema: string,
  names: readonly string[],
): Promise<Earlier | null> {
  const there = await session.query<{ name: string; owned: boolean }>(
    `SELECT c.relname AS name, pg_has_role(c.relowner, 'USAGE') AS owned FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = ANY ($2::text[]) AND c.relkind <> 'i' ORDER BY 1`,
    [schema, [...names]],
  );
  if (there.length === 0) return null;
  const tables = there.map(({ name }) => name);
  const foreign = there.filter(({ owned }) => !owned).map(({ name }) => name);
  if (!tables.includes(PUBLICATION) || foreign.length > 0)
    throw new MirrorError(
      'PUBLISH_REFUSED',
      foreign.length > 0
        ? `Another role owns these tables of the schema ${schema}: ${foreign.join(', ')}.`
        : `Not written by publish are these tables of the schema ${schema}: ${tables.join(', ')}.`,
      {
        hint:
          foreign.length > 0
            ? 'Publish as that role.'
            : 'They were not changed. Name another schema with --publish-schema.',
      },
    );
  const [row] = await session.query<
    { run: string; ended: string; layout: string; content: string; own: Own } & Pick<
      Earlier,
      'mirror' | 'withTexts'
    >
  >(
    `SELECT run_id::text AS run, round(extract(epoch FROM run_ended_at) * 1000)::text AS ended, layout, content, own, to_jsonb(p) ->> 'mirror' AS mirror, (to_jsonb(p) ->> 'with_texts')::boolean AS "withTexts"
     FROM ${inSchema(schema, PUBLICATION)} AS p`,
  );
  const own = row?.own ?? { names: [], columns: [] };
  return {
    runId: Number(row?.run ?? 0),
    runEndedMs: Number(row?.ended ?? NaN),
    layout: row?.layout ?? '',
    content: row?.content ?? '',
    own,
    mirror: row?.mirror ?? null,
    withTexts: row?.withTexts ?? (own.columns.length === 0 ? null : own.columns.includes('cases.summary')),
    tables,
  };
}

/** Fails with PUBLISH_REFUSED if a schema has the publication of another mirror, or one with texts where none are wanted, or the reverse. */
export function refuseOther(
  schema: string,
  there: Pick<Earlier, 'mirror' | 'withTexts' | 'runId' | 'runEndedMs'>,
  here: {
    readonly mirror: string;
    readonly withTexts: boolean;
    readonly runId: number;
    /** When a run of the mirror ended; undefined if it has no such run. */
    readonly findEnd: (runId: number) => string | undefined;
  },
): void {
  const toWords = (withTexts: boolean): string => (withTexts ? 'with texts' : 'without texts');
  // Later runs that a restored mirror does not know do not count.
  const isLater =
    there.runId > here.runId && Date.parse(here.findEnd(there.runId) ?? '') === there.runEndedMs;
  const why =
    there.mirror !== null && there.mirror !== here.mirror
      ? 'of another mirror'
      : there.withTexts !== null && there.withTexts !== here.withTexts
        ? `${toWords(there.withTexts)}, not ${toWords(here.withTexts)}`
        : isLater
          ? `of the state after run ${there.runId}, which that after run ${here.runId} would replace`
          : null;
  if (why === null) return;
  throw new MirrorError('PUBLISH_REFUSED', `The schema ${schema} has a publication ${why}.`, {
    hint: 'Nothing was changed. Name another schema with --publish-schema, or replace this publication with `clearinghouse-mirror publish --full`.',
  });
}

/** Whether the tables still have the columns that publish gave them, as far as a load needs them. */
export async function hasColumns(
  session: Session,
  schema: string,
  tables: readonly Table[],
): Promise<boolean> {
  const found = await session.query<{ name: string }>(
    `SELECT c.relname || '.' || a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped`,
    [schema],
  );
  const names = new Set(found.map(({ name }) => name));
  return tables.every((table) => table.columns.every(({ name }) => names.has(`${table.name}.${name}`)));
}

/**
 * What others made that belongs to the tables and would be lost, or stay on tables that are no longer read, if they were
 * replaced: views, foreign keys, triggers, policies, publications, indexes, statistics, functions.
 */
export async function listDependents(
  session: Session,
  schema: string,
  { tables, own }: Earlier,
): Promise<string[]> {
  const rows = await session.query<{ what: string }>(
    `WITH ours AS (
       SELECT c.oid, c.reltype, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = $1 AND c.relname = ANY ($2::text[]) AND c.relkind = 'r'
     ), depending AS (
       SELECT d.classid, d.objid FROM pg_depend d JOIN ours ON d.refclassid = 'pg_class'::regclass AND d.refobjid = ours.oid AND d.deptype = 'n'
       UNION SELECT d.classid, d.objid FROM pg_depend d JOIN ours ON d.refclassid = 'pg_type'::regclass AND d.refobjid = ours.reltype AND d.deptype = 'n'
     )
     SELECT CASE c.relkind WHEN 'm' THEN 'materialized view ' WHEN 'v' THEN 'view ' ELSE 'rule on ' END || c.oid::regclass::text AS what
       FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE r.oid IN (SELECT objid FROM depending WHERE classid = 'pg_rewrite'::regclass) AND c.oid NOT IN (SELECT oid FROM ours)
     UNION SELECT 'rule ' || r.rulename || ' on ' || ours.relname FROM pg_rewrite r JOIN ours ON ours.oid = r.ev_class
     UNION SELECT 'foreign key ' || k.conname || ' of ' || k.conrelid::regclass::text FROM pg_constraint k
       WHERE k.contype = 'f' AND k.confrelid IN (SELECT oid FROM ours) AND k.conrelid NOT IN (SELECT oid FROM ours)
     UNION SELECT 'constraint ' || k.conname || ' of ' || ours.relname FROM pg_constraint k JOIN ours ON ours.oid = k.conrelid
       WHERE k.contype IN ('c', 'f', 'p', 'u', 'x') AND NOT (k.conname = ANY ($3::text[])) AND NOT (ours.relname = '${PUBLICATION}' AND k.contype = 'c')
     UNION SELECT 'index ' || i.indexrelid::regclass::text FROM pg_index i JOIN ours ON ours.oid = i.indrelid JOIN pg_class c ON c.oid = i.indexrelid
       WHERE NOT (c.relname = ANY ($3::text[])) AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
     UNION SELECT 'trigger ' || t.tgname || ' on ' || ours.relname FROM pg_trigger t JOIN ours ON ours.oid = t.tgrelid WHERE NOT t.tgisinternal
     UNION SELECT 'policy ' || p.polname || ' on ' || ours.relname FROM pg_policy p JOIN ours ON ours.oid = p.polrelid
     UNION SELECT 'publication ' || u.pubname || ' of ' || ours.relname FROM pg_publication_rel r JOIN ours ON ours.oid = r.prrelid JOIN pg_publication u ON u.oid = r.prpubid
     UNION SELECT 'statistics ' || s.stxname || ' of ' || ours.relname FROM pg_statistic_ext s JOIN ours ON ours.oid = s.stxrelid
     UNION SELECT 'table ' || h.inhrelid::regclass::text FROM pg_inherits h JOIN ours ON ours.oid = h.inhparent
     UNION SELECT 'column ' || a.attname || ' of ' || c.oid::regclass::text FROM pg_attribute a JOIN ours ON ours.reltype = a.atttypid JOIN pg_class c ON c.oid = a.attrelid
     UNION SELECT 'column ' || a.attname || ' of ' || ours.relname FROM pg_attribute a JOIN ours ON ours.oid = a.attrelid
       WHERE a.attnum > 0 AND NOT a.attisdropped AND NOT (ours.relname || '.' || a.attname = ANY ($4::text[])) AND ours.relname NOT IN ('${PUBLICATION}', '${PARTS}')
     UNION SELECT 'function ' || p.oid::regprocedure::text FROM pg_proc p WHERE p.oid IN (SELECT objid FROM depending WHERE classid = 'pg_proc'::regclass)
     UNION SELECT 'sequence ' || c.oid::regclass::text FROM pg_class c JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid JOIN ours ON ours.oid = d.refobjid
       WHERE d.refclassid = 'pg_class'::regclass AND c.relkind = 'S'
     ORDER BY 1`,
    [schema, [...tables], [...own.names], [...own.columns]],
  );
  return rows.map(({ what }) => what);
}
