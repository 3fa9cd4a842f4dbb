import { setImmediate as nextTick } from 'node:timers/promises';
import type { CasePayload } from '../api/payload.ts';
import { type EntryColumns, toEntry } from '../case/docket-rows.ts';
import { fingerprint, joinPayload, splitPayload } from '../case/fingerprint.ts';
import { withoutNames } from '../case/related-names.ts';
import { showWithNames } from '../case/shown-fields.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { prepareIsWithheld } from '../db/public-names.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import type { JsonObject } from '../lib/json.ts';
import { ContentHash } from './tally.ts';
import { readLines, toLine } from './formats/ndjson.ts';
import { finishing, openTextFile } from './formats/format.ts';
import { SUMMARIES } from './tables-of-cases.ts';

/*
 * Whole cases, one in a line, with all that is nested in them: as the API sent them if its values are wanted, and otherwise
 * without what may not be public (src/case/shown-fields.ts).
 */

interface CaseRow {
  readonly mirror_payload: string;
  readonly mirror_entry_keys: string | null;
}

/** What the content hash takes of a case: its id and its fingerprint, which the order of keys does not change. */
function toHashLine(payload: JsonObject): string {
  return `${JSON.stringify(payload.id)} ${fingerprint(splitPayload(payload as CasePayload))}`;
}

interface WholeRequest {
  readonly caseIds: readonly number[];
  readonly isRaw: boolean;
  readonly withoutTexts: boolean;
  readonly signal: AbortSignal;
  readonly onRows?: (() => void) | undefined;
}

/** A case without summaries. */
const leaveSummariesOut = (whole: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(whole).filter(([name]) => !SUMMARIES.has(name)));

/** A case has a hundred entries, and some have thousands. */
const CASES_A_CALL = 20;

/** Writes the cases to a new file. Returns the hash of their content. Fails with DATABASE_DAMAGED or the signal's reason. */
export async function writeWholeCases(
  mirror: Mirror,
  path: string,
  { caseIds, isRaw, withoutTexts, signal, onRows }: WholeRequest,
): Promise<ContentHash> {
  const readPayload = prepareReadPayload(mirror);
  const isWithheld = isRaw ? () => false : prepareIsWithheld(mirror);
  const hash = new ContentHash();
  const file = openTextFile(path);
  await finishing(file.close, async () => {
    for (const id of caseIds) {
      const whole = withoutNames(readPayload(id), isWithheld);
      const shown = isRaw && !withoutTexts ? whole : showWithNames(whole, withoutTexts ? 'none' : 'plain');
      const payload = withoutTexts ? leaveSummariesOut(shown) : shown;
      file.write(toLine(JSON.stringify(payload)));
      hash.addLine(toHashLine(payload));
      if (hash.rows % CASES_A_CALL === 0) onRows?.();
      await nextTick();
      signal.throwIfAborted();
    }
  });
  return hash;
}

/** Reads the file back, and adds its content to a hash. Fails with the signal's reason. */
export async function hashWholeCases(
  path: string,
  hash: ContentHash,
  { signal, onRows }: Pick<WholeRequest, 'signal' | 'onRows'>,
): Promise<void> {
  for await (const line of readLines(path)) {
    hash.addLine(toHashLine(JSON.parse(line) as JsonObject));
    if (hash.rows % CASES_A_CALL === 0) onRows?.();
    signal.throwIfAborted();
  }
}

function prepareReadPayload({ sqlite }: Mirror): (id: number) => JsonObject {
  const findCase = sqlite.prepare<[number], CaseRow>(
    'SELECT mirror_payload, mirror_entry_keys FROM cases WHERE id = ?',
  );
  const listEntries = sqlite.prepare<[number], EntryColumns>(
    'SELECT * FROM docket_entries WHERE case_id = ?',
  );
  return (id) => {
    const row = findCase.get(id);
    if (row === undefined) throw new MirrorError('DATABASE_DAMAGED', `The case ${id} has no row.`);
    const rest = JSON.parse(row.mirror_payload) as JsonObject;
    if (row.mirror_entry_keys === null) return joinPayload({ rest, entries: null });
    const byKey = new Map(listEntries.all(id).map((entry) => [entry.mirror_key, entry]));
    const entries = (JSON.parse(row.mirror_entry_keys) as number[]).map((key) => {
      const entry = byKey.get(key);
      if (entry === undefined)
        throw new MirrorError('DATABASE_DAMAGED', `The docket entry ${key} of case ${id} has no row.`);
      return toEntry(entry);
    });
    return joinPayload({ rest, entries });
  };
}
