import { type SplitPayload, fingerprint, joinPayload, splitPayload } from '../case/fingerprint.ts';
import { type EntryColumns, toEntry } from '../case/docket-rows.ts';
import type { CasePayload } from '../api/payload.ts';
import { messageOf } from '../errors/mirror-error.ts';
import { type JsonObject, isJsonObject } from '../lib/json.ts';
import { type Violation, Unreadable, show } from './checks.ts';
import type { StoredRows } from './stored-rows.ts';

/** A case's payload, rebuilt from its rows. */
export interface Rebuilt {
  readonly payload: CasePayload;
  readonly split: SplitPayload;
}

/** Rebuilds a payload from its rows, as `findCase` does. Fails with {@link Unreadable}. */
function rebuildPayload({ case: row, entries }: StoredRows): Rebuilt {
  const rest = parseObject('cases.mirror_payload', row.mirror_payload);
  const payload = joinPayload({ rest, entries: toEntriesInOrder(row.mirror_entry_keys, entries) });
  if (payload.id !== row.id) throw new Unreadable('the id in the payload', show(row.id), payload.id);
  return { payload: payload as CasePayload, split: splitPayload(payload as CasePayload) };
}

function toEntriesInOrder(keys: string | null, entries: StoredRows['entries']): JsonObject[] | null {
  if (keys === null) return null;
  const list = parse('cases.mirror_entry_keys', keys);
  if (!Array.isArray(list)) throw new Unreadable('cases.mirror_entry_keys', 'a JSON list', keys);
  const byKey = new Map<unknown, StoredRows['entries'][number]>(
    entries.map((entry) => [entry.mirror_key, entry]),
  );
  return list.map((key: unknown) => {
    const entry = byKey.get(key);
    if (entry === undefined)
      throw new Unreadable(`the docket entry with mirror_key ${show(key)}`, 'a row', undefined);
    return readEntry('docket_entries', entry);
  });
}

/** The entry that a row of `table` holds. Fails with {@link Unreadable}. */
export function readEntry(table: string, row: EntryColumns): JsonObject {
  try {
    return toEntry(row);
  } catch (cause) {
    throw new Unreadable(
      `the row of ${table} with mirror_key ${row.mirror_key}`,
      'a docket entry',
      messageOf(cause),
    );
  }
}

function parseObject(what: string, text: string): JsonObject {
  const value = parse(what, text);
  if (!isJsonObject(value)) throw new Unreadable(what, 'a JSON object', text);
  return value;
}

function parse(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Unreadable(what, 'JSON', text);
  }
}

export interface CheckedPayload {
  /** Null if the rows make no payload. */
  readonly rebuilt: Rebuilt | null;
  /** Whether its fingerprint equals the stored one. */
  readonly isProven: boolean;
}

/** Rebuilds a payload and compares its fingerprint with the stored one. */
export function* checkPayload(stored: StoredRows): Generator<Violation, CheckedPayload> {
  let rebuilt: Rebuilt;
  try {
    rebuilt = rebuildPayload(stored);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    yield error.violation;
    return { rebuilt: null, isProven: false };
  }
  const expected = stored.case.mirror_fingerprint;
  const found = fingerprint(rebuilt.split);
  if (found !== expected) yield { what: 'the fingerprint of the payload', expected, found };
  return { rebuilt, isProven: found === expected };
}
