import type { Mirror } from '../db/open-mirror.ts';
import { refuseRedactedMeanwhile } from '../db/state.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { type Coverage, type ExportedRun, findCoverage, findEnd, readMirrorId } from '../export/run.ts';
import { TABLE_NAMES, type Table } from '../export/table.ts';
import { chooseCases, readRun, toTables } from '../export/select.ts';
import { PACKAGE } from '../lib/package-info.ts';
import type { Server } from './address.ts';
import {
  createTables,
  exchangeTables,
  finishTables,
  makeBeside,
  refuseDependents,
  removeBeside,
  toBeside,
} from './build.ts';
import { listDifferent, recordParts } from './compare.ts';
import { toCopyLine } from './copy-text.ts';
import {
  PARTS,
  PUBLICATION,
  inSchema,
  listComments,
  listOwn,
  toContentHash,
  toLayoutHash,
} from './layout.ts';
import { type LoadedTable, type PartSums, loadTable } from './load.ts';
import {
  type MergedRows,
  clearStaging,
  createStaging,
  mergeTables,
  recordChanged,
  removeStaging,
} from './merge.ts';
import {
  type Changed,
  type PartTable,
  type Tokens,
  chooseParts,
  compareTokens,
  limitToParts,
  listTokens,
  toPartTable,
} from './parts.ts';
import { type Session, connect } from './session.ts';
import {
  type Earlier,
  type Patience,
  begin,
  findEarlier,
  hasColumns,
  refuseOther,
  takeLock,
  withLocks,
} from './target.ts';

/** How long a lock on published tables is waited for at a time. */
export const LOCK_MS = 2000;

export interface PublishRequest extends Patience {
  readonly server: Server;
  readonly schema: string;
  /** Whether summaries and texts of documents are left out. */
  readonly withoutTexts: boolean;
  /** Whether all tables are built anew even if they could be updated. */
  readonly isFull: boolean;
  readonly run: ExportedRun;
  /** Called after some thousands of rows. */
  readonly onRows: () => void;
  /** Called right before the server has the new content alone, when it has, and when it will not have it after all. */
  readonly onPlacing?: () => void;
  readonly onAbandoned?: () => void;
  readonly onPlaced?: () => void;
  /** Called after each table that was loaded, with how many are, of how many. */
  readonly onTable?: (loaded: LoadedTable, done: number, of: number) => void;
}

export interface Published {
  readonly schema: string;
  readonly run: ExportedRun;
  readonly coverage: Coverage;
  /** The run that was published before; null if there was none. */
  readonly earlierRunId: number | null;
  /** What an update wrote and removed; null if all tables were built anew. */
  readonly merged: MergedRows | null;
  readonly tables: readonly { readonly name: string; readonly rows: number; readonly bytes: number }[];
  /** What was loaded. An update loads only what can have changed. */
  readonly loaded: readonly LoadedTable[];
}

/** What both ways of publishing need. */
interface Work {
  readonly session: Session;
  readonly mirror: Mirror;
  readonly request: PublishRequest;
  readonly tables: readonly Table[];
  readonly tokens: ReadonlyMap<PartTable, Tokens>;
  readonly caseIds: readonly number[];
}

/**
 * Publishes the state of a mirror after a run to a schema of a Postgres server. The mirror is in a read transaction, and its
 * connection can be used for nothing else afterwards. Everything happens in one transaction of the server, so a failure
 * leaves what was there. Fails with an error of publish, REDACTED_MEANWHILE or the signal's reason.
 */
