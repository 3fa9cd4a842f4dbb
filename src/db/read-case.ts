import { and, count, eq, inArray, isNull, sql } from 'drizzle-orm';
import { toEntry } from '../case/docket-rows.ts';
import { joinPayload } from '../case/fingerprint.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import type { JsonObject } from '../lib/json.ts';
import { listRejectedRecords } from './leftovers.ts';
import type { Mirror } from './open-mirror.ts';
import { cases, docketEntries, mirrorRawHashes } from './schema/schema.ts';

/**
 * The error for a missing case: CASE_REJECTED if the API sent a record of it that could not be parsed, otherwise
 * CASE_NOT_MIRRORED.
 */
export function toNotMirrored(
  { sqlite, path }: Pick<Mirror, 'sqlite' | 'path'>,
  caseId: number,
): MirrorError {
  const why = sqlite
    .prepare<[number], string>(
      'SELECT why FROM rejected_records WHERE case_id = ? ORDER BY last_run_id DESC, first_run_id DESC LIMIT 1',
    )
    .pluck()
    .get(caseId);
  if (why === undefined) {
    const [fingerprint] = listRejectedRecords(sqlite, caseId);
    if (fingerprint !== undefined) return toRejectedUnderNoId({ sqlite, path }, caseId, fingerprint);
    const hint = describeDocument({ sqlite }, caseId);
    return new MirrorError(
      'CASE_NOT_MIRRORED',
      `${path} has no case ${caseId}.`,
      hint === null ? {} : { hint },
    );
  }
  const reason = why.replace(/\.$/, '');
  return new MirrorError(
    'CASE_REJECTED',
    `The record of case ${caseId} that the API sent could not be read as a case, so it is rejected, and its list is partial: ${reason}.`,
    {
      hint: `Its bytes are in the mirror: \`clearinghouse-mirror query "SELECT why, record FROM rejected_records WHERE case_id = ${caseId}"\`. A sync stores the case as soon as the API sends a valid record.`,
    },
  );
}

/** A record of which the mirror could not determine the case, and which names this one. */
function toRejectedUnderNoId(
  { sqlite, path }: Pick<Mirror, 'sqlite' | 'path'>,
  caseId: number,
  fingerprint: string,
): MirrorError {
  const why = sqlite
    .prepare<[string], string>('SELECT why FROM rejected_records WHERE fingerprint = ?')
    .pluck()
    .get(fingerprint);
  return new MirrorError(
    'CASE_REJECTED',
    `${path} has no case ${caseId}, but a record that names it and could not be read as a case: ${(why ?? '').replace(/\.$/, '')}.`,
    {
      hint: `Its bytes are in the mirror: \`clearinghouse-mirror query "SELECT why, record FROM rejected_records WHERE fingerprint = '${fingerprint}'"\`. A sync stores the case as soon as the API sends a valid record.`,
    },
  );
}

/** Tells who gives the id of a document as that of a case what it is, and what takes it; null if there is no such document. */
export function describeDocument({ sqlite }: Pick<Mirror, 'sqlite'>, documentId: number): string | null {
  const isStored = sqlite.prepare('SELECT 1 FROM documents WHERE id = ?').get(documentId) !== undefined;
  if (!isStored) return null;
  const caseIds = sqlite
    .prepare<[number], number>(
      'SELECT DISTINCT case_id FROM case_documents WHERE document_id = ? ORDER BY case_id LIMIT 3',
    )
    .pluck()
    .all(documentId);
  const [first] = caseIds;
  const ofCase =
    first === undefined ? '' : ` of ${caseIds.length === 1 ? 'case' : 'cases'} ${caseIds.join(', ')}`;
  const show = first === undefined ? '' : ` \`clearinghouse-mirror case ${first}\` shows its case,`;
  return `${documentId} is the id of a document${ofCase}:${show} /documents/${documentId} in \`browse\` shows the document, and \`redact --document ${documentId}\` removes it.`;
}

/** What the mirror itself records about a case, in addition to the API's payload. */
export interface StoredCase {
  readonly id: number;
  /** Equal to what the API sent, up to the order of keys. */
  readonly payload: JsonObject;
  readonly fingerprint: string;
  readonly firstRunId: number;
  readonly changedRunId: number;
}

/**
 * Reads a whole case in one transaction, so a concurrent sync cannot change it halfway. Throws CASE_NOT_MIRRORED or
 * CASE_REJECTED.
 */
