import type { CaseCollection } from '../../../fake-api/collection/collection.ts';
import { toEntry, type EntryColumns } from '../../../src/case/docket-rows.ts';
import type { Mirror } from '../../../src/db/open-mirror.ts';
import type { JsonObject, JsonValue } from '../../../src/lib/json.ts';
import { toOrderless } from '../stored-content.ts';

/**
 * The differences between the documents, further dockets and resources in a mirror and those in the collection; empty
 * if there are none. Order has no meaning.
 */
export function compareLinked(mirror: Mirror, source: CaseCollection): string[] {
  return listStored(mirror, source).flatMap((caseId) => {
    const { linked } = source;
    const further = linked
      .docketsOf(caseId, source.get(caseId)?.main_docket)
      .filter(({ is_main_docket: isMain }) => isMain !== true);
    const resources = linked.resourcesOf(caseId).map(({ value }) => value);
    return [
      ...compare(`document of case ${caseId}`, findDocuments(mirror, caseId), linked.documentsOf(caseId)),
      ...compare(`further docket of case ${caseId}`, findFurtherDockets(mirror, caseId), further),
      ...compare(`resource of case ${caseId}`, findResources(mirror, caseId), resources),
    ];
  });
}

/** A case that is in no list of cases is in no mirror. */
function listStored({ sqlite }: Mirror, source: CaseCollection): number[] {
  const stored = new Set(sqlite.prepare<[], number>('SELECT id FROM cases').pluck().all());
  return source.ids().filter((id) => stored.has(id));
}

function compare(what: string, stored: readonly JsonObject[], served: readonly JsonObject[]): string[] {
  const [here, there] = [stored.map(toOrderless).sort(), served.map(toOrderless).sort()];
  return [
    ...here.filter((one) => !there.includes(one)).map((one) => `only stored: ${what}: ${one.slice(0, 300)}`),
    ...there.filter((one) => !here.includes(one)).map((one) => `not stored: ${what}: ${one.slice(0, 300)}`),
    ...(here.length === there.length ? [] : [`${here.length} are stored of ${there.length}: ${what}`]),
  ];
}

const OPEN = 'mirror_to_run_id IS NULL AND mirror_missing_run_id IS NULL';

function findDocuments(mirror: Mirror, caseId: number): JsonObject[] {
  return listPayloads(
    mirror,
    `SELECT mirror_payload FROM documents JOIN case_documents ON document_id = id WHERE case_id = ? AND ${OPEN}`,
    caseId,
  );
}

function findResources(mirror: Mirror, caseId: number): JsonObject[] {
  return listPayloads(
    mirror,
    `SELECT mirror_payload FROM resources JOIN case_resources ON resource_key = mirror_key
     WHERE case_id = ? AND ${OPEN}`,
    caseId,
  );
}

function listPayloads({ sqlite }: Mirror, sql: string, caseId: number): JsonObject[] {
  const payloads = sqlite.prepare<[number], string>(sql).pluck().all(caseId);
  return payloads.map((payload) => JSON.parse(payload) as JsonObject);
}

/** The dockets with their current entries. */
function findFurtherDockets({ sqlite }: Mirror, caseId: number): JsonObject[] {
  const dockets = sqlite
    .prepare<[number], { mirror_key: number; mirror_payload: string; mirror_entry_keys: string | null }>(
      `SELECT mirror_key, mirror_payload, mirror_entry_keys FROM further_dockets
       JOIN case_further_dockets ON docket_key = mirror_key WHERE case_id = ? AND ${OPEN}`,
    )
    .all(caseId);
  const listEntries = sqlite.prepare<[number], EntryColumns>(
    `SELECT * FROM further_docket_entries
     WHERE mirror_docket_key = ? AND mirror_departed_run_id IS NULL AND mirror_missing_run_id IS NULL`,
  );
  return dockets.map(({ mirror_key: key, mirror_payload: payload, mirror_entry_keys: keys }) => {
    const docket = JSON.parse(payload) as JsonObject;
    const entries: JsonValue[] = listEntries.all(key).map(toEntry);
    return keys === null ? docket : { ...docket, docket_entries: entries };
  });
}
