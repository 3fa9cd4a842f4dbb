import { LINKED_KINDS, type LinkedKind } from '../../api/linked-fields.ts';
import { renderPlural } from '../../lib/layout.ts';
import { type ListFacts, type Observation, describeObservation, listIn } from './observe.ts';
import type { AddressFacts, RecordFacts } from './record-facts.ts';
import { type Observations, chooseCase, chooseDocument, listCases } from './requests.ts';

/** What a probe says about one assumption. `seen` contains no text of the server. */
export interface Verdict {
  readonly verdict: 'holds' | 'differs' | 'not seen';
  /** What the API really does. */
  readonly seen: string;
}

export type Judge = (seen: Observations) => Verdict;

export const holds = (seen: string): Verdict => ({ verdict: 'holds', seen });
export const differs = (seen: string): Verdict => ({ verdict: 'differs', seen });
export const notSeen = (observation: Observation | undefined): Verdict => ({
  verdict: 'not seen',
  seen: describeObservation(observation),
});
export const holdsIf = (condition: boolean, seen: string): Verdict =>
  condition ? holds(seen) : differs(seen);

/** How the ids of a list are ordered. */
export function orderOf(records: readonly RecordFacts[]): string {
  const ids = records.flatMap(({ id }) => (id === null ? [] : [id]));
  if (ids.length < records.length) return 'not all have an id';
  if (ids.length < 2) return 'too few to have an order';
  const pairs = ids.slice(1).map((id, at) => [ids[at] ?? 0, id] as const);
  if (pairs.every(([one, other]) => one < other)) return 'ids ascending';
  return pairs.every(([one, other]) => one > other) ? 'ids descending' : 'ids in no order';
}

/** "3 other fields in up to 2 of 25": how the fields of records differ from the expected ones; null if they do not. */
export function describeFields(records: readonly RecordFacts[]): string | null {
  const known = records.flatMap((record) => (record.kind === 'odd' ? [] : [record]));
  const most = (counts: readonly number[]): number => counts.reduce((one, other) => Math.max(one, other), 0);
  const [missing, unknown] = [most(known.map((one) => one.missing)), most(known.map((one) => one.unknown))];
  if (missing === 0 && unknown === 0) return null;
  return `up to ${renderPlural(missing, 'field is', 'fields are')} missing and up to ${renderPlural(unknown, 'is', 'are')} unknown`;
}

/** One clause for each of the three lists of the case. */
function describeEach(
  seen: Observations,
  describe: (observation: Observation | undefined) => string,
): string {
  return LINKED_KINDS.map((list) => `${list}: ${describe(seen[list])}`).join('; ');
}

/** The three lists that came as lists. */
function listLinked(seen: Observations): readonly (readonly [LinkedKind, ListFacts])[] {
  return LINKED_KINDS.flatMap((name) => {
    const list = listIn(seen[name]);
    return list === null ? [] : [[name, list] as const];
  });
}

/** How the API says that a list has no items; null if it has some, or if the response says nothing about that. */
function toFormOfNothing(observation: Observation | undefined): string | null {
  if (observation?.kind !== 'response') return null;
  const { status, body } = observation;
  const list = listIn(observation);
  if (list !== null)
    return list.records.length > 0 ? null : `${status} with ${list.isBare ? '`[]`' : 'empty `results`'}`;
  if (status === 400 && body.shape === 'refusal' && body.isNothing) return '400 "No results"';
  return status === 404 ? '404' : null;
}

const toEnvelope = ({ isBare, count }: ListFacts): string =>
  isBare ? 'a bare list' : count === 'missing' ? 'an envelope without `count`' : 'an envelope with `count`';

function judgeAddresses(seen: Observations): Verdict {
  const responses = LINKED_KINDS.map((list) => seen[list]).filter((one) => one?.kind === 'response');
  const told = describeEach(seen, (observation) => {
    const list = listIn(observation);
    return list === null ? describeObservation(observation) : renderPlural(list.records.length, 'item');
  });
  if (responses.every((one) => toFormOfNothing(one) === null && listIn(one) === null))
    return { verdict: 'not seen', seen: told };
  return holdsIf(!responses.every(({ status }) => status === 404), told);
}