export function findCase(mirror: Mirror, id: number): StoredCase {
  return mirror.db.transaction((tx) => {
    const row = tx.select().from(cases).where(eq(cases.id, id)).get();
    if (row === undefined) throw toNotMirrored(mirror, id);
    const entries = tx.select().from(docketEntries).where(eq(docketEntries.case_id, id)).all();
    const byKey = new Map(entries.map((entry) => [entry.mirror_key, entry]));
    return {
      id,
      payload: joinPayload({
        rest: JSON.parse(row.mirror_payload) as JsonObject,
        entries: toOrder(row.mirror_entry_keys, byKey, toEntry),
      }),
      fingerprint: row.mirror_fingerprint,
      firstRunId: row.mirror_first_run_id,
      changedRunId: row.mirror_changed_run_id,
    };
  });
}

/**
 * Reads a case without its docket entries, of which some cases have thousands. Throws CASE_NOT_MIRRORED or
 * CASE_REJECTED.
 */
export function findCaseWithoutEntries(mirror: Mirror, id: number): StoredCase {
  const row = mirror.db
    .select({
      payload: cases.mirror_payload,
      fingerprint: cases.mirror_fingerprint,
      firstRunId: cases.mirror_first_run_id,
      changedRunId: cases.mirror_changed_run_id,
    })
    .from(cases)
    .where(eq(cases.id, id))
    .get();
  if (row === undefined) throw toNotMirrored(mirror, id);
  return { ...row, id, payload: JSON.parse(row.payload) as JsonObject };
}

/** The rows in the order of the API's list; null if the payload had no list of entries. */
function toOrder<Row, Item>(
  keys: string | null,
  byKey: ReadonlyMap<number, Row>,
  toItem: (row: Row) => Item,
): Item[] | null {
  if (keys === null) return null;
  return (JSON.parse(keys) as number[]).map((key) => {
    const row = byKey.get(key);
    if (row === undefined)
      throw new MirrorError('DATABASE_DAMAGED', `The docket entry ${key} of this case has no row.`);
    return toItem(row);
  });
}

/** Whether a case is still on the site, and whether its content is stored. */
export interface Presence {
  readonly departed_run_id: number | null;
  readonly departed_at: string | null;
  readonly redacted_run_id: number | null;
  readonly redacted_at: string | null;
}

/** When a case departed and when it was redacted, with the runs that recorded it. */
export function findPresence({ sqlite }: Mirror, caseId: number): Presence {
  const found = sqlite
    .prepare<[number], Presence>(
      `SELECT mirror_departed_run_id AS departed_run_id, departed.started_at AS departed_at,
        mirror_redacted_run_id AS redacted_run_id, redacted.started_at AS redacted_at
       FROM cases
       LEFT JOIN sync_runs AS departed ON departed.id = mirror_departed_run_id
       LEFT JOIN sync_runs AS redacted ON redacted.id = mirror_redacted_run_id
       WHERE cases.id = ?`,
    )
    .get(caseId);
  return found ?? { departed_run_id: null, departed_at: null, redacted_run_id: null, redacted_at: null };
}

const isPresentUnder = (statusIds: readonly number[]) =>
  and(inArray(cases.mirror_list_id, [...statusIds]), isNull(cases.mirror_departed_run_id));

/** The cases of these lists that have not departed and for which `isSeen` is false, by id. */
export function listMissing(
  { db }: Mirror,
  statusIds: readonly number[],
  isSeen: (caseId: number) => boolean,
): { readonly id: number; readonly listId: number | null }[] {
  return db
    .select({ id: cases.id, listId: cases.mirror_list_id })
    .from(cases)
    .where(isPresentUnder(statusIds))
    .orderBy(cases.id)
    .all()
    .filter(({ id }) => !isSeen(id));
}

/** The number of cases of these lists that have not departed; of all lists if none is given. */
export function countPresent({ db }: Mirror, statusIds?: readonly number[]): number {
  const where = statusIds === undefined ? isNull(cases.mirror_departed_run_id) : isPresentUnder(statusIds);
  return db.select({ n: count() }).from(cases).where(where).get()?.n ?? 0;
}

/** What is needed to tell whether a case has changed since it was stored. */
export interface StoredVersion {
  readonly fingerprint: string;
  /** The list that last contained it. */
  readonly listId: number | null;
  /** Whether the case has departed. */
  readonly isDeparted: boolean;
  /** Whether nothing of it may be stored: it was redacted before any of its records could be. */
  readonly isHeld: boolean;
}

export type FindStoredVersion = (caseId: number) => StoredVersion | undefined;

/*
 * Drizzle generates the SQL of these two lookups once. They run directly on SQLite, because every case of every run
 * needs one of them.
 */

/** Prepares the lookup of a case by its id. */
export function prepareFindStoredVersion({ db, sqlite }: Mirror): FindStoredVersion {
  const query = db
    .select(MARK)
    .from(cases)
    .where(eq(cases.id, sql.placeholder('caseId')));
  const statement = sqlite.prepare<[number], StoredVersionRow>(query.toSQL().sql).raw();
  return (caseId) => {
    const row = statement.get(caseId);
    return row && toStoredVersion(row);
  };
}

