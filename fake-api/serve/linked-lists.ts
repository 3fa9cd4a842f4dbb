import { type JsonObject, type JsonValue } from '../../src/lib/json.ts';
import type { CaseCollection } from '../collection/collection.ts';
import type { LinkedOptions, LinkedShape } from './options.ts';
import {
  type JsonResponse,
  type ListItem,
  NOT_FOUND,
  type PageResponse,
  type Paging,
  noResults,
  toCursorPage,
  toPage,
} from './paging.ts';
import type { FakeApiRequest, LinkedList } from './request.ts';

/** Responds to a request for a linked list of one case. */
export function respondWithLinked(
  source: CaseCollection,
  caseId: number,
  list: LinkedList,
  request: FakeApiRequest,
  paging: Paging,
  options: LinkedOptions,
): PageResponse | JsonResponse {
  if (!source.has(caseId)) return NOT_FOUND;
  const shape = shapeOf(options, list, paging.pageSize);
  const items = itemsOf(source, caseId, list, options);
  const named = new URLSearchParams({ case: String(caseId) });
  return toShapedPage(items, request, paging, shape, named);
}

/**
 * Responds to the list of all documents (A44). In one place, the reference calls all its parameters optional; in
 * another, it shows a 404 for a request without a case.
 */
export function respondWithDocuments(
  source: CaseCollection,
  request: FakeApiRequest,
  paging: Paging,
  options: LinkedOptions,
): PageResponse | JsonResponse {
  const shape = shapeOf(options, 'documents', paging.pageSize);
  const caseId = paging.query.get('case_id');
  if (caseId === null) {
    if (options.allDocuments === 'not-offered') return NOT_FOUND;
    return toShapedPage(allDocuments(source, options), request, paging, shape, paging.query);
  }
  if (!/^[+-]?\d+$/.test(caseId)) {
    return { kind: 'json', status: 400, body: [`API Error: ${caseId} is not an integer.`] };
  }
  const isKnown = source.has(Number(caseId));
  const items = isKnown ? itemsOf(source, Number(caseId), 'documents', options) : [];
  return toShapedPage(items, request, paging, shape, paging.query);
}

/** Responds to `documents/ID/text/` (A49). */
export function respondWithText(
  { linked }: CaseCollection,
  documentId: number,
  { withoutText }: LinkedOptions,
): JsonResponse {
  const text = linked.textOf(documentId);
  if (text === undefined) return NOT_FOUND;
  if (text === null && withoutText === 'not-found') return NOT_FOUND;
  return { kind: 'json', status: 200, body: { id: documentId, text } };
}

function shapeOf(options: LinkedOptions, list: LinkedList, pageSize: number): Required<LinkedShape> {
  return {
    envelope: 'counted',
    empty: 'no-results',
    order: 'descending',
    pageSize,
    pageSizeParameter: '',
    ...options.all,
    ...options[list],
  };
}

function toShapedPage(
  items: readonly ListItem[],
  { page, number }: FakeApiRequest,
  paging: Paging,
  shape: Required<LinkedShape>,
  named: URLSearchParams,
): PageResponse | JsonResponse {
  if (items.length === 0 && shape.empty !== 'empty-list') {
    return shape.empty === 'not-found' ? NOT_FOUND : noResults(named);
  }
  const ordered = inOrder(items, shape.order, number);
  const asked = Number(paging.query.get(shape.pageSizeParameter));
  const own = { ...paging, pageSize: asked > 0 ? asked : shape.pageSize };
  if (shape.envelope === 'bare') return { kind: 'page', envelope: undefined, results: ordered };
  if (shape.envelope === 'cursor') return toCursorPage(ordered, own);
  if (items.length === 0) return withoutCount(emptyPage, shape);
  return withoutCount(toPage(ordered, page, own), shape);
}

const emptyPage: PageResponse = {
  kind: 'page',
  envelope: { count: 0, next: null, previous: null },
  results: [],
};

