import { createHash } from 'node:crypto';
import { type CasePayload, DOCKET_ENTRY_FIELDS } from '../api/payload.ts';
import { splitPayload, toCanonicalJson } from '../case/fingerprint.ts';
import type { Mirror } from '../db/open-mirror.ts';
import type { JsonValue } from '../lib/json.ts';
import { type ProveVersions, checkHistory, undoVersions } from './history.ts';
import { checkMetadata } from './metadata.ts';
import type { Rebuilt } from './payload.ts';
import { checkPastEntries } from './rows.ts';
import type {
  Circumstances,
  StoredCase,
  StoredChange,
  StoredPastEntry,
  StoredRows,
  StoredVersion,
} from './stored-rows.ts';
import { findMisplaced } from './values.ts';

/* The present and past dockets of the short way, as the lines that their fingerprints hash. */

/** A case that must be checked individually. */
export class NotPlain extends Error {
  override readonly name = 'NotPlain';
}

export function need(isSo: boolean): asserts isSo {
  if (!isSo) throw new NotPlain();
}

/**
 * The line of an entry that the fingerprint hashes; `canonical` is the function that makes the line of its attachments.
 */
export const toLineSql = (canonical: string): string =>
  `json_array(${Object.keys(DOCKET_ENTRY_FIELDS)
    .map((field) =>
      field === 'attachments'
        ? `CASE WHEN attachments IS NULL THEN NULL WHEN attachments = '[]' THEN json('["[]"]')
           ELSE json_array(${canonical}(mirror_id, attachments)) END`
        : field,
    )
    .join(', ')})`;

/** Whether a row equals the entry in its line. A text column with another value makes another line, or none. */
export const IS_PLAIN = `(mirror_rest IS NULL AND typeof(id) = 'integer' AND id = mirror_key AND id BETWEEN 1 AND ${Number.MAX_SAFE_INTEGER}
  AND (row_number IS NULL OR typeof(row_number) = 'integer' AND abs(row_number) <= ${Number.MAX_SAFE_INTEGER})
  AND typeof(mirror_first_run_id) = 'integer')`;

/** The docket of a case, proven by its lines. */
export interface PlainDocket {
  readonly count: number;
  readonly oldestRun: number;
  readonly newestRun: number;
  /** In the order of the lines. */
  readonly keys: string;
  readonly lines: Buffer | null;
  /** JSON lists in the order of the lines; null for a case without a past. */
  readonly ids: string | null;
  readonly runs: string | null;
}

/** Proves that the docket has the fingerprint, and that the case lists exactly its entries. */
export function toPlainDocket(
  found: readonly unknown[],
  { payload, hasEntries, stored }: { payload: CasePayload; hasEntries: boolean; stored: StoredCase },
): PlainDocket {
  const [count, plain, keys, oldestRun, newestRun, lines, ids, runs] = found as [
    number,
    number | null,
    string,
    number,
    number,
    Buffer | null,
    string | null,
    string | null,
  ];
  need(count === (plain ?? 0));
  const hash = createHash('sha256').update(toCanonicalJson(payload));
  if (hasEntries) {
    hash.update('\nentries');
    if (lines !== null) hash.update('\n').update(lines);
    need((lines === null) === (count === 0) && isSameKeys(stored.mirror_entry_keys ?? '', keys, count));
  } else need(count === 0);
  need(hash.digest('hex') === stored.mirror_fingerprint);
  return { count, oldestRun, newestRun, keys, lines, ids, runs };
}

/** Whether two JSON lists hold the same keys, each once. */
function isSameKeys(list: string, present: string, count: number): boolean {
  if (list === present) return true;
  const keys = JSON.parse(list) as number[];
  if (!Array.isArray(keys) || keys.length !== count || JSON.stringify(keys) !== list) return false;
  const sorted = Float64Array.from(keys).sort();
  const others = Float64Array.from(JSON.parse(present) as number[]).sort();
  return sorted.every((key, at) => key === others[at]);
}

export function needNone(violations: Iterator<unknown, unknown>): void {
  need(violations.next().done === true);
}

/**
 * Prepares the proof of the stored history of a case: like the individual check, except for the lines of its dockets.
 */