function judgeEnvelopes(seen: Observations): Verdict {
  const odd = LINKED_KINDS.filter((name) => {
    const one = seen[name];
    return one?.kind === 'response' && one.status === 200 && one.body.shape === 'other JSON';
  });
  const told = describeEach(seen, (observation) => {
    const list = listIn(observation);
    return list === null ? describeObservation(observation) : toEnvelope(list);
  });
  if (odd.length > 0) return differs(told);
  return listLinked(seen).length > 0 ? holds(told) : { verdict: 'not seen', seen: told };
}

function judgeNothing(seen: Observations): Verdict {
  const refused = LINKED_KINDS.filter((name) => {
    const one = seen[name];
    return one?.kind === 'response' && one.status === 400 && toFormOfNothing(one) === null;
  });
  const told = describeEach(
    seen,
    (observation) =>
      toFormOfNothing(observation) ??
      (listIn(observation) === null ? describeObservation(observation) : 'has items'),
  );
  if (refused.length > 0) return differs(told);
  const isSeen = LINKED_KINDS.some((name) => toFormOfNothing(seen[name]) !== null);
  return isSeen ? holds(told) : { verdict: 'not seen', seen: told };
}

function judgeAllDocuments({ allDocuments }: Observations): Verdict {
  const list = listIn(allDocuments);
  if (list === null) {
    const isRefused =
      allDocuments?.kind === 'response' && (allDocuments.status === 404 || allDocuments.status === 400);
    return isRefused ? holds(`not offered: ${describeObservation(allDocuments)}`) : notSeen(allDocuments);
  }
  const naming = list.records.filter((record) => record.kind === 'document' && record.namesCase);
  const told = `offered: ${renderPlural(list.records.length, 'document')} on the first page, ${toEnvelope(list)}, ${naming.length} name a case`;
  return holdsIf(naming.length === 0, told);
}

function judgeDocuments(seen: Observations): Verdict {
  const records = [seen.documents, seen.allDocuments].flatMap((one) => listIn(one)?.records ?? []);
  if (records.length === 0) return notSeen(seen.documents);
  const ofCase = listIn(seen.documents)?.records ?? [];
  const ids = ofCase.flatMap(({ id }) => (id === null ? [] : [id]));
  const withoutId = records.filter(({ id }) => id === null).length;
  const repeated = ids.length - new Set(ids).size;
  const fields = describeFields(records);
  const told = `${renderPlural(records.length, 'document')}: ${withoutId} without an id, ${repeated} ids twice, ${fields ?? 'the expected fields'}`;
  return holdsIf(withoutId === 0 && repeated === 0 && fields === null, told);
}

function judgeHidden(seen: Observations): Verdict {
  const documents = [seen.documents, seen.allDocuments]
    .flatMap((one) => listIn(one)?.records ?? [])
    .filter((record) => record.kind === 'document');
  if (documents.length === 0) return notSeen(seen.documents);
  const hidden = documents.filter(({ isPublic }) => !isPublic).length;
  return holds(`${hidden} of ${renderPlural(documents.length, 'document')} count as not public`);
}

/** Finds the main docket among the dockets of the case by its id. */
function judgeDockets(seen: Observations): Verdict {
  const list = listIn(seen.dockets);
  const mainId = chooseCase(seen)?.docketId ?? null;
  if (list === null || list.records.length === 0 || mainId === null) return notSeen(seen.dockets);
  const mains = list.records.filter(({ id }) => id === mainId).length;
  const fields = describeFields(list.records);
  const told = `${renderPlural(list.records.length, 'docket')}, ${mains} of them the main docket; ${fields ?? 'the expected fields'}`;
  return holdsIf(mains === 1 && fields === null, told);
}

/** Compares the docket inside the case with the same docket in the list of its dockets. */
function judgeWholeDocket(seen: Observations): Verdict {
  const main = chooseCase(seen);
  const copy = (listIn(seen.dockets)?.records ?? []).find(
    (record) => record.kind === 'docket' && record.id !== null && record.id === main?.docketId,
  );
  if (main === undefined || copy?.kind !== 'docket') return notSeen(seen.dockets);
  const told = `docket entries: ${main.docketEntries ?? 'none'} in the case, ${copy.entries ?? 'none'} in its list of dockets`;
  return holdsIf(main.docketEntries === copy.entries, told);
}