export async function publishMirror(mirror: Mirror, request: PublishRequest): Promise<Published> {
  const { server, schema, run, signal } = request;
  const tables = toTables({ isRaw: false, withoutTexts: request.withoutTexts }).filter(
    ({ name }) => !request.withoutTexts || name !== 'document_texts',
  );
  const session = await connect(server, signal);
  try {
    await begin(session);
    await takeLock(session, schema, request);
    const earlier = await findEarlier(session, schema, [...TABLE_NAMES, PUBLICATION, PARTS]);
    if (earlier !== null && !request.isFull)
      refuseOther(schema, earlier, {
        mirror: readMirrorId(mirror),
        withTexts: !request.withoutTexts,
        runId: run.id,
        findEnd: (runId) => findEnd(mirror, runId),
      });
    const isUpdate = await canUpdate(session, request, tables, earlier);
    if (earlier !== null && !isUpdate) await refuseDependents(session, schema, earlier);
    const isTemporary = await makeBeside(session, schema);
    readRun(mirror, run, false);
    const coverage = findCoverage(mirror, run);
    const caseIds = chooseCases(mirror, { values: {}, filed: null }, false);
    const tokens = listTokens(mirror, tables, caseIds, run);
    const work: Work = { session, mirror, request, tables, tokens, caseIds };
    const done = earlier !== null && isUpdate ? await update(work, earlier) : await build(work, earlier);
    if (isTemporary) await removeBeside(session, schema);
    const sizes = await listSizes(session, schema, tables);
    // On record first: a redaction that the check does not see then finds the place there.
    request.onPlacing?.();
    try {
      refuseRedactedMeanwhile(mirror);
    } catch (thrown) {
      request.onAbandoned?.();
      throw thrown;
    }
    await session.commit();
    request.onPlaced?.();
    return { schema, run, coverage, earlierRunId: earlier?.runId ?? null, tables: sizes, ...done };
  } finally {
    await session.close();
  }
}

async function canUpdate(
  session: Session,
  { schema, isFull }: PublishRequest,
  tables: readonly Table[],
  earlier: Earlier | null,
): Promise<boolean> {
  return (
    earlier !== null &&
    !isFull &&
    earlier.layout === toLayoutHash(tables) &&
    tables.every(({ name }) => earlier.tables.includes(name)) &&
    earlier.tables.includes(PARTS) &&
    (await hasColumns(session, schema, tables))
  );
}

type Done = Pick<Published, 'loaded' | 'merged'>;

async function build(work: Work, earlier: Earlier | null): Promise<Done> {
  const { session, request, tables, tokens } = work;
  const { schema } = request;
  const beside = toBeside(schema);
  await createTables(session, schema, tables);
  const sums: PartSums = new Map();
  const loaded = await loadAll(work, tables, { sums, isFrozen: true, caseIds: work.caseIds });
  await recordParts(session, beside, sums, tokens, null);
  await recordPublication(work, beside, true);
  await finishTables(session, schema, tables);
  await refuseDifference(session, beside, tables);
  await exchangeTables(session, schema, tables, earlier, request);
  return { loaded, merged: null };
}

/** How often what differs is replaced: once because it changed, once more because somebody changed it on the server. */
const ROUNDS = 2;

async function update(work: Work, earlier: Earlier): Promise<Done> {
  const { session, mirror, request, tables, tokens } = work;
  const { schema } = request;
  const beside = toBeside(schema);
  const isKnown = earlier.content === toContentHash(tables, schemaVersionOf(mirror));
  const published = await readPublished(session, schema, isKnown);
  await createStaging(session, beside, tables);
  const loaded: LoadedTable[] = [];
  let [written, removed] = [0, 0];
  let changed: Changed = compareTokens(tokens, published);
  for (let round = 1; changed.size > 0; round++) {
    const concerned = tables.filter((table) => changed.has(toPartTable(table)));
    const sums: PartSums = new Map();
    const caseIds = work.caseIds.filter((id) => changed.get('cases')?.has(BigInt(id)) === true);
    chooseParts(mirror, [...(changed.get('document_texts') ?? [])]);
    loaded.push(...(await loadAll(work, concerned.map(limitToParts), { sums, isFrozen: false, caseIds })));
    await recordChanged(session, beside, changed);
    const merged = await withLocks(session, request, () => mergeTables(session, schema, beside, concerned));
    [written, removed] = [written + merged.written, removed + merged.removed];
    await recordParts(session, schema, sums, tokens, changed);
    changed = await listDifferent(session, schema, tables);
    if (changed.size > 0 && round === ROUNDS) break;
    await clearStaging(session, beside, tables);
  }
  await refuseDifference(session, schema, tables, changed);
  await removeStaging(session, beside, tables);
  if (!isKnown)
    await withLocks(session, request, async () => {
      for (const table of tables) await session.query(listComments(schema, table).join('; '));
    });
  await recordPublication(work, schema, false);
  return { loaded, merged: { written, removed } };
}

async function loadAll(
  { session, mirror, request }: Work,
  tables: readonly Table[],
  options: { sums: PartSums; isFrozen: boolean; caseIds: readonly number[] },
): Promise<LoadedTable[]> {
  const { schema, signal, onRows, onTable } = request;
  const loaded: LoadedTable[] = [];
  for (const table of tables) {
    const one = await loadTable(session, mirror, table, {
      schema: toBeside(schema),
      signal,
      onRows,
      ...options,
    });
    loaded.push(one);
    onTable?.(one, loaded.length, tables.length);
  }
  return loaded;
}

