import { getTableName } from 'drizzle-orm';
import type { Mirror } from '../../db/open-mirror.ts';
import type { RecordKind } from '../../db/schema/schema.ts';
import { RECORD_SPECS } from '../../linked/kinds.ts';
import { readStateAsOf } from './query.ts';
import { INLINE_TABLE } from './shadow-content.ts';
import { rebuiltOf } from './shadow-linked.ts';

/** How many cases and records of a past state have left the site since, or are no longer for the public. */
export interface Withheld {
  readonly cases: number;
  readonly documents: number;
  readonly further_dockets: number;
  readonly resources: number;
}

export const NOTHING_WITHHELD: Withheld = { cases: 0, documents: 0, further_dockets: 0, resources: 0 };

/**
 * Has the connection read the mirror as it was after a run, except that what has left the site since counts as departed,
 * and what is no longer for the public as hidden: the clean views then leave it out. Returns how much that is.
 */
export function readPublicStateAsOf(mirror: Mirror, runId: number): Withheld {
  readStateAsOf(mirror, runId);
  return {
    cases: withholdCases(mirror),
    documents: withholdRecords(mirror, 'document'),
    further_dockets: withholdRecords(mirror, 'docket'),
    resources: withholdRecords(mirror, 'resource'),
  };
}

function withholdCases({ sqlite }: Mirror): number {
  return sqlite
    .prepare(
      `UPDATE temp.${INLINE_TABLE} AS past SET mirror_departed_run_id =
         (SELECT coalesce(mirror_departed_run_id, mirror_redacted_run_id) FROM main.cases AS now WHERE now.id = past.id)
       WHERE mirror_is_rebuilt AND mirror_departed_run_id IS NULL AND EXISTS (SELECT 1 FROM main.cases AS now WHERE now.id = past.id
         AND (now.mirror_departed_run_id IS NOT NULL OR now.mirror_redacted_run_id IS NOT NULL))`,
    )
    .run().changes;
}

/** Every clean view leaves out what is hidden. A record that did not change after the run is read from its present row. */
function withholdRecords({ sqlite }: Mirror, kind: RecordKind): number {
  const { table, key } = RECORD_SPECS[kind];
  const name = getTableName(table);
  const isPublic = (row: string): string =>
    `${row}.mirror_hidden IS NULL AND ${row}.mirror_departed_run_id IS NULL AND ${row}.mirror_redacted_run_id IS NULL`;
  return sqlite
    .prepare(
      `UPDATE temp.${rebuiltOf(name)} AS past SET mirror_hidden = 'status'
       WHERE ${isPublic('past')} AND EXISTS (SELECT 1 FROM main.${name} AS now WHERE now.${key} = past.${key} AND NOT (${isPublic('now')}))`,
    )
    .run().changes;
}