function judgeResources({ resources }: Observations): Verdict {
  const list = listIn(resources);
  if (list === null || list.records.length === 0) return notSeen(resources);
  const withId = list.records.filter(({ id }) => id !== null).length;
  const shared = list.records.filter((one) => one.kind === 'resource' && (one.cases ?? 0) > 1).length;
  const fields = describeFields(list.records);
  const told = `${renderPlural(list.records.length, 'resource')}: ${withId} with an id, ${shared} of several cases; ${fields ?? 'the expected fields'}`;
  return holdsIf(withId === 0 && fields === null, told);
}

/** Anything without the id of the document and a text is not its text. */
function judgeText(seen: Observations): Verdict {
  const { text } = seen;
  if (text?.kind !== 'response' || text.status !== 200) return notSeen(text);
  if (text.body.shape !== 'text') return differs(describeObservation(text));
  const isOwn = text.body.id !== null && text.body.id === chooseDocument(seen)?.id;
  const told = `${isOwn ? 'the id of the document' : 'not the id of the document'}, and ${text.body.length === null ? 'no text' : renderPlural(text.body.length, 'character')}`;
  return holdsIf(isOwn && text.body.length !== null, told);
}

function judgeWrittenAddresses(seen: Observations): Verdict {
  const cases = [seen.page, seen.second, seen.unclassified].flatMap(listCases);
  const documents = [seen.documents, seen.allDocuments].flatMap((one) => listIn(one)?.records ?? []);
  const ofCases = cases.flatMap(({ addresses }) => addresses);
  const ofTexts = documents.flatMap((one) => (one.kind === 'document' ? one.addresses : []));
  if (ofCases.length + ofTexts.length === 0) return notSeen(seen.page);
  return holds(`of cases: ${tally(ofCases)}; of texts: ${tally(ofTexts)}`);
}

const HOSTS = {
  same: 'the same host',
  www: 'the host with or without `www.`',
  other: 'another host',
} as const;
const PATHS = {
  same: 'the expected path',
  'without slash': 'the expected path without its slash',
  'other version': 'the path of another version',
  other: 'another path',
} as const;

/** "another scheme, the same host, the path of another version": an address compared with the expected one. */
export function describeAddress({ scheme, host, path }: AddressFacts): string {
  return `${scheme === 'same' ? '' : 'another scheme, '}${HOSTS[host]}, ${PATHS[path]}`;
}

function tally(addresses: readonly AddressFacts[]): string {
  if (addresses.length === 0) return 'none';
  const counts = new Map<string, number>();
  for (const address of addresses) {
    const words = describeAddress(address);
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  return [...counts].map(([words, count]) => `${count} with ${words}`).join(', ');
}

function judgeLinkedSizes(seen: Observations): Verdict {
  const all = ([...LINKED_KINDS, 'allDocuments', 'text'] as const).map((name) => [name, seen[name]] as const);
  const tooLarge = all.some(([, one]) => one?.kind === 'failed' && one.code === 'RESPONSE_TOO_LARGE');
  const sizes = all.flatMap(([name, one]) =>
    one?.kind === 'response' && one.status === 200 && one.body.shape !== 'not JSON'
      ? [`${name === 'allDocuments' ? 'documents of all cases' : name}: ${renderKilobytes(one.bytes)}`]
      : [],
  );
  if (sizes.length === 0 && !tooLarge) return notSeen(seen.documents);
  const told = [...sizes, ...(tooLarge ? ['a response was larger than the probe reads'] : [])];
  return holdsIf(!tooLarge, told.join('; '));
}

export const renderKilobytes = (bytes: number): string =>
  `${Math.ceil(bytes / 1000).toLocaleString('en-US')} kB`;

/** The assumptions about the lists of one case, about documents and about their texts. */
export const LINKED_JUDGES = {
  A34: judgeWholeDocket,
  A40: judgeAddresses,
  A41: judgeEnvelopes,
  A42: judgeNothing,
  A43: (seen) => {
    const lists = listLinked(seen).filter(([, { records }]) => records.length > 0);
    const told = lists.map(([name, { records }]) => `${name}: ${orderOf(records)}`).join('; ');
    return lists.length === 0 ? notSeen(seen.documents) : holds(told);
  },
  A44: judgeAllDocuments,
  A45: judgeDocuments,
  A46: judgeHidden,
  A47: judgeDockets,
  A48: judgeResources,
  A49: judgeText,
  A50: judgeWrittenAddresses,
  A52: judgeLinkedSizes,
} as const satisfies Readonly<Record<string, Judge>>;
