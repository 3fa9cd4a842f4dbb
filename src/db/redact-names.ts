import type Database from 'better-sqlite3';
import { BrokenHistory, type FieldChange, undoChanges } from '../case/diff.ts';
import { type Entry, type PastEntry, toEntriesAsOf, toEntry } from '../case/docket-rows.ts';
import { fingerprint, fromVersion, splitPayload } from '../case/fingerprint.ts';
import { type IsWithheld, changeWithoutNames, withoutNames } from '../case/related-names.ts';
import { toRelatedRows } from '../case/case-rows.ts';
import type { CasePayload } from '../api/payload.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { type JsonObject, type JsonValue, isJsonObject, tryParse } from '../lib/json.ts';
import { REJECTED_TABLES, hasRelated } from './leftovers.ts';
import { prepareIsRedacted } from './public-names.ts';
import { parseVersion } from './write-history.ts';

/*
 * Other cases name a redacted case as a related one. Its name is removed there too: from their payloads, rows and changes,
 * and with the rejected records that hold the bytes of such a payload. Their fingerprints, present and past, are computed
 * anew, so that everything is proven as before. One that did not fit before stays, so that `verify` still reports it.
 */

const RELATED = 'related_cases';

/** Lists the cases that name this one, at present or in their history. Reads a file of any version. */
export function listNaming(sqlite: Database.Database, caseId: number): number[] {
  const found = new Set<number>();
  if (hasTable(sqlite, RELATED)) {
    const naming = sqlite.prepare<[number], number>(
      'SELECT DISTINCT case_id FROM related_cases WHERE id = ? AND name IS NOT NULL',
    );
    for (const id of naming.pluck().all(caseId)) found.add(id);
  }
  for (const { id, payload } of iterateRelating(sqlite))
    if (!found.has(id) && withoutNames(payload, is(caseId)) !== payload) found.add(id);
  for (const change of iterateNaming(sqlite))
    if (toWithheld(change, is(caseId)) !== null) found.add(change.case_id);
  return [...found].sort((a, b) => a - b);
}

/** Lists the rejected records that hold the bytes of another case and name this one. */
export function listRejectedNaming(sqlite: Database.Database, caseId: number): string[] {
  const keys: string[] = [];
  for (const { fingerprint, record } of iterateRejected(sqlite))
    if (hasRelated(record, is(caseId))) keys.push(fingerprint);
  return keys;
}

/** The payloads that name any case, one by one: an element of an odd form has no row or no id there. */
function* iterateRelating(
  sqlite: Database.Database,
): Generator<{ readonly id: number; readonly payload: JsonObject }> {
  const rows = sqlite
    .prepare<[], { id: number; text: string }>(
      `SELECT id, mirror_payload AS text FROM cases
       WHERE instr(mirror_payload, '"related_cases":') > 0 AND instr(mirror_payload, '"related_cases":[]') = 0`,
    )
    .iterate();
  for (const { id, text } of rows) {
    const payload = tryParse(text);
    if (isJsonObject(payload)) yield { id, payload };
  }
}

interface RejectedRow {
  readonly fingerprint: string;
  readonly record: string;
}

/** One by one, because a record may have megabytes. */
function* iterateRejected(sqlite: Database.Database): Generator<RejectedRow> {
  for (const table of REJECTED_TABLES.filter((name) => hasTable(sqlite, name)))
    yield* sqlite.prepare<[], RejectedRow>(`SELECT fingerprint, record FROM ${table}`).iterate();
}

/**
 * Removes the name of a case from all other cases. Part of the caller's transaction. Throws DATABASE_DAMAGED if the payload
 * of one of them cannot be read.
 */
export function removeName(sqlite: Database.Database, caseId: number): void {
  const [damaged] = removeWhereReadable(sqlite, caseId).damaged;
  if (damaged !== undefined)
    throw new MirrorError(
      'DATABASE_DAMAGED',
      `The payload of case ${damaged} is not JSON, so the name of case ${caseId} cannot be removed from it.`,
      {
        hint: `Restore a snapshot in which \`verify\` finds nothing wrong with case ${damaged}, or move the file away and run \`sync\` to download everything again. Then redact case ${caseId} again.`,
      },
    );
}

/** Removes the name of a case from all other cases with a payload that can be read. Lists the others. */
function removeWhereReadable(
  sqlite: Database.Database,
  caseId: number,
): { readonly hasRemoved: boolean; readonly damaged: readonly number[] } {
  const isRemoved = is(caseId);
  const naming = listNaming(sqlite, caseId);
  const damaged = naming.filter((id) => !removeFrom(sqlite, id, isRemoved));
  const rejected = listRejectedNaming(sqlite, caseId);
  const deleteRejected = sqlite.prepare('DELETE FROM rejected_records WHERE fingerprint = ?');
  for (const key of rejected) deleteRejected.run(key);
  return { hasRemoved: damaged.length < naming.length || rejected.length > 0, damaged };
}

