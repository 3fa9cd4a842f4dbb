import { eq } from 'drizzle-orm';
import { joinPayload } from '../cases/split-payload.ts';
import { toEntry } from '../cases/to-docket-rows.ts';
import { MirrorError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { toNotMirrored } from './not-mirrored.ts';
import type { Mirror } from './open-mirror.ts';
import { cases, docketEntries } from './schema.ts';

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