/** Fails with PUBLISH_FAILED if the server holds other rows than the mirror. */
async function refuseDifference(
  session: Session,
  schema: string,
  tables: readonly Table[],
  found?: Changed,
): Promise<void> {
  const different = found ?? (await listDifferent(session, schema, tables));
  const [first] = different;
  if (first === undefined) return;
  const [table, keys] = first;
  const [key = 0n] = keys;
  throw new MirrorError(
    'PUBLISH_FAILED',
    `The server does not hold the rows that were sent: ${table} ${key === 0n ? '' : `${key} `}differs.`,
    {
      hint: 'Nothing was changed. A trigger or a rule on the tables may change rows: drop it, or publish with --full.',
    },
  );
}

/** The tokens that were published; none if they no longer say how rows come about. */
async function readPublished(
  session: Session,
  schema: string,
  isKnown: boolean,
): Promise<Map<PartTable, Tokens>> {
  const rows = await session.queryLong<{ table: PartTable; key: string; token: string | null }>(
    `SELECT part_table AS table, part_key::text AS key, token FROM ${inSchema(schema, PARTS)}`,
  );
  const published = new Map<PartTable, Map<bigint, string | null>>();
  for (const { table, key, token } of rows) {
    const parts = published.get(table) ?? new Map<bigint, string | null>();
    published.set(table, parts.set(BigInt(key), isKnown ? token : null));
  }
  return published;
}

const schemaVersionOf = ({ sqlite }: Mirror): number =>
  sqlite.prepare<[], number>('SELECT count(*) FROM __drizzle_migrations').pluck().get() ?? 0;

async function recordPublication(
  { session, mirror, request, tables }: Work,
  schema: string,
  isNew: boolean,
): Promise<void> {
  const { run } = request;
  const target = inSchema(schema, PUBLICATION);
  const [counted] = await session.queryLong<{ counts: string; now: string }>(
    `SELECT jsonb_build_object(${tables.map(({ name }) => `'${name}', (SELECT count(*) FROM ${inSchema(schema, name)})`).join(', ')})::text AS counts, now()::text AS now`,
  );
  const values: Readonly<Record<string, string>> = {
    one: 't',
    run_id: String(run.id),
    run_ended_at: run.endedAt,
    complete: run.lacking === null ? 't' : 'f',
    published_at: counted?.now ?? '',
    version: PACKAGE.version,
    layout: toLayoutHash(tables),
    content: toContentHash(tables, schemaVersionOf(mirror)),
    own: JSON.stringify(listOwn(tables)),
    row_counts: counted?.counts ?? '{}',
    mirror: readMirrorId(mirror),
    with_texts: request.withoutTexts ? 'f' : 't',
  };
  const names = Object.keys(values);
  if (isNew) {
    const copy = session.copyIn(`COPY ${target} (${names.join(', ')}) FROM STDIN WITH (FREEZE)`);
    await copy.write(toCopyLine(Object.values(values)));
    await copy.finish();
    return;
  }
  await session.query(
    `INSERT INTO ${target} (${names.join(', ')}) SELECT ${names.join(', ')} FROM json_populate_record(NULL::${target}, $1)
     ON CONFLICT (one) DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    [
      JSON.stringify({
        ...values,
        one: true,
        complete: run.lacking === null,
        with_texts: !request.withoutTexts,
        own: listOwn(tables),
        row_counts: JSON.parse(values.row_counts ?? '{}') as unknown,
      }),
    ],
  );
}

async function listSizes(
  session: Session,
  schema: string,
  tables: readonly Table[],
): Promise<Published['tables']> {
  const rows = await session.query<{ name: string; rows: string; bytes: string }>(
    `SELECT t.name, (SELECT row_counts ->> t.name FROM ${inSchema(schema, PUBLICATION)}) AS rows,
       pg_total_relation_size(format('%I.%I', $1::text, t.name)::regclass)::text AS bytes
     FROM unnest($2::text[]) WITH ORDINALITY AS t (name, place) ORDER BY place`,
    [schema, tables.map(({ name }) => name)],
  );
  return rows.map(({ name, rows: count, bytes }) => ({ name, rows: Number(count), bytes: Number(bytes) }));
}
