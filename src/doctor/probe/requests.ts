import { ONGOING_LISTS, UNCLASSIFIED } from '../../api/lists.ts';
import type { CaseFacts, DocumentFacts } from './record-facts.ts';
import { type NotSentReason, type Observation, listIn } from './observe.ts';

/** The list that the probe reads: it has several pages, whatever their size. */
export const PROBED_LIST = ONGOING_LISTS[1];

const LIST = `cases/?case_ongoing=${PROBED_LIST.id}`;
/** No case has this id. */
const UNUSED_ID = 999_999_999;
/** No list reaches this page. */
const PAGE_PAST_THE_END = 99_999;

/**
 * The requests of a probe, in the order in which they are sent. There are no others: nothing is retried, and no redirect
 * is followed. ID stands for an id that an earlier response contained.
 */
export const PROBE_REQUESTS = {
  token: { path: 'test', records: null, purpose: 'whether the API accepts the token' },
  page: { path: LIST, records: 'case', purpose: 'the first page of a list' },
  again: { path: LIST, records: 'case', purpose: 'the same page: whether its order is stable' },
  second: { path: `${LIST}&page=2`, records: 'case', purpose: 'the page after it' },
  past: {
    path: `${LIST}&page=${PAGE_PAST_THE_END}`,
    records: 'case',
    purpose: 'a page past the end of the list',
  },
  ifChanged: { path: LIST, records: 'case', purpose: 'the first page, if it has changed (If-None-Match)' },
  nothing: { path: `cases/?case_id=${UNUSED_ID}`, records: 'case', purpose: 'a filter that nothing matches' },
  unclassified: {
    path: `cases/?case_status=${UNCLASSIFIED.id}`,
    records: 'case',
    purpose: 'the cases in process',
  },
  one: { path: 'cases/?case_id=ID', records: 'case', purpose: 'one case' },
  unslashed: { path: 'cases?case_id=ID', records: 'case', purpose: 'the same address without its slash' },
  documents: { path: 'cases/ID/documents/', records: 'document', purpose: 'the documents of that case' },
  dockets: { path: 'cases/ID/dockets/', records: 'docket', purpose: 'its dockets' },
  resources: { path: 'cases/ID/resources/', records: 'resource', purpose: 'its resources' },
  allDocuments: { path: 'documents/', records: 'document', purpose: 'the documents of all cases' },
  text: { path: 'documents/ID/text/', records: null, purpose: 'the text of one document' },
} as const;

export type ProbeRequest = keyof typeof PROBE_REQUESTS;
export type Observations = Readonly<Partial<Record<ProbeRequest, Observation>>>;

/** What to send for a request, or why it cannot be sent. */
export type ProbePlan =
  | { readonly path: string; readonly headers: Readonly<Record<string, string>> }
  | { readonly notSent: NotSentReason };

/** Fills in what earlier responses contained. */
export function planRequest(name: ProbeRequest, seen: Observations): ProbePlan {
  const { path } = PROBE_REQUESTS[name];
  switch (name) {
    case 'ifChanged': {
      const validators = seen.page?.kind === 'response' ? seen.page.validators : {};
      return Object.keys(validators).length > 0 ? { path, headers: validators } : { notSent: 'no validator' };
    }
    case 'one':
    case 'unslashed':
    case 'documents':
    case 'dockets':
    case 'resources': {
      const chosen = chooseCase(seen);
      return chosen === undefined ? { notSent: 'no case' } : { path: fillIn(path, chosen.id), headers: {} };
    }
    case 'text': {
      const chosen = chooseDocument(seen);
      return chosen === undefined
        ? { notSent: 'no document' }
        : { path: fillIn(path, chosen.id), headers: {} };
    }
    default:
      return { path, headers: {} };
  }
}

const fillIn = (path: string, id: number): string => path.replace('ID', String(id));

/** A docket with fewer entries does not show whether long dockets are cut off. */
const MIN_ENTRIES = 100;

/**
 * The case whose linked lists the probe reads: one that names available documents and whose docket has a hundred entries,
 * or a few more, to keep the responses small.
 */
export function chooseCase(seen: Observations): (CaseFacts & { readonly id: number }) | undefined {
  const cases = [seen.page, seen.again, seen.second, seen.unclassified].flatMap(listCases);
  const toRank = ({ hasDocuments, docketEntries }: CaseFacts): number => {
    const entries = docketEntries ?? -1;
    return (hasDocuments ? 0 : 2e9) + (entries < MIN_ENTRIES ? 1e9 - entries : entries);
  };
  return cases.sort((one, other) => toRank(one) - toRank(other))[0];
}

/** The cases in a response. */
export function listCases(observation: Observation | undefined): (CaseFacts & { readonly id: number })[] {
  return (listIn(observation)?.records ?? []).filter(
    (record): record is CaseFacts & { readonly id: number } => record.kind === 'case' && record.id !== null,
  );
}

/** The document whose text the probe reads: one that has a text and may be shown. */
export function chooseDocument(seen: Observations): (DocumentFacts & { readonly id: number }) | undefined {
  return [seen.documents, seen.allDocuments]
    .flatMap((observation) => listIn(observation)?.records ?? [])
    .filter(
      (record): record is DocumentFacts & { readonly id: number } =>
        record.kind === 'document' && record.id !== null,
    )
    .find(({ hasText, isPublic }) => hasText !== false && isPublic);
}