/**
 * Removes the names of redacted cases that other cases still have, as in a file of an earlier version. Their redactions are
 * pending again until the bytes are gone. A case with a damaged payload keeps them: `verify` reports it, and one case does
 * not keep all others from a sync.
 */
export function removeNamesLeft(sqlite: Database.Database): void {
  const reopen = sqlite.prepare(
    `UPDATE sync_runs SET outcome = 'partial' WHERE id = (SELECT mirror_redacted_run_id FROM cases WHERE id = ?)`,
  );
  sqlite
    .transaction(() => {
      for (const caseId of listRedactedYetNamed(sqlite)) {
        sqlite.pragma('secure_delete = ON');
        if (removeWhereReadable(sqlite, caseId).hasRemoved) reopen.run(caseId);
      }
    })
    .immediate();
}

/** Lists the redacted cases of which other cases have the name. */
function listRedactedYetNamed(sqlite: Database.Database): number[] {
  const hasRedacted = sqlite.prepare('SELECT 1 FROM cases WHERE mirror_redacted_run_id IS NOT NULL LIMIT 1');
  if (hasRedacted.get() === undefined) return [];
  const isRedacted = prepareIsRedacted({ sqlite });
  const named = new Set<number>();
  const note: IsWithheld = (caseId) => {
    if (caseId !== null && isRedacted(caseId)) named.add(caseId);
    return false;
  };
  const related = sqlite.prepare<[], number>(
    `SELECT DISTINCT list.id FROM cases CROSS JOIN related_cases AS list ON list.id = cases.id
     WHERE cases.mirror_redacted_run_id IS NOT NULL AND list.name IS NOT NULL`,
  );
  for (const id of related.pluck().all()) named.add(id);
  const odd = sqlite.prepare<[], string>(
    `SELECT mirror_payload FROM cases
     WHERE id IN (SELECT case_id FROM related_cases WHERE id IS NULL AND name IS NOT NULL)`,
  );
  for (const text of odd.pluck().all()) {
    const payload = tryParse(text);
    if (isJsonObject(payload)) withoutNames(payload, note);
  }
  for (const change of iterateNaming(sqlite)) toWithheld(change, note);
  for (const { record } of iterateRejected(sqlite)) hasRelated(record, note);
  return [...named];
}

const is =
  (caseId: number): IsWithheld =>
  (other) =>
    other === caseId;

