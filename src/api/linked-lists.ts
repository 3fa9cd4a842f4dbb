import { createHash } from 'node:crypto';
import { MirrorError } from '../errors/mirror-error.ts';
import { type JsonObject, isJsonObject } from '../lib/json.ts';
import type { Client } from './client.ts';
import type { LinkedKind } from './linked-fields.ts';
import {
  type LinkedAnswer,
  type LinkedEnvelope,
  type LinkedPage,
  readLinkedResponse,
} from './linked-pages.ts';
import { compareAddress, toLinkedNextUrl, toLinkedUrl, toTextUrl } from './linked-urls.ts';
import { type AnyRecord, type OddBytes } from './page-records.ts';
import { kindOf } from './payload.ts';
import type { RawResponse } from './responses.ts';
import type { Drift } from './schema-drift.ts';
import { describePath, leavesPagesOut } from './urls.ts';

/** A record of a linked list. */
export interface LinkedRecord {
  readonly payload: JsonObject;
  /** The bytes as they arrived. */
  readonly bytes: Buffer;
  /** Set if the record could not be parsed exactly; the payload has what could be parsed. */
  readonly odd: OddBytes | null;
}

/** A record that is not what the list should hold. */
export interface RejectedLinkedRecord extends OddBytes {
  readonly id: number | null;
}

/** One complete read of one linked list, from its first page to its last. */
export interface LinkedRead {
  readonly caseId: number;
  readonly kind: LinkedKind;
  /** In the order of the API, each once. */
  readonly records: readonly LinkedRecord[];
  readonly rejected: readonly RejectedLinkedRecord[];
  readonly envelope: LinkedEnvelope;
  readonly pages: number;
  /** Requests that the read took, including retries, redirects and repeated pages. */
  readonly requests: number;
  /** How the list and the addresses in it differ from the documentation. */
  readonly drift: readonly Drift[];
}

export interface LinkedReadOptions {
  readonly signal: AbortSignal;
  /** Maximum walks over a list that changes while it is read. */
  readonly maxPasses: number;
  /** Maximum attempts of each request. */
  readonly maxAttempts: number;
  /** The address of the list according to the case; it is only compared. */
  readonly announced?: string | null;
  readonly now: () => Date;
}

/** A longer list is not collected in memory. The largest known one has 405 documents, or a docket of 1.9 MB (A52). */
const MAX_LIST_BYTES = 64 * 2 ** 20;
/**
 * A list that has begun is finished, so one that never ends would take every request that is left, night after night.
 */
export const MAX_LIST_PAGES = 1000;
const MAX_EMPTY_PAGES = 5;

/**
 * Reads a linked list from its first page to its last in one go, because its order tells nothing about what is new (A43). A list of several pages ends with another look at page
 * 1: if the pages shifted, or the count of the API contradicts them, the list is read again. Throws a MirrorError if the
 * list cannot be read completely.
 */
export async function fetchLinkedList(
  client: Client,
  caseId: number,
  kind: LinkedKind,
  options: LinkedReadOptions,
): Promise<LinkedRead> {
  const before = client.traffic().requests;
  let earlier: Walk | null = null;
  for (let pass = 1; ; pass++) {
    const walk = await walkOnce(client, caseId, kind, options);
    const problem = walk.problem ?? judgeCount(walk, earlier);
    if (problem === null) {
      const { records, rejected, envelope, pages } = walk;
      const drift = [...walk.drift, ...listAddressDrift(client, caseId, kind, options, records)];
      const requests = client.traffic().requests - before;
      return { caseId, kind, records, rejected, envelope, pages, requests, drift: uniqueDrift(drift) };
    }
    // A wrong count is confirmed by a second walk, however few passes are allowed.
    if (pass >= Math.max(2, options.maxPasses)) throw problem;
    earlier = walk.problem === null ? walk : null;
  }
}

/** One walk over the pages of a list. */
interface Walk {
  readonly records: readonly LinkedRecord[];
  readonly rejected: readonly RejectedLinkedRecord[];
  /** The key of each record, in order. */
  readonly keys: readonly string[];
  readonly envelope: LinkedEnvelope;
  readonly count: number | null;
  readonly pages: number;
  readonly drift: readonly Drift[];
  /** Why the walk does not prove what the list holds; null if it does. */
  readonly problem: MirrorError | null;
}