/** A case whose bytes are known. */
export interface KnownRecord {
  readonly caseId: number;
  /** The label of its `case_ongoing`. */
  readonly label: string | null;
  /** The label of its `case_status`. */
  readonly caseStatus: string | null;
  readonly version: StoredVersion;
}

export type FindKnownRecord = (rawHash: string) => KnownRecord | undefined;

/** Prepares the only lookup that an unchanged case needs. */
export function prepareFindKnownRecord({ db, sqlite }: Mirror): FindKnownRecord {
  const query = db
    .select({ ...MARK, caseId: cases.id, label: cases.case_ongoing, caseStatus: cases.case_status })
    .from(mirrorRawHashes)
    .innerJoin(
      cases,
      and(eq(cases.id, mirrorRawHashes.case_id), eq(cases.mirror_fingerprint, mirrorRawHashes.fingerprint)),
    )
    .where(eq(mirrorRawHashes.hash, sql.placeholder('rawHash')));
  const statement = sqlite
    .prepare<
      [string],
      [...StoredVersionRow, caseId: number, label: string | null, caseStatus: string | null]
    >(query.toSQL().sql)
    .raw();
  return (rawHash) => {
    const row = statement.get(rawHash);
    if (row === undefined) return undefined;
    const [fingerprint, listId, departedRunId, redactedRunId, caseId, label, caseStatus] = row;
    const version = toStoredVersion([fingerprint, listId, departedRunId, redactedRunId]);
    return { caseId, label, caseStatus, version };
  };
}

export type FindRawHash = (caseId: number) => string | undefined;

/** Prepares the look-up of the hash by which the record of a case is known. */
export function prepareFindRawHash({ db, sqlite }: Mirror): FindRawHash {
  const query = db
    .select({ hash: mirrorRawHashes.hash })
    .from(mirrorRawHashes)
    .innerJoin(
      cases,
      and(eq(cases.id, mirrorRawHashes.case_id), eq(cases.mirror_fingerprint, mirrorRawHashes.fingerprint)),
    )
    .where(eq(mirrorRawHashes.case_id, sql.placeholder('caseId')));
  const statement = sqlite.prepare<[number], string>(query.toSQL().sql).pluck();
  return (caseId) => statement.get(caseId);
}

const MARK = {
  fingerprint: cases.mirror_fingerprint,
  listId: cases.mirror_list_id,
  departedRunId: cases.mirror_departed_run_id,
  redactedRunId: cases.mirror_redacted_run_id,
};
type StoredVersionRow = [
  fingerprint: string,
  listId: number | null,
  departedRunId: number | null,
  redactedRunId: number | null,
];

function toStoredVersion([
  fingerprint,
  listId,
  departedRunId,
  redactedRunId,
]: StoredVersionRow): StoredVersion {
  const isDeparted = departedRunId !== null;
  return { fingerprint, listId, isDeparted, isHeld: isDeparted && departedRunId === redactedRunId };
}

/** Lists the cases of which nothing may be stored. */
export function listHeldCases({ sqlite }: Mirror): number[] {
  return sqlite
    .prepare<[], number>(
      'SELECT id FROM cases WHERE mirror_redacted_run_id IS NOT NULL AND mirror_redacted_run_id = mirror_departed_run_id',
    )
    .pluck()
    .all();
}

/** Prepares the lookup of a case's present name. */
export function prepareFindName({ sqlite }: Mirror): (caseId: number) => string | null {
  const statement = sqlite.prepare<[number], string | null>('SELECT name FROM cases WHERE id = ?').pluck();
  return (caseId) => statement.get(caseId) ?? null;
}

/** What a list shows of a new case. */
export interface CaseFacts {
  readonly court: string | null;
  /** The day, or the year if the day is unknown. */
  readonly filed: string | null;
  readonly caseTypes: readonly string[];
}

/** Prepares the lookup of these fields. */
export function prepareFindFacts({ sqlite }: Mirror): (caseId: number) => CaseFacts {
  const selectCase = sqlite.prepare<
    [number],
    { court: string | null; filing_date: string | null; filing_year: number | null }
  >('SELECT court, filing_date, filing_year FROM cases WHERE id = ?');
  const selectTypes = sqlite
    .prepare<[number], string>(
      "SELECT value FROM case_types WHERE case_id = ? AND value <> '' ORDER BY mirror_position",
    )
    .pluck();
  return (caseId) => {
    const { court = null, filing_date = null, filing_year = null } = selectCase.get(caseId) ?? {};
    const year = filing_year === null || filing_year === 0 ? null : String(filing_year);
    return {
      court: court === '' ? null : court,
      filed: filing_date === null || filing_date === '' ? year : filing_date,
      caseTypes: selectTypes.all(caseId),
    };
  };
}
