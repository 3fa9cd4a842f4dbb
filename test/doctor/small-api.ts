import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../src/lib/json.ts';
import { makeCase } from '../support/make-case.ts';

/** Answers one request; returns whether it did. */
export type Answer = (path: string, request: IncomingMessage, response: ServerResponse) => boolean;

export interface SmallApi {
  readonly url: string;
  /** Path and query of each request, with its headers. */
  readonly requests: readonly { readonly path: string; readonly headers: IncomingMessage['headers'] }[];
  /** When each request arrived and its response ended, to see that they do not overlap. */
  readonly open: () => number;
}

/** The shape of the API. The default is the documented one. */
export interface Shape {
  readonly pageSize?: number;
  readonly order?: 'ascending' | 'descending';
  /** How the lists of one case come. */
  readonly linked?: 'envelope' | 'without count' | 'bare';
  /** How a list of one case without items comes. */
  readonly nothing?: 'results' | 'bare' | '400' | '404';
  /** Whether `documents/` is offered, and whether its documents name their case. */
  readonly allDocuments?: 'no' | 'yes' | 'naming cases';
  /** Whether the case has a resource. */
  readonly resources?: boolean;
  readonly etag?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called before the usual answer; returns whether it has answered. */
  readonly answer?: Answer;
}

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const BASE = '/api/v2p1/';
export const TOKEN = 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334';
/** Words that stand in the content of each kind of record: no report may contain any of them. */
export const SECRETS = ['Lamplighter', 'Quillfeather', 'Brambleshaw', 'Thistlewood'] as const;
const [CASE_NAME, TITLE, RESOURCE_TITLE, TEXT] = SECRETS;
/** Ids that a report must not contain either. */
export const FIRST_ID = 771_001;
export const FIRST_DOCUMENT_ID = 882_001;
const CASES = 7;

/** A small API in one of many shapes, on a free port of this machine. */
export async function startSmallApi(shape: Shape = {}): Promise<SmallApi> {
  const requests: { path: string; headers: IncomingMessage['headers'] }[] = [];
  let open = 0;
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push({ path, headers: request.headers });
    open++;
    response.once('close', () => open--);
    if (shape.answer?.(path, request, response) === true) return;
    respond(shape, new URL(path, `http://${request.headers.host ?? ''}`), request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}${BASE}`, requests, open: () => open };
}

export function send(response: ServerResponse, status: number, body: JsonValue, headers = {}): true {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
  return true;
}

function respond(shape: Shape, url: URL, request: IncomingMessage, response: ServerResponse): void {
  const path = url.pathname.slice(BASE.length);
  const reply = (status: number, body: JsonValue, headers = {}): void => {
    send(response, status, body, { ...shape.headers, ...headers });
  };
  if (path === 'cases') {
    response.writeHead(301, { location: `${BASE}cases/${url.search}` }).end();
    return;
  }
  if (request.headers.authorization !== `Token ${TOKEN}`) {
    reply(401, { detail: `Invalid token: ${request.headers.authorization ?? ''}` });
    return;
  }
  const [, id, list] = /^cases\/(\d+)\/(\w+)\/$/.exec(path) ?? [];
  const text = /^documents\/(\d+)\/text\/$/.exec(path)?.[1];
  if (path === 'test') reply(200, { message: 'Success, you have access.' });
  else if (path === 'cases/') respondWithCases(shape, url, request, reply);
  else if (list !== undefined) respondWithLinked(shape, Number(id), list, url, reply);
  else if (text !== undefined) reply(200, { id: Number(text), text: `${TEXT} `.repeat(40) });
  else if (path === 'documents/' && (shape.allDocuments ?? 'no') !== 'no')
    reply(
      200,
      toEnvelope(
        listDocuments(url).map((one) => nameCase(shape, one)),
        1,
        100,
        url,
      ),
    );
  else reply(404, { detail: 'Not found.' });
}

type Reply = (status: number, body: JsonValue, headers?: object) => void;

function respondWithCases(shape: Shape, url: URL, request: IncomingMessage, reply: Reply): void {
  const { searchParams: query } = url;
  const ids = Array.from({ length: CASES }, (_, at) => FIRST_ID + at);
  const wanted = query.get('case_id');
  const found = wanted === null ? ids : ids.filter((id) => String(id) === wanted);
  const sorted = shape.order === 'descending' ? found.toReversed() : found;
  const number = Number(query.get('page') ?? 1);
  const size = shape.pageSize ?? 3;
  if (found.length === 0) {
    reply(400, [`No results for {'case_id': '${wanted ?? ''}'}`]);
    return;
  }
  if (number > Math.ceil(found.length / size)) {
    reply(404, { detail: 'Invalid page.' });
    return;
  }
  const etag = shape.etag === true ? { etag: `W/"${TITLE}-${number}"` } : {};
  if (shape.etag === true && request.headers['if-none-match'] === etag.etag) {
    reply(304, null, etag);
    return;
  }
  const isInProcess = query.has('case_status');
  const records = sorted.map((id) => inventCase(id, isInProcess, url));
  reply(200, toEnvelope(records, number, size, url), etag);
}

function inventCase(id: number, isInProcess: boolean, url: URL): JsonObject {
  return makeCase({
    id,
    name: `${CASE_NAME} v. State`,
    case_ongoing: isInProcess ? null : 'Yes',
    case_status: isInProcess ? 'In Process (Public)' : 'Approved',
    available_documents: ['Complaint (any)'],
    main_docket: inventDocket(id),
    case_documents_url: `${url.origin}${BASE}cases/${id}/documents`,
    case_dockets_url: `https://www.clearinghouse.net/api/v2/cases/${id}/dockets/`,
    case_resources_url: `${url.origin}/api/v2/cases/${id}/resources/`,
  });
}