async function walkOnce(
  client: Client,
  caseId: number,
  kind: LinkedKind,
  { signal, maxAttempts, now }: LinkedReadOptions,
): Promise<Walk> {
  const list = toLinkedUrl(client.api, caseId, kind);
  const ask = (url: URL): Promise<LinkedAnswer> =>
    client.fetchRead(
      url,
      signal,
      (raw: RawResponse) => readLinkedResponse(raw, { url, caseId }, now()),
      maxAttempts,
    );
  const walk = new Gatherer(kind);
  const visited = new Set<string>();
  let first: LinkedPage | null = null;
  for (let url = list, number = 1; ; number++) {
    visited.add(url.search);
    const page = await ask(url);
    if (page === 'past the end' || (number > 1 && isRefusal(page)))
      return walk.end(
        toShifted(`${describePath(url)} was announced, but the list no longer reaches that far.`),
      );
    first ??= page;
    walk.add(page, url);
    const next = findNext({ client, list, page, url, number, visited, gathered: walk.size });
    if (next === null) break;
    if (next.drift !== null) walk.addDrift(next.drift);
    ({ url } = next);
  }
  if (walk.pages > 1) {
    const again = await ask(list);
    if (again === 'past the end' || toKeys(kind, again).join() !== toKeys(kind, first).join())
      return walk.end(toShifted(`${describePath(list)} changed while the pages after it were read.`));
  }
  return walk.end(null);
}

/** Whether the answer says that there is no such list, which a later page of a list cannot say. */
const isRefusal = ({ envelope }: LinkedPage): boolean =>
  envelope === 'no_results_400' || envelope === 'not_found_404';

/** Gathers the pages of one walk. */
class Gatherer {
  readonly #kind: LinkedKind;
  readonly #records: LinkedRecord[] = [];
  readonly #rejected: RejectedLinkedRecord[] = [];
  readonly #drift: Drift[] = [];
  /** The hash of the bytes of each record, by its key. */
  readonly #hashes = new Map<string, string>();
  #first: LinkedPage | null = null;
  #count: number | null = null;
  #bytes = 0;
  #emptyPages = 0;
  #repeated: string | null = null;
  pages = 0;

  /** The number of different records. */
  get size(): number {
    return this.#hashes.size;
  }

  constructor(kind: LinkedKind) {
    this.#kind = kind;
  }

  addDrift(drift: Drift): void {
    this.#drift.push(drift);
  }

