import { MirrorError } from '../errors/mirror-error.ts';
import { type JsonObject, isJsonObject } from '../lib/json.ts';
import type { Client } from './client.ts';
import { type LinkedEnvelope, readLinkedResponse } from './linked-pages.ts';
import { toAllDocumentsUrl, toLinkedNextUrl } from './linked-urls.ts';

/** One page of the list of all documents (A44). */
export interface AllDocumentsPage {
  readonly envelope: LinkedEnvelope;
  /** The records that are objects. */
  readonly documents: readonly JsonObject[];
  /** The address of the page after it; null at the end. */
  readonly next: URL | null;
}

export interface AllDocumentsRequest {
  readonly signal: AbortSignal;
  /** Maximum attempts of the request. */
  readonly maxAttempts: number;
  readonly now: () => Date;
}

/**
 * Fetches a page of the list of all documents, by default the first. Null if the API does not offer the list (A44). Throws a
 * MirrorError if it gives no clear answer.
 */
export async function fetchAllDocumentsPage(
  client: Client,
  { signal, maxAttempts, now }: AllDocumentsRequest,
  page: URL = toAllDocumentsUrl(client.api),
): Promise<AllDocumentsPage | null> {
  const answer = await client.fetchRead(
    page,
    signal,
    (raw) => readLinkedResponse(raw, { url: page, caseId: null }, now()),
    maxAttempts,
  );
  if (answer === 'past the end') return { envelope: 'empty_list', documents: [], next: null };
  const { envelope, next, records } = answer;
  if (envelope === 'not_found_404' || envelope === 'no_results_400') return null;
  return {
    envelope,
    documents: records.flatMap(({ value }) => (isJsonObject(value) ? [value] : [])),
    next: typeof next === 'string' ? toNext(client.api, next, page) : null,
  };
}

/** An address that leads elsewhere ends the walk: what was read is good. */
function toNext(api: URL, next: string, page: URL): URL | null {
  try {
    return toLinkedNextUrl(toAllDocumentsUrl(api), next, page);
  } catch (thrown) {
    if (thrown instanceof MirrorError && thrown.code === 'NEXT_REFUSED') return null;
    throw thrown;
  }
}