function inventDocket(id: number): JsonObject {
  return { ...(makeCase({ id }).main_docket as JsonObject), id: id + 100 };
}

function inventResource(): JsonObject {
  return {
    ...Object.fromEntries(RESOURCE_NAMES.map((name) => [name, null])),
    title: RESOURCE_TITLE,
    cases: [1, 2],
  };
}

const RESOURCE_NAMES = `file title author_role abstract author institution citation external_url display_date
  resource_types cases case_types date causes issues special_collections attorney_orgs source status`.split(
  /\s+/,
);

function listDocuments({ origin }: URL): JsonObject[] {
  return [4, 3, 1, 0].map((at) => {
    const id = FIRST_DOCUMENT_ID + at;
    return {
      ...Object.fromEntries(DOCUMENT_NAMES.map((name) => [name, null])),
      id,
      title: TITLE,
      document_status: at === 4 ? 'Deleted' : 'Coding Complete',
      has_text: true,
      text_url: `${origin}${BASE}documents/${id}/text/`,
    };
  });
}

const DOCUMENT_NAMES = `clearinghouse_link date date_is_estimate date_not_available title no_title description
  document_type document_type_other document_source document_status order_type court party_types per_curium
  is_core_document ecf_number file external_url citation_status citation_paren cite_1_vol cite_1_reporter cite_1_page
  cite_2_vol cite_2_reporter cite_2_page cite_3_vol cite_3_reporter cite_3_page has_text text_url`.split(
  /\s+/,
);

const nameCase = ({ allDocuments }: Shape, one: JsonObject): JsonObject =>
  allDocuments === 'naming cases' ? { ...one, case_id: FIRST_ID } : one;

function respondWithLinked(shape: Shape, id: number, list: string, url: URL, reply: Reply): void {
  const items =
    {
      documents: listDocuments(url),
      dockets: [inventDocket(id)],
      resources: shape.resources === true ? [inventResource()] : [],
    }[list] ?? [];
  if (items.length === 0) {
    const nothing = shape.nothing ?? '400';
    if (nothing === '400') reply(400, [`No results for {'case': '${id}'}`]);
    else if (nothing === '404') reply(404, { detail: 'Not found.' });
    else reply(200, nothing === 'bare' ? [] : { count: 0, next: null, previous: null, results: [] });
    return;
  }
  const { count, ...rest } = toEnvelope(items, 1, 100, url);
  const linked = shape.linked ?? 'envelope';
  reply(200, linked === 'bare' ? items : linked === 'envelope' ? { count: count ?? 0, ...rest } : rest);
}

function toEnvelope(records: readonly JsonObject[], number: number, size: number, url: URL): JsonObject {
  const next = new URL(url);
  next.searchParams.set('page', String(number + 1));
  return {
    count: records.length,
    next: number * size < records.length ? next.href : null,
    previous: null,
    results: records.slice((number - 1) * size, number * size),
  };
}
