import {
  ATTACHMENT_FIELDS,
  DEFENDANT_FIELDS,
  RELATED_CASE_FIELDS,
  VALUE_FIELDS,
} from '../../src/api/payload.ts';
import { KNOWN_FIELDS } from '../../src/case/shown-fields.ts';
import type { CaseCollection } from '../../fake-api/collection/collection.ts';
import type { JsonObject, JsonValue } from '../../src/lib/json.ts';
import { makeCase } from './make-case.ts';
import { makeDocument } from './make-document.ts';

/*
 * Records with an unknown object in every place: in place of every known field, in its list, in a list in its list, in an
 * object of its list, and in unknown fields of all of them.
 */

/** The cases that {@link plantObjects} gives such objects; the first has the documents, dockets and resources. */
export const PLANTED = [11, 12] as const;

export const toPlainCases = (): JsonObject[] =>
  PLANTED.map((id, at) =>
    makeCase({ id, name: `Planted v. Case ${id}`, ...(at > 0 && { main_docket: null }) }),
  );

/** Serves the cases and records with these objects, in place of those of before. */
export function plantObjects(source: CaseCollection, object: JsonObject): void {
  for (const [at, id] of PLANTED.entries())
    source.put({ ...plantCase(object, at), id, name: `Planted v. Case ${id}` });
  const [caseId] = PLANTED;
  for (const id of [77, 78]) {
    source.linked.removeDocument(caseId, id);
    const kept = { id, document_status: 'Coding Complete' };
    source.linked.putDocument(caseId, {
      ...makeDocument({ id }),
      ...plant(KNOWN_FIELDS.document, object, id),
      ...kept,
    });
  }
  source.linked.changeDockets(caseId, () =>
    [501, 502].map((id) => ({
      ...plant(KNOWN_FIELDS.docket, object, id),
      id,
      is_main_docket: false,
      ...(id === 501 && { docket_entries: plantEach(KNOWN_FIELDS.docket_entry, object, plantAttachments) }),
    })),
  );
  for (const at of [0, 1]) {
    source.linked.removeResource(`${at}`);
    const kept = { title: `Paper ${at}`, status: 'Approved', external_url: `https://papers.example/${at}` };
    const value = {
      ...plant(KNOWN_FIELDS.resource, object, at),
      resource_types: toShapes(object)[at + 3] ?? null,
      ...kept,
    };
    source.linked.putResource({ key: `${at}`, cases: [caseId], value });
  }
}

/** What may stand in a place instead of what is expected there. */
const toShapes = (object: JsonObject): JsonValue[] => [
  object,
  [object],
  [[object]],
  ['Plain', object, [object], null],
  [{ value: object }, { value: 'Plain', ...toUnknown(object) }, { value: [object] }],
];

const toUnknown = (object: JsonObject): JsonObject => ({
  vault: object,
  vaults: ['Plain', object],
  deep: [[object]],
  nested: { one: { two: [object] } },
  'main_docket.vault': object,
  'vault "quoted"': object,
});

/** An object of which each field has another shape, beginning with this one, and with unknown fields. */
function plant(fields: object, object: JsonObject, first: number): JsonObject {
  const shapes = toShapes(object);
  return {
    ...Object.fromEntries(
      Object.keys(fields).map((name, at) => [name, shapes[(first + at) % shapes.length] ?? null]),
    ),
    ...toUnknown(object),
  };
}

/** A list of such objects, so that each field has each shape in one of them, and of objects that are not such objects. */
function plantEach(
  fields: object,
  object: JsonObject,
  more: (object: JsonObject) => JsonObject = () => ({}),
): JsonValue[] {
  const shapes = toShapes(object);
  const [known] = Object.keys(fields);
  return [
    ...shapes.map((_, first) => plant(fields, object, first)),
    { [known ?? '']: 1, ...more(object), ...toUnknown(object) },
    { title: object.title ?? null },
    ...(fields === KNOWN_FIELDS.docket_entry ? [] : [[object], 'Plain']),
  ];
}

const plantAttachments = (object: JsonObject): JsonObject => ({
  attachments: plantEach(ATTACHMENT_FIELDS, object),
});

function plantCase(object: JsonObject, first: number): JsonObject {
  const planted = plant(KNOWN_FIELDS.case, object, first);
  if (first > 0)
    return { ...planted, main_docket: object, case_defendants: object, related_cases: [[object]] };
  return {
    ...planted,
    plaintiff_type: plantEach(VALUE_FIELDS, object),
    case_defendants: plantEach(DEFENDANT_FIELDS, object),
    related_cases: [
      ...plantEach(RELATED_CASE_FIELDS, object),
      { id: 9, name: 'Known', ...toUnknown(object) },
    ],
    main_docket: {
      ...plant(KNOWN_FIELDS.main_docket, object, first),
      docket_entries: plantEach(KNOWN_FIELDS.docket_entry, object, plantAttachments),
    },
  };
}
