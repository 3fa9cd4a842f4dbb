import { type AllDocumentsPage, fetchAllDocumentsPage } from '../../api/all-documents.ts';
import type { Client } from '../../api/client.ts';
import {
  type DocumentListCheck,
  isDocumentListDue,
  prepareFindDocument,
  recordDocumentListCheck,
} from '../../db/linked/document-list.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { JsonObject } from '../../lib/json.ts';
import { type CaseField, judgeCaseField, readCaseIds } from '../../linked/case-field.ts';
import { RECORD_SPECS } from '../../linked/kinds.ts';
import { toContent } from '../../linked/rows.ts';
import { isDatabaseError } from '../report.ts';
import { type BudgetMeter, BudgetSpentError } from './pass-limits.ts';

/** The list is read from its newest document on, and so many pages of it at most. */
const MAX_PAGES = 10;
/** A page is requested again in a later pass, so a request is retried only a few times. */
const MAX_ATTEMPTS = 2;
/** A pass with fewer requests left spends them on the lists of cases. */
const MIN_BUDGET = 100;

export interface DocumentListRequest {
  readonly mirror: Mirror;
  readonly client: Client;
  readonly meter: BudgetMeter;
  readonly signal: AbortSignal;
  readonly runId: number;
  readonly now: () => Date;
}

/**
 * Requests the newest pages of the list of all documents (A44) if they are due, and records the answer with its date. Returns the
 * cases whose lists of documents changed according to it, as a hint which lists to read first: nothing is stored from it. Empty if the list is not
 * offered, does not name its cases, or contradicts the lists of cases. A failure of it costs the pass only its requests, unless the server asks
 * for a pause that is too long: as after any other request, no list is then read.
 */
export async function findListedChanges(request: DocumentListRequest): Promise<readonly number[]> {
  const { mirror, client, meter, runId, now } = request;
  if (meter.left < MIN_BUDGET || !isDocumentListDue(mirror, now())) return [];
  const before = client.traffic().requests;
  const walk = await readNewest(request);
  if (walk === null) return [];
  const { documents, changed, verdict, error } = walk;
  const check: Omit<DocumentListCheck, 'id'> = {
    run_id: runId,
    checked_at: now().toISOString(),
    answer: verdict.answer,
    case_field: 'field' in verdict ? verdict.field : null,
    documents,
    confirmed: 'confirmed' in verdict ? verdict.confirmed : 0,
    contradicted: 'contradicted' in verdict ? verdict.contradicted : 0,
    changed_cases: changed.length,
    requests: client.traffic().requests - before,
    error_code: error?.code ?? null,
    error_message: error?.message ?? null,
  };
  if (check.requests > 0) recordDocumentListCheck(mirror, check);
  return changed;
}

interface Walk {
  /** How many documents the pages have that were read. */
  readonly documents: number;
  readonly changed: readonly number[];
  readonly verdict: CaseField | { readonly answer: 'not_offered' | 'unclear' };
  readonly error: MirrorError | null;
}

/** Reads pages until one has no document that is new or changed. Null if the pass ends before anything is known. */
async function readNewest({ mirror, client, signal, now }: DocumentListRequest): Promise<Walk | null> {
  const find = prepareFindDocument(mirror);
  const findCases = (id: number): ReadonlySet<number> | undefined => {
    const caseIds = find(id)?.caseIds;
    return caseIds === undefined || caseIds.size === 0 ? undefined : caseIds;
  };
  const listed: JsonObject[] = [];
  let verdict: CaseField = { answer: 'without_case' };
  try {
    let next: URL | null | undefined;
    for (let page = 1; page <= MAX_PAGES && next !== null; page++) {
      const read: AllDocumentsPage | null = await fetchAllDocumentsPage(
        client,
        { signal, maxAttempts: MAX_ATTEMPTS, now },
        next,
      );
      if (read === null)
        return { documents: 0, changed: [], verdict: { answer: 'not_offered' }, error: null };
      next = read.next;
      listed.push(...read.documents);
      verdict = judgeCaseField(listed, findCases);
      if (verdict.answer === 'without_case' || verdict.answer === 'wrong_case') break;
      const isEnough = verdict.answer === 'names_case';
      if (isEnough && listChanged(read.documents, verdict.field, find).length === 0) break;
    }
  } catch (thrown) {
    if (signal.aborted || thrown instanceof BudgetSpentError) return null;
    if (!(thrown instanceof MirrorError) || isDatabaseError(thrown)) throw thrown;
    return { documents: listed.length, changed: [], verdict: { answer: 'unclear' }, error: thrown };
  }
  const changed = verdict.answer === 'names_case' ? listChanged(listed, verdict.field, find) : [];
  return { documents: listed.length, changed, verdict, error: null };
}

/** The cases of the documents that the mirror does not have, or has in another form. */
function listChanged(
  listed: readonly JsonObject[],
  field: string,
  find: ReturnType<typeof prepareFindDocument>,
): number[] {
  const changed = new Set<number>();
  for (const document of listed) {
    const known = typeof document.id === 'number' ? find(document.id) : undefined;
    // A list of one case may leave out the field that names the case.
    const { [field]: named, ...rest } = document;
    const isKnown =
      known !== undefined &&
      (known.fingerprint === null ||
        [document, rest].some(
          (one) => toContent(RECORD_SPECS.document, one).fingerprint === known.fingerprint,
        ));
    if (!isKnown) for (const id of readCaseIds(named) ?? []) changed.add(id);
  }
  return [...changed];
}
