import type { LinkedKind } from '../../src/api/linked-fields.ts';
import type { LinkedRead } from '../../src/api/linked-lists.ts';
import type { CasePayload } from '../../src/api/payload.ts';
import { readAnyRecord } from '../../src/api/page-records.ts';
import { splitRecords } from '../../src/api/split-page.ts';
import type { LinkedFigures } from '../../src/db/linked/list-states.ts';
import { prepareWriteRead } from '../../src/db/linked/write-read.ts';
import type { Mirror } from '../../src/db/open-mirror.ts';
import { type JsonObject, isJsonObject } from '../../src/lib/json.ts';
import { storeDay } from '../history/store-day.ts';
import { makeCase, makeDocket } from './make-case.ts';
import { openEmptyMirror } from './open-empty-mirror.ts';

export interface LinkedMirror {
  readonly mirror: Mirror;
  /** Begins another run in which these cases are served. Returns its id. */
  readonly run: (cases?: readonly JsonObject[]) => number;
  /** Stores a complete read of a list in the newest run. */
  readonly read: (caseId: number, kind: LinkedKind, records: readonly JsonObject[]) => LinkedFigures;
  /** The same for records as bytes. */
  readonly readBytes: (caseId: number, kind: LinkedKind, list: string | Buffer) => LinkedFigures;
  readonly rows: (sql: string) => Record<string, unknown>[];
  /** The number of rows that `act` wrote to all tables except the state of lists. */
  readonly countWrites: (act: () => unknown) => number;
}

/** A mirror with these cases and one run. The ids of their main dockets begin with 7001. */
export function openLinkedMirror(
  ids: readonly number[] = [1, 2],
  mirror: Mirror = openEmptyMirror(),
): LinkedMirror {
  const served = ids.map((id) =>
    makeCase({ id, name: `Case ${id}`, main_docket: makeDocket({ id: 7000 + id }) }),
  );
  const writeRead = prepareWriteRead(mirror);
  let runId = 0;
  const run = (cases: readonly JsonObject[] = []): number =>
    (runId = storeDay(mirror, [
      ...served.filter(({ id }) => !cases.some((one) => one.id === id)),
      ...cases,
    ] as CasePayload[]));
  run();
  const readBytes = (caseId: number, kind: LinkedKind, list: string | Buffer): LinkedFigures =>
    writeRead(toRead(caseId, kind, list), {
      runId,
      at: new Date(Date.UTC(2030, 0, runId, 4)),
      passId: null,
    });
  const rows = (sql: string) => mirror.sqlite.prepare<[], Record<string, unknown>>(sql).all();
  const total = (): number => Number(mirror.sqlite.prepare('SELECT total_changes()').pluck().get());
  return {
    mirror,
    run,
    readBytes,
    read: (caseId, kind, records) =>
      readBytes(caseId, kind, records.map((record) => JSON.stringify(record)).join(',')),
    rows,
    countWrites(act) {
      const before = total();
      act();
      // Two statements write the state of the list, each with its seal.
      return total() - before - 4;
    },
  };
}

/** A read of a list with these records, as the API client returns it. */
export function toRead(caseId: number, kind: LinkedKind, list: string | Buffer): LinkedRead {
  const read = splitRecords(Buffer.from(list)).map((record) => readAnyRecord(record, true));
  const isUsable = (value: unknown): value is JsonObject =>
    isJsonObject(value) && (kind !== 'documents' || Number.isSafeInteger(value.id));
  return {
    caseId,
    kind,
    records: read.flatMap(({ value, bytes, odd }) =>
      isUsable(value) ? [{ payload: value, bytes, odd }] : [],
    ),
    rejected: read.flatMap(({ value, bytes, odd }) =>
      isUsable(value)
        ? []
        : [
            {
              why: odd?.why ?? 'no id',
              bytes,
              isJson: odd?.isJson ?? true,
              id: isJsonObject(value) && typeof value.id === 'number' ? value.id : null,
            },
          ],
    ),
    envelope: read.length === 0 ? 'empty_list' : 'count',
    pages: 1,
    requests: 1,
    drift: [],
  };
}

/** The open links of a kind, as `case record`. */
export function listLinks({ rows }: LinkedMirror, kind = 'document'): string[] {
  return rows(
    `SELECT case_id || ' ' || record_key AS link FROM case_links WHERE record_kind = '${kind}' AND mirror_to_run_id IS NULL
     ORDER BY case_id, record_key`,
  ).map(({ link }) => String(link));
}

/** A document as it is stored; undefined if the mirror has none. */
export function findDocument({ sqlite }: Mirror, id: number) {
  const row = sqlite
    .prepare<
      [number],
      {
        text: string;
        hidden: string | null;
        firstRunId: number;
        changedRunId: number;
        departedRunId: number | null;
        redactedRunId: number | null;
      }
    >(
      `SELECT mirror_payload AS text, mirror_hidden AS hidden, mirror_first_run_id AS firstRunId,
        mirror_changed_run_id AS changedRunId, mirror_departed_run_id AS departedRunId,
        mirror_redacted_run_id AS redactedRunId FROM documents WHERE id = ?`,
    )
    .get(id);
  return row && { ...row, payload: JSON.parse(row.text) as JsonObject };
}