export function preparePast(sqlite: Mirror['sqlite'], circumstances: Circumstances) {
  sqlite.function(
    'mirror_canonical_past',
    { deterministic: true },
    (_entryId: unknown, text: unknown): string => {
      const value = JSON.parse(text as string) as JsonValue;
      need(Array.isArray(value) && JSON.stringify(value) === text);
      return toCanonicalJson(value);
    },
  );
  const changesOf = sqlite.prepare<[number], StoredChange>(
    `SELECT case_changes.*, sync_runs.started_at AS run_started_at, sync_runs.ended_at AS run_ended_at
     FROM case_changes LEFT JOIN sync_runs ON sync_runs.id = case_changes.run_id
     WHERE case_changes.case_id = ? ORDER BY case_changes.id`,
  );
  const versionsOf = sqlite.prepare<[number], StoredVersion>(
    'SELECT * FROM case_versions WHERE case_id = ? ORDER BY run_id',
  );
  const pastOf = sqlite.prepare<
    [number],
    StoredPastEntry & { readonly is_plain: number; readonly line: Buffer }
  >(
    `SELECT *, ${IS_PLAIN} AS is_plain, CAST(${toLineSql('mirror_canonical_past')} AS BLOB) AS line
     FROM docket_entry_versions WHERE case_id = ? ORDER BY mirror_key, mirror_valid_to_run_id`,
  );
  return (
    bare: StoredRows,
    rebuilt: Rebuilt,
    { keys, ids, runs, lines }: PlainDocket,
  ): { history: number; pastEntries: number } => {
    const { id } = bare.case;
    const [changes, caseVersions, pastEntries] = [changesOf.all(id), versionsOf.all(id), pastOf.all(id)];
    need(pastEntries.every(({ is_plain }) => is_plain === 1));
    const tables = { case_changes: changes, case_versions: caseVersions, docket_entry_versions: pastEntries };
    for (const [table, rows] of Object.entries(tables))
      for (const row of rows) need(findMisplaced(table, row) === undefined);
    const list = (text: string | null): number[] => JSON.parse(text ?? '[]') as number[];
    const [entryIds, firstRuns] = [list(ids), list(runs)];
    const entries = list(keys).map((mirror_key, at) => ({
      mirror_key,
      mirror_id: entryIds[at],
      mirror_first_run_id: firstRuns[at],
    }));
    // The checks of the past read nothing else of an entry.
    const stored = {
      ...bare,
      changes,
      caseVersions,
      pastEntries,
      entries: entries as unknown[],
    } as StoredRows;
    needNone(checkMetadata(stored, rebuilt, circumstances));
    needNone(checkHistory(stored, rebuilt, circumstances, proveByLines(stored, lines, pastEntries)));
    needNone(checkPastEntries(stored, circumstances));
    return { history: changes.length + caseVersions.length, pastEntries: pastEntries.length };
  };
}

/** Proves each version with the lines that its docket had then. Fails with {@link NotPlain}. */
function proveByLines(
  { entries }: StoredRows,
  lines: Buffer | null,
  pastEntries: readonly (StoredPastEntry & { readonly line: Buffer })[],
): ProveVersions {
  const lastUntil = new Map(pastEntries.map((one) => [one.mirror_key, one.mirror_valid_to_run_id]));
  // Latin-1 makes one character of each byte: nothing is decoded, and the order is the same.
  const present = lines === null ? [] : lines.toString('latin1').split('\n');
  need(present.length === entries.length);
  const spells = [
    ...entries.map((entry, at) => ({
      line: present[at] ?? '',
      since: Math.max(entry.mirror_first_run_id, lastUntil.get(entry.mirror_key) ?? 0),
      until: Infinity,
    })),
    ...pastEntries.map((one) => ({
      line: one.line.toString('latin1'),
      since: one.mirror_valid_from_run_id,
      until: one.mirror_valid_to_run_id,
    })),
  ];
  if (pastEntries.length > 0) spells.sort((one, other) => (one.line < other.line ? -1 : 1));
  return function* (stored, rebuilt, changes) {
    yield* undoVersions(stored, rebuilt, changes, (version, runId, expected) => {
      const then = spells
        .filter(({ since, until }) => since <= runId && runId < until)
        .map(({ line }) => line);
      const { rest, entries: list } = splitPayload(version as CasePayload);
      const hash = createHash('sha256').update(toCanonicalJson(rest));
      need(list === null ? then.length === 0 : list.length === 0);
      if (list !== null) hash.update('\nentries');
      if (then.length > 0) hash.update('\n').update(then.join('\n'), 'latin1');
      need(hash.digest('hex') === expected);
      return [];
    });
  };
}