function hasTable(sqlite: Database.Database, name: string): boolean {
  return (
    sqlite.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`).get(name) !== undefined
  );
}

interface ChangeRow {
  readonly id: number;
  readonly case_id: number;
  readonly run_id: number;
  readonly field: string;
  readonly kind: FieldChange['kind'];
  readonly old_value: string | null;
  readonly new_value: string | null;
}

/** The changes of related cases, by their index and in no order: nothing is sorted or collected. */
function* iterateNaming(sqlite: Database.Database): Generator<ChangeRow> {
  if (hasTable(sqlite, 'case_changes'))
    yield* sqlite.prepare<[], ChangeRow>(`SELECT * FROM case_changes WHERE field = '${RELATED}'`).iterate();
}

/** The changes of the payload of one case, newest first. */
function listChanges(sqlite: Database.Database, caseId: number): readonly ChangeRow[] {
  return sqlite
    .prepare<[number], ChangeRow>(
      `SELECT * FROM case_changes WHERE case_id = ? AND substr(field, 1, 7) <> 'mirror_' ORDER BY id DESC`,
    )
    .all(caseId);
}

function toChange({ field, kind, old_value, new_value }: ChangeRow): FieldChange {
  return { field, kind, before: toValue(old_value), after: toValue(new_value) };
}

const toValue = (text: string | null): JsonValue | undefined => (text === null ? undefined : tryParse(text));

const toText = (value: JsonValue | undefined): string | null =>
  value === undefined ? null : JSON.stringify(value);

/** The values of a change without the name; null if they do not have it. A value without it stays, readable or not. */
function toWithheld(
  row: ChangeRow,
  isRemoved: IsWithheld,
): { old: string | null; now: string | null } | null {
  const change = toChange(row);
  const left = changeWithoutNames(change, isRemoved);
  if (left === change) return null;
  return {
    old: left.before === change.before ? row.old_value : toText(left.before),
    now: left.after === change.after ? row.new_value : toText(left.after),
  };
}

interface CaseRow {
  readonly mirror_payload: string;
  readonly mirror_entry_keys: string | null;
  readonly mirror_fingerprint: string;
  readonly mirror_changed_run_id: number;
}

/** Whether the payload could be read; otherwise nothing of the case is changed. */
function removeFrom(sqlite: Database.Database, id: number, isRemoved: IsWithheld): boolean {
  const row = sqlite
    .prepare<[number], CaseRow>(
      'SELECT mirror_payload, mirror_entry_keys, mirror_fingerprint, mirror_changed_run_id FROM cases WHERE id = ?',
    )
    .get(id);
  if (row === undefined) return true;
  const stored = tryParse(row.mirror_payload);
  if (!isJsonObject(stored)) return false;
  const changes = listChanges(sqlite, id);
  const fingerprints = listFingerprints(sqlite, id, row, changes, isRemoved);

  const payload = withoutNames(stored, isRemoved);
  sqlite
    .prepare('UPDATE cases SET mirror_payload = ?, mirror_fingerprint = ? WHERE id = ?')
    .run(JSON.stringify(payload), fingerprints.get(null) ?? row.mirror_fingerprint, id);
  const rename = sqlite.prepare('UPDATE case_versions SET fingerprint = ? WHERE case_id = ? AND run_id = ?');
  for (const [runId, value] of fingerprints) if (runId !== null) rename.run(value, id, runId);
  const rewrite = sqlite.prepare('UPDATE case_changes SET old_value = ?, new_value = ? WHERE id = ?');
  for (const change of changes) {
    const values = toWithheld(change, isRemoved);
    if (values !== null) rewrite.run(values.old, values.now, change.id);
  }
  const related = sqlite.prepare<[number], { mirror_position: number; id: number | null }>(
    'SELECT mirror_position, id FROM related_cases WHERE case_id = ? AND name IS NOT NULL',
  );
  const clear = sqlite.prepare(
    'UPDATE related_cases SET name = NULL WHERE case_id = ? AND mirror_position = ?',
  );
  const left = toRelatedRows(payload);
  for (const { mirror_position, id: other } of related.all(id))
    if (isRemoved(other) || left[mirror_position]?.name === null) clear.run(id, mirror_position);
  // The bytes that the API sends have the name: they are read again, and compared with what is stored now.
  sqlite.prepare('DELETE FROM mirror_raw_hashes WHERE case_id = ?').run(id);
  return true;
}

/** What fails where JSON in a row is damaged: it is not JSON, or has no member that it must have. */
const DAMAGES = [BrokenHistory, SyntaxError, TypeError];

/**
 * The new fingerprints of a case without the name: by the run of a past version, and by null for the present. One that is
 * recorded and does not fit its version is not among them.
 */
function listFingerprints(
  sqlite: Database.Database,
  id: number,
  row: CaseRow,
  newestFirst: readonly ChangeRow[],
  isRemoved: IsWithheld,
): ReadonlyMap<number | null, string> {
  const present = sqlite.prepare<[number], Entry>('SELECT * FROM docket_entries WHERE case_id = ?').all(id);
  const past = sqlite
    .prepare<[number], PastEntry>('SELECT * FROM docket_entry_versions WHERE case_id = ?')
    .all(id);
  const versions = sqlite
    .prepare<[number], { runId: number; recorded: string }>(
      'SELECT run_id AS runId, fingerprint AS recorded FROM case_versions WHERE case_id = ? ORDER BY run_id DESC',
    )
    .all(id);
  const found = new Map<number | null, string>();
  const add = (key: number | null, version: JsonObject, entries: Iterable<Entry>, recorded: string): void => {
    const list = [...entries].map(toEntry);
    const hash = (one: JsonObject): string =>
      fingerprint(splitPayload(fromVersion(one, list) as CasePayload));
    if (hash(version) === recorded) found.set(key, hash(withoutNames(version, isRemoved)));
  };
  try {
    let version = parseVersion(row.mirror_payload, row.mirror_entry_keys);
    add(null, version, present, row.mirror_fingerprint);
    let at = 0;
    for (const { runId, recorded } of versions) {
      const from = at;
      while ((newestFirst[at]?.run_id ?? 0) > runId) at++;
      version = undoChanges(version, newestFirst.slice(from, at).map(toChange));
      add(runId, version, toEntriesAsOf(present, past, runId).values(), recorded);
    }
  } catch (thrown) {
    // Damaged JSON in an entry or a change: neither this version nor an earlier one can be proven, nor could it before.
    if (!DAMAGES.some((one) => thrown instanceof one)) throw thrown;
  }
  return found;
}