  add(page: LinkedPage, url: URL): void {
    this.pages++;
    this.#first ??= page;
    this.#count = page.count ?? this.#count;
    if (page.oddity !== null)
      this.#drift.push({ field: this.#kind, expected: 'a page of a list', seen: page.oddity });
    const onThisPage = new Set<string>();
    for (const record of page.records) {
      this.#bytes += record.bytes.length;
      this.#addRecord(record, onThisPage);
    }
    if (this.#bytes > MAX_LIST_BYTES)
      throw toTooLarge(`${describePath(url)} belongs to a list of more than 64 MB.`);
    if (this.pages > MAX_LIST_PAGES)
      throw toTooLarge(`${describePath(url)} belongs to a list of more than ${MAX_LIST_PAGES} pages.`);
    this.#emptyPages = onThisPage.size === 0 ? this.#emptyPages + 1 : 0;
    if (this.#emptyPages >= MAX_EMPTY_PAGES)
      throw new MirrorError(
        'PAGES_REPEAT',
        `${MAX_EMPTY_PAGES} pages in a row, up to ${describePath(url)}, contained nothing new.`,
      );
  }

  #addRecord(record: AnyRecord, onThisPage: Set<string>): void {
    const [key, hash] = [toKey(this.#kind, record), hashOf(record.bytes)];
    const known = this.#hashes.get(key);
    if (known === undefined) {
      onThisPage.add(key);
      this.#hashes.set(key, hash);
      const why =
        record.odd !== null && record.value === undefined ? record.odd.why : reject(this.#kind, record);
      if (why === null) this.#records.push(toLinkedRecord(record));
      else this.#reject(record, why);
      return;
    }
    // On one page, a record that stands twice is the server's; on two pages, the list shifted.
    if (!onThisPage.has(key)) this.#repeated ??= key;
    else if (known !== hash) this.#reject(record, 'another record of the list has the same id');
  }

  #reject({ bytes, value, odd }: AnyRecord, why: string): void {
    this.#rejected.push({
      why,
      bytes: odd?.bytes ?? Buffer.from(bytes),
      isJson: odd?.isJson ?? true,
      id: isJsonObject(value) && Number.isSafeInteger(value.id) ? Number(value.id) : null,
    });
  }

  end(problem: MirrorError | null): Walk {
    const repeats =
      this.#repeated === null
        ? null
        : toShifted(`A record of the ${this.#kind} stands on two pages: the list shifted while it was read.`);
    return {
      records: this.#records,
      rejected: this.#rejected,
      keys: [...this.#hashes.keys()],
      envelope: this.#first?.envelope ?? 'no_count',
      count: this.#count,
      pages: this.pages,
      drift: this.#drift,
      problem: problem ?? repeats,
    };
  }
}

function toLinkedRecord({ value, bytes, odd }: AnyRecord): LinkedRecord {
  return { payload: value as JsonObject, bytes, odd };
}

/** Why a record is not one of its kind; null if it is. Only a document is sure to have an id (A45, A48). */
function reject(kind: LinkedKind, { value }: AnyRecord): string | null {
  if (!isJsonObject(value)) return `not an object but ${kindOf(value)}`;
  if (kind !== 'documents' || Number.isSafeInteger(value.id)) return null;
  return value.id === undefined ? 'no id' : `id is ${kindOf(value.id)}`;
}

const toKeys = (kind: LinkedKind, page: LinkedPage | null): string[] =>
  (page?.records ?? []).map((record) => toKey(kind, record));

/** The id of a record; without one, the hash of its bytes. */
function toKey(kind: LinkedKind, { value, bytes }: AnyRecord): string {
  const id = kind !== 'resources' && isJsonObject(value) ? value.id : null;
  return typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : hashOf(bytes);
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64');

interface PagePlace {
  readonly client: Client;
  readonly list: URL;
  readonly page: LinkedPage;
  readonly url: URL;
  readonly number: number;
  readonly visited: ReadonlySet<string>;
  /** The number of records up to this page. */
  readonly gathered: number;
}

/** The page after this one; null after the last. It is never computed from a count or a page number (A41). */
function findNext({
  client,
  list,
  page,
  url,
  number,
  visited,
  gathered,
}: PagePlace): { readonly url: URL; readonly drift: Drift | null } | null {
  const { next: named, count } = page;
  // A page that leaves `next` out is the last one if nothing is missing from the count.
  if (named === null || (named === undefined && (count ?? 0) <= gathered)) return null;
  if (typeof named !== 'string')
    throw new MirrorError('NEXT_REFUSED', `The \`next\` of page ${number} is neither an address nor null.`);
  if (client.holdsToken(named))
    throw new MirrorError('NEXT_REFUSED', `The \`next\` address of page ${number} repeats the token.`);
  const next = toLinkedNextUrl(list, named, url);
  const names = `Page ${number} names ${describePath(next)} as next`;
  if (visited.has(next.search)) throw new MirrorError('PAGES_REPEAT', `${names}, which was already read.`);
  if (leavesPagesOut(url, number, next))
    throw new MirrorError('NEXT_REFUSED', `${names}, which is not the page after it.`);
  const field = `${list.pathname.split('/').at(-2) ?? ''}.next`;
  return { url: next, drift: compareAddress(field, named, next, client.holdsToken) };
}

/** A count that differs from the list is believed to be wrong if two walks found the same records. */
function judgeCount(walk: Walk, earlier: Walk | null): MirrorError | null {
  const { count, keys, rejected, records } = walk;
  if (count === null || count === keys.length || count === records.length + rejected.length) return null;
  if (earlier !== null && earlier.keys.toSorted().join() === keys.toSorted().join()) return null;
  return new MirrorError(
    'LINKED_LIST_SHIFTED',
    `The API counts ${count} records in the list, but its pages hold ${keys.length}.`,
  );
}

function toTooLarge(message: string): MirrorError {
  return new MirrorError('RESPONSE_TOO_LARGE', message, { hint: 'This list was skipped. Please report it.' });
}

function toShifted(message: string): MirrorError {
  return new MirrorError('LINKED_LIST_SHIFTED', message);
}

/** The address of the list in the case, and the address of the text in each document, as far as they differ. */
function listAddressDrift(
  { api, holdsToken }: Client,
  caseId: number,
  kind: LinkedKind,
  { announced }: LinkedReadOptions,
  records: readonly LinkedRecord[],
): Drift[] {
  const ofList = compareAddress(`case_${kind}_url`, announced, toLinkedUrl(api, caseId, kind), holdsToken);
  const ofTexts =
    kind === 'documents'
      ? records.map(({ payload: { id, text_url } }) =>
          compareAddress('documents[].text_url', text_url, toTextUrl(api, Number(id)), holdsToken),
        )
      : [];
  return [ofList, ...ofTexts].filter((one) => one !== null);
}

function uniqueDrift(drift: readonly Drift[]): Drift[] {
  return [...new Map(drift.map((one) => [`${one.field} ${one.seen}`, one])).values()];
}
