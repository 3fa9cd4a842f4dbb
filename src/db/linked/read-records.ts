import { getTableName } from 'drizzle-orm';
import { type EntryColumns, toEntry } from '../../case/docket-rows.ts';
import type { LinkedKind } from '../../api/linked-fields.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { type JsonObject, type JsonValue } from '../../lib/json.ts';
import { LINK_SPECS } from '../../linked/kinds.ts';
import type { Mirror } from '../open-mirror.ts';
import { type Presence, findPresence } from '../read-case.ts';
import type { linkedLists } from '../schema/schema.ts';

/** A linked record as it is stored. */
export interface StoredLinked {
  readonly key: number;
  /** Equal to what the API sent, up to the order of keys. */
  readonly payload: JsonObject;
  /** Why it is not for the public; null if it is. */
  readonly hidden: string | null;
  readonly firstRunId: number;
  readonly changedRunId: number;
  readonly departedRunId: number | null;
  readonly redactedRunId: number | null;
}

interface Row {
  readonly key: number;
  readonly payload: string;
  readonly keys: string | null;
  readonly hidden: string | null;
  readonly firstRunId: number;
  readonly changedRunId: number;
  readonly departedRunId: number | null;
  readonly redactedRunId: number | null;
}

const columnsOf = (kind: LinkedKind): string => {
  const { key } = LINK_SPECS[kind].record;
  return `one.${key} AS key, one.mirror_payload AS payload, ${kind === 'dockets' ? 'one.mirror_entry_keys' : 'NULL'} AS keys,
    one.mirror_hidden AS hidden, one.mirror_first_run_id AS firstRunId, one.mirror_changed_run_id AS changedRunId,
    one.mirror_departed_run_id AS departedRunId, one.mirror_redacted_run_id AS redactedRunId`;
};

/** Reads a document by its id; undefined if the mirror has none. */
export function findDocument(mirror: Mirror, id: number): StoredLinked | undefined {
  const row = mirror.sqlite
    .prepare<[number], Row>(`SELECT ${columnsOf('documents')} FROM documents AS one WHERE id = ?`)
    .get(id);
  return row === undefined ? undefined : toStored(mirror, row);
}

/** What is known of one linked list of a case. The view `linked_list_states` says the same of cases on the site. */
export type ListState =
  /** Nobody has looked, which differs from `none`. */
  | 'not read yet'
  /** Nobody will look: the case left the site before. */
  | 'never read'
  | 'none'
  | 'some'
  /** The case was redacted, so nothing of its lists is stored or read. */
  | 'removed';

export function toListState(
  read: Pick<typeof linkedLists.$inferSelect, 'first_read_run_id' | 'records'> | undefined,
  { departed_run_id, redacted_run_id }: Pick<Presence, 'departed_run_id' | 'redacted_run_id'>,
): ListState {
  if (redacted_run_id !== null) return 'removed';
  if (read?.first_read_run_id == null) return departed_run_id === null ? 'not read yet' : 'never read';
  return read.records === 0 ? 'none' : 'some';
}

/** One linked list of a case, and what is known of it. */
export interface CaseList {
  readonly kind: LinkedKind;
  readonly state: ListState;
  readonly read: typeof linkedLists.$inferSelect | undefined;
  /** The records to which the case links, hidden ones included. */
  readonly records: readonly StoredLinked[];
}

/** Reads what is known of one linked list of a case, without its records. */
export function findListState(
  mirror: Mirror,
  caseId: number,
  kind: LinkedKind,
): Pick<CaseList, 'state' | 'read'> {
  const read = mirror.sqlite
    .prepare<[number, string], typeof linkedLists.$inferSelect>(
      'SELECT * FROM linked_lists WHERE case_id = ? AND kind = ?',
    )
    .get(caseId, kind);
  return { state: toListState(read, findPresence(mirror, caseId)), read };
}

/** Reads one linked list of a case: its state, and the records that it links to. */
export function findCaseList(mirror: Mirror, caseId: number, kind: LinkedKind): CaseList {
  const { record, table, column } = LINK_SPECS[kind];
  return mirror.sqlite.transaction((): CaseList => {
    const rows = mirror.sqlite
      .prepare<[number], Row>(
        `SELECT ${columnsOf(kind)} FROM ${getTableName(table)} AS link
         JOIN ${getTableName(record.table)} AS one ON one.${record.key} = link.${column}
         WHERE link.case_id = ? AND link.mirror_to_run_id IS NULL ORDER BY one.${record.key} DESC`,
      )
      .all(caseId);
    return {
      kind,
      ...findListState(mirror, caseId, kind),
      records: rows.map((row) => toStored(mirror, row)),
    };
  })();
}

function toStored(mirror: Mirror, { payload, keys, ...row }: Row): StoredLinked {
  const version = JSON.parse(payload) as JsonObject;
  return { ...row, payload: keys === null ? version : withEntries(mirror, row.key, version, keys) };
}

/** Puts the entries of a docket back, in the API's order. */
function withEntries({ sqlite }: Mirror, docketKey: number, docket: JsonObject, keys: string): JsonObject {
  const rows = sqlite
    .prepare<[number], EntryColumns>('SELECT * FROM further_docket_entries WHERE mirror_docket_key = ?')
    .all(docketKey);
  const byKey = new Map(rows.map((row) => [row.mirror_key, row]));
  const docket_entries = (JSON.parse(keys) as number[]).map((key): JsonValue => {
    const row = byKey.get(key);
    if (row === undefined)
      throw new MirrorError('DATABASE_DAMAGED', `The docket entry ${key} of docket ${docketKey} has no row.`);
    return toEntry(row);
  });
  return { ...docket, docket_entries };
}
