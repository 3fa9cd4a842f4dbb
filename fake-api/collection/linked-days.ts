import { isJsonObject, type JsonObject, type JsonValue } from '../../src/lib/json.ts';
import { inventEntryText } from '../invent/docket.ts';
import { type CaseFacts, inventDocument } from '../invent/document.ts';
import { Random, mixSeeds } from '../invent/random.ts';
import { PUBLISHED, dateText } from '../invent/times.ts';
import { type LinkedData, textAddressOf } from './linked-data.ts';

const LINKED_DAY_SALT = 53;
/** Above the id of every invented document and docket entry, and of every entry that a day adds. */
const FIRST_DAY_ID = 6_000_000_000;
const IDS_A_DAY = 100_000;

/** The inputs of a change of one case; `newId` is an id that is not in use. */
interface Moment {
  readonly linked: LinkedData;
  readonly caseId: number;
  readonly facts: CaseFacts;
  readonly seed: number;
  readonly random: Random;
  readonly day: number;
  readonly newId: number;
}

type Change = (moment: Moment) => void;

/** The ways in which the linked lists of a case change, the frequent ones more than once. */
const CHANGES: readonly Change[] = [
  addDocument,
  addDocument,
  addDocument,
  addDocument,
  renameDocument,
  renameDocument,
  turnDocument,
  readDocumentAgain,
  removeDocument,
  addFurtherEntry,
  editResource,
];

/** Changes the linked lists of these cases, whether or not the cases themselves change. */
export function advanceLinked(
  linked: LinkedData,
  caseIds: readonly number[],
  seed: number,
  day: number,
): void {
  for (const [place, caseId] of caseIds.entries()) {
    const facts = linked.factsOf(caseId);
    if (facts === undefined) continue;
    const random = new Random(mixSeeds(seed, day, caseId, LINKED_DAY_SALT));
    const newId = FIRST_DAY_ID + day * IDS_A_DAY + place;
    random.pick(CHANGES)({ linked, caseId, facts, seed, random, day, newId });
  }
}

function addDocument({ linked, caseId, facts, seed, day, newId }: Moment): void {
  const document = inventDocument(seed, newId, facts, false, textAddressOf(newId));
  linked.putDocument(caseId, { ...document, date: dateText(PUBLISHED + day) });
}

/** Does something to one of the documents; a case without any gets one. */
function withDocument(moment: Moment, change: (id: number) => void): void {
  const ids = moment.linked.documentIdsOf(moment.caseId);
  if (ids.length === 0) addDocument(moment);
  else change(moment.random.pick(ids));
}

function renameDocument(moment: Moment): void {
  withDocument(moment, (id) => {
    moment.linked.editDocument(id, (document) => ({
      ...document,
      title: `Renamed on ${dateText(PUBLISHED + moment.day)}`,
    }));
  });
}

/** Hides a visible document, or restores a deleted one. */
function turnDocument(moment: Moment): void {
  withDocument(moment, (id) => {
    if (moment.linked.document(id)?.document_status === 'Deleted') moment.linked.showDocument(id);
    else moment.linked.hideDocument(id);
  });
}

function readDocumentAgain(moment: Moment): void {
  withDocument(moment, (id) => {
    const text = moment.linked.textOf(id) ?? '';
    moment.linked.setText(id, `Read again on ${dateText(PUBLISHED + moment.day)}.\n${text}`);
  });
}

function removeDocument(moment: Moment): void {
  withDocument(moment, (id) => {
    moment.linked.removeDocument(moment.caseId, id);
  });
}

/** Adds an entry to a docket that is not in the record of the case, or a document if there is no such docket. */
function addFurtherEntry(moment: Moment): void {
  const { linked, caseId, facts, random, day, newId } = moment;
  if (facts.furtherDockets.length === 0) {
    addDocument(moment);
    return;
  }
  const entry = JSON.parse(inventEntryText(random, facts.traits, 900, newId, PUBLISHED + day)) as JsonValue;
  linked.changeDockets(caseId, (dockets) => {
    const place = dockets.findIndex(({ is_main_docket: isMain }) => isMain === false);
    return dockets.map((docket, at) => (at === place ? withEntry(docket, entry) : docket));
  });
}

function withEntry(docket: JsonObject, entry: JsonValue): JsonObject {
  const { docket_entries: entries } = docket;
  return { ...docket, docket_entries: [...(Array.isArray(entries) ? entries : []), entry] };
}

function editResource(moment: Moment): void {
  const [resource] = moment.linked.resourcesOf(moment.caseId);
  if (resource === undefined || !isJsonObject(resource.value)) {
    addDocument(moment);
    return;
  }
  const value = { ...resource.value, abstract: `Abridged on ${dateText(PUBLISHED + moment.day)}.` };
  moment.linked.putResource({ ...resource, value });
}
