import { eq } from 'drizzle-orm';
import { joinPayload } from '../cases/fingerprint.ts';
import { toEntry } from '../cases/to-docket-rows.ts';
import { MirrorError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Mirror } from './open-mirror.ts';
import { cases, docketEntries } from './schema.ts';

/**
 * Why there is no case of this id, as an error: CASE_KEPT_ASIDE where the API sent a record of it that could not be read,
 * else CASE_NOT_MIRRORED.
 */
export function toNotMirrored(
  { sqlite, path }: Pick<Mirror, 'sqlite' | 'path'>,
  caseId: number,
): MirrorError {
  const why = sqlite
    .prepare<[number], string>(
      'SELECT why FROM kept_aside WHERE case_id = ? ORDER BY last_run_id DESC, first_run_id DESC LIMIT 1',
    )
    .pluck()
    .get(caseId);
  if (why === undefined) return new MirrorError('CASE_NOT_MIRRORED', `${path} holds no case ${caseId}.`);
  const reason = why.replace(/\.$/, '');
  return new MirrorError(
    'CASE_KEPT_ASIDE',
    `The record of case ${caseId} that the API sent could not be read as a case, so it is kept aside, and its list is partial: ${reason}.`,
    {
      hint: `Its bytes are in the mirror: \`query "SELECT why, record FROM kept_aside WHERE case_id = ${caseId}"\`. A sync stores the case as soon as the API sends it right.`,
    },
  );
}

/** What the mirror itself knows of a case, beside the API's payload. */
export interface StoredCase {
  readonly id: number;
  /** Equal to what the API sent, up to the order of keys. */
  readonly payload: JsonObject;
  readonly fingerprint: string;
  readonly firstRunId: number;
  readonly changedRunId: number;
}

/** Reads a case whole, at one moment even while a sync writes. Fails with CASE_NOT_MIRRORED or CASE_KEPT_ASIDE. */
export function findCase(mirror: Mirror, id: number): StoredCase {
  return mirror.db.transaction((moment) => {
    const row = moment.select().from(cases).where(eq(cases.id, id)).get();
    if (row === undefined) throw toNotMirrored(mirror, id);
    const entries = moment.select().from(docketEntries).where(eq(docketEntries.case_id, id)).all();
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

/** The rows in the order of the API's list; null when the payload had no list of entries. */
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