function withoutCount(
  response: PageResponse | JsonResponse,
  { envelope }: Pick<LinkedShape, 'envelope'>,
): PageResponse | JsonResponse {
  if (response.kind === 'json' || envelope !== 'uncounted' || response.envelope === undefined)
    return response;
  const { next = null, previous = null } = response.envelope;
  return { ...response, envelope: { next, previous } };
}

function inOrder(
  items: readonly ListItem[],
  order: Required<LinkedShape>['order'],
  requestNumber: number,
): readonly ListItem[] {
  if (order === 'descending') return items;
  const reversed = [...items].reverse();
  if (order === 'ascending') return reversed;
  const turn = requestNumber % Math.max(1, items.length);
  return [...reversed.slice(turn), ...reversed.slice(0, turn)];
}

function itemsOf(
  source: CaseCollection,
  caseId: number,
  list: LinkedList,
  options: LinkedOptions,
): ListItem[] {
  const { linked } = source;
  switch (list) {
    case 'documents':
      return linked
        .documentIdsOf(caseId)
        .map((id) => documentItem(source, caseId, id, options))
        .filter((item) => options.hiddenDocuments || !isHidden(linked.document(item.id ?? 0)));
    case 'dockets':
      return linked.docketsOf(caseId, source.get(caseId)?.main_docket).map((docket) => toItem(docket));
    case 'resources':
      return linked
        .resourcesOf(caseId)
        .map(({ value }) => toItem(withFileAddress(value, options.fileAddress)));
  }
}

/** Every document of the collection, by id descending; a document of several cases occurs once. */
function allDocuments(source: CaseCollection, options: LinkedOptions): ListItem[] {
  const caseOf = new Map<number, number>();
  for (const caseId of source.ids()) {
    for (const id of source.linked.documentIdsOf(caseId)) if (!caseOf.has(id)) caseOf.set(id, caseId);
  }
  return [...caseOf]
    .sort(([one], [other]) => other - one)
    .map(([id, caseId]) => documentItem(source, caseId, id, options))
    .filter(({ id = 0 }) => options.hiddenDocuments || !isHidden(source.linked.document(id)));
}

function documentItem(
  { linked }: CaseCollection,
  caseId: number,
  id: number,
  { allDocuments: offer, textAddress, fileAddress }: LinkedOptions,
): ListItem {
  const read = () => {
    const document = linked.document(id) ?? { id };
    const named =
      offer === 'naming-their-case'
        ? { ...document, case_id: caseId }
        : offer === 'naming-another-case'
          ? { ...document, case_id: caseId + 1 }
          : document;
    const addressed = withFileAddress(withTextAddress(named, id, textAddress), fileAddress);
    return [Buffer.from(JSON.stringify(addressed))];
  };
  return { id, read };
}

function withTextAddress(document: JsonObject, id: number, address: string | undefined): JsonObject {
  return address === undefined || typeof document.text_url !== 'string'
    ? document
    : { ...document, text_url: address.replace('ID', String(id)) };
}

function withFileAddress(record: JsonObject, address: LinkedOptions['fileAddress']): JsonObject {
  if (address === undefined || typeof record.file !== 'string') return record;
  const base = typeof address === 'string' ? address : address(Number(record.id ?? 0));
  return { ...record, file: record.file.replace(/^https:\/\/[^/]+\//, base) };
}

/** Documents that v2 listed although they aren't for readers. */
function isHidden(document: JsonObject | undefined): boolean {
  const { document_status: status, file } = document ?? {};
  const isPublic = status === 'Approved' || status === 'Coding Complete' || status === 'In Process';
  return !isPublic || (typeof file === 'string' && file.includes('/nonpublic/'));
}

function toItem(record: JsonValue & JsonObject): ListItem {
  const { id } = record;
  return {
    id: typeof id === 'number' ? id : undefined,
    read: () => [Buffer.from(JSON.stringify(record))],
  };
}
