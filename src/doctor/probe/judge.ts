import { ASSUMPTIONS, type AssumptionNumber } from '../../api/assumptions.ts';
import { renderPlural } from '../../lib/layout.ts';
import {
  type Judge,
  type Verdict,
  LINKED_JUDGES,
  describeAddress,
  describeFields,
  differs,
  holds,
  holdsIf,
  notSeen,
  orderOf,
  renderKilobytes,
} from './judge-linked.ts';
import {
  type ListFacts,
  type Observation,
  type ResponseFacts,
  RATE_LIMIT_HEADERS,
  describeObservation,
  listIn,
} from './observe.ts';
import {
  PROBED_LIST,
  PROBE_REQUESTS,
  type Observations,
  type ProbeRequest,
  chooseCase,
  listCases,
} from './requests.ts';

const isRedirect = ({ status }: ResponseFacts): boolean => status >= 300 && status < 400 && status !== 304;

/** The responses that come from the API, not from something in front of it: JSON, redirects and refusals of a rate. */
function listResponses(seen: Observations): (readonly [ProbeRequest, ResponseFacts])[] {
  return (Object.keys(seen) as ProbeRequest[]).flatMap((name) => {
    const one = seen[name];
    if (one?.kind !== 'response') return [];
    const isJson = one.body.shape !== 'not JSON' && one.body.shape !== 'nothing';
    return isJson || isRedirect(one) || one.status === 429 ? [[name, one] as const] : [];
  });
}

/** The lists in all responses. */
function listLists(seen: Observations): ListFacts[] {
  return Object.values(seen).flatMap((one) => listIn(one) ?? []);
}

/** Judges by a list; without a list nothing was seen, except if the API responded with JSON that is something else. */
function withList(observation: Observation | undefined, judge: (list: ListFacts) => Verdict): Verdict {
  const list = listIn(observation);
  if (list !== null) return judge(list);
  const isOther =
    observation?.kind === 'response' && observation.status === 200 && observation.body.shape !== 'not JSON';
  return isOther && observation.body.shape !== 'nothing'
    ? differs(describeObservation(observation))
    : notSeen(observation);
}

/** The same for a case that is known to exist: "No results" is wrong then. */
function withItself(observation: Observation | undefined, judge: (list: ListFacts) => Verdict): Verdict {
  const isNothing =
    observation?.kind === 'response' && observation.body.shape === 'refusal' && observation.body.isNothing;
  return isNothing ? differs('"No results" for a case of a list') : withList(observation, judge);
}

function judgeSlash(seen: Observations): Verdict {
  const slashed = listResponses(seen).filter(([name]) => name !== 'token' && name !== 'unslashed');
  const redirected = slashed.filter(([, one]) => isRedirect(one)).length;
  const { unslashed } = seen;
  const location = unslashed?.kind === 'response' ? unslashed.headers.location : null;
  const told = `without the slash: ${describeObservation(unslashed)}${location === null ? '' : `, a redirect to ${describeAddress(location)}`}; with it: ${redirected} of ${renderPlural(slashed.length, 'response')} redirected`;
  if (slashed.length === 0) return notSeen(unslashed);
  return holdsIf(redirected === 0, told);
}

function judgeRedirects(seen: Observations): Verdict {
  const redirects = listResponses(seen).filter(([, one]) => isRedirect(one));
  if (redirects.length === 0) return { verdict: 'not seen', seen: 'no response was a redirect' };
  const places = redirects.map(([, { headers }]) => headers.location);
  const leaving = places.filter(
    (place) => place === null || place.scheme === 'other' || place.host !== 'same',
  );
  const told = `${renderPlural(redirects.length, 'redirect')}, ${leaving.length} to another origin or to nowhere`;
  return holdsIf(leaving.length === 0, told);
}

function judgeRateLimits(seen: Observations): Verdict {
  const responses = listResponses(seen).map(([, one]) => one);
  const limited = responses.filter(({ status }) => status === 429);
  const names = RATE_LIMIT_HEADERS.filter((name) =>
    responses.some(({ headers }) => headers.rateLimits.includes(name)),
  );
  const pauses = new Set(responses.flatMap(({ headers }) => headers.retryAfter ?? []));
  const told = [
    `${limited.length} of ${renderPlural(responses.length, 'response')} have status 429`,
    `Retry-After: ${[...pauses].join(', ') || 'none'}`,
    `headers of a rate limit: ${names.join(', ') || 'none'}`,
  ].join('; ');
  if (pauses.has('another form')) return differs(told);
  return limited.length > 0 ? holds(told) : { verdict: 'not seen', seen: told };
}

function judgeConditional({ page, ifChanged }: Observations): Verdict {
  if (page?.kind !== 'response' || listIn(page) === null) return notSeen(page);
  const { etag, hasLastModified } = page.headers;
  const answer =
    ifChanged?.kind === 'response' ? `status ${ifChanged.status}` : describeObservation(ifChanged);
  return holds(
    `ETag: ${etag ?? 'none'}; Last-Modified: ${hasLastModified ? 'yes' : 'none'}; a conditional request: ${answer}`,
  );
}

function judgeCompression(seen: Observations): Verdict {
  const responses = listResponses(seen).map(([, one]) => one);
  if (responses.length === 0) return notSeen(seen.token);
  const counts = new Map<string, number>();
  for (const { headers } of responses) {
    const coding = headers.coding ?? 'not compressed';
    counts.set(coding, (counts.get(coding) ?? 0) + 1);
  }
  return holdsIf(!counts.has('another coding'), [...counts].map((one) => one.join(': ')).join(', '));
}

function judgeLists(seen: Observations, isGood: (list: ListFacts) => boolean, what: string): Verdict {
  const lists = listLists(seen);
  if (lists.length === 0) return notSeen(seen.page);
  const good = lists.filter(isGood).length;
  return holdsIf(good === lists.length, `${good} of ${renderPlural(lists.length, 'list')} ${what}`);
}

function judgeUnclassified(seen: Observations): Verdict {
  const { unclassified } = seen;
  if (unclassified?.kind === 'response' && unclassified.status === 400)
    return differs(describeObservation(unclassified));
  return withList(unclassified, () => {
    const cases = listCases(unclassified);
    const others = cases.filter(({ isInProcess }) => !isInProcess).length;
    const nulls = cases.filter(({ list }) => list === null).length;
    const elsewhere = [seen.page, seen.second].flatMap(listCases).filter(({ list }) => list === null).length;
    return holdsIf(
      others === 0 && elsewhere === 0,
      `${renderPlural(cases.length, 'case')} with that status: ${others} with another status, ${nulls} without \`case_ongoing\`; ${elsewhere} without it in list ${PROBED_LIST.id}`,
    );
  });
}

function judgeEnvelope({ page }: Observations): Verdict {
  return withList(page, ({ isBare, count, next, hasPrevious, records }) => {
    if (isBare) return differs('a list without an envelope');
    const faults = [
      ...(typeof count === 'number' ? [] : [`\`count\` is ${count}`]),
      ...(next === 'missing' || next === 'odd' ? [`\`next\` is ${next}`] : []),
      ...(hasPrevious ? [] : ['`previous` is missing']),
    ];
    const told = `${renderPlural(records.length, 'record')}; ${faults.join(', ') || 'every member is there'}`;
    return holdsIf(faults.length === 0, told);
  });
}

function judgePageNumbers(seen: Observations): Verdict {
  return withList(seen.page, ({ next, records }) => {
    if (next === null) return { verdict: 'not seen', seen: 'the list has one page' };
    if (typeof next === 'string') return differs(`\`next\` is ${next}`);
    const second = listIn(seen.second);
    const first = new Set(records.map(({ id }) => id));
    const isAnother = second?.records.some(({ id }) => !first.has(id)) ?? true;
    const told = `\`next\` of the first page ${next.page === null ? 'names no page' : `names page ${next.page}`}; page=2: ${second === null ? describeObservation(seen.second) : isAnother ? 'other cases' : 'the same cases'}`;
    return holdsIf(next.page === 2 && isAnother, told);
  });
}

function judgeNext({ page }: Observations): Verdict {
  return withList(page, ({ next }) => {
    if (next === null) return { verdict: 'not seen', seen: 'the list has one page' };
    if (typeof next === 'string') return differs(`\`next\` is ${next}`);
    const isInList = next.path === 'same' || next.path === 'without slash';
    const told = `${describeAddress(next)}${next.keepsFilter ? '' : ', without the filter'}`;
    return holdsIf(isInList && next.keepsFilter, told);
  });
}

function judgePastTheEnd({ past }: Observations): Verdict {
  if (past?.kind !== 'response') return notSeen(past);
  const { status, body } = past;
  const told = describeObservation(past);
  if (status === 404 && body.shape === 'detail')
    return holdsIf(body.isPastTheEnd, `${told}, ${body.isPastTheEnd ? '"Invalid page."' : 'another one'}`);
  if (status === 400 && body.shape === 'refusal')
    return holdsIf(body.isNothing, `${told}, ${body.isNothing ? '"No results"' : 'another one'}`);
  return listIn(past) === null ? notSeen(past) : differs(told);
}

function judgeNoResults({ nothing }: Observations): Verdict {
  if (nothing?.kind !== 'response') return notSeen(nothing);
  const { status, body } = nothing;
  const told = describeObservation(nothing);
  if (status === 400 && body.shape === 'refusal')
    return holdsIf(body.isNothing, `${told}, ${body.isNothing ? '"No results"' : 'another one'}`);
  const isOther = listIn(nothing) !== null || (status === 404 && body.shape === 'detail');
  return isOther ? differs(told) : notSeen(nothing);
}

/** The ids of a page in their order; records without an id have a place too. */
const toIds = ({ records }: ListFacts): string => records.map(({ id }) => id ?? '-').join();

function judgeStability(seen: Observations): Verdict {
  return withList(seen.page, (page) => {
    const again = listIn(seen.again);
    const second = listIn(seen.second);
    const first = new Set(page.records.map(({ id }) => id));
    const repeated = second?.records.filter(({ id }) => first.has(id)).length ?? 0;
    return holds(
      [
        orderOf(page.records),
        `the same page again: ${again === null ? describeObservation(seen.again) : toIds(again) === toIds(page) ? 'the same cases in the same order' : 'other cases or another order'}`,
        `page 2: ${second === null ? describeObservation(seen.second) : `${repeated} cases of page 1, ${orderOf([...page.records, ...second.records])} over both`}`,
      ].join('; '),
    );
  });
}

function judgeCount(seen: Observations): Verdict {
  return withList(seen.page, (page) => {
    const pages = [page, listIn(seen.again), listIn(seen.second)].filter((one) => one !== null);
    const counts = new Set(pages.map(({ count }) => count));
    const distinct = new Set(pages.flatMap(({ records }) => records.map(({ id }) => id))).size;
    const told = `${counts.size === 1 ? 'the same count on each page' : 'different counts'}: ${[...counts].join(', ')}; ${renderPlural(distinct, 'case')} on these pages`;
    const [count] = counts;
    if (typeof count !== 'number') return differs(told);
    if (page.next === null) return holdsIf(count === distinct, told);
    return count < distinct ? differs(told) : { verdict: 'not seen', seen: `${told}; the list goes on` };
  });
}

const MAX_RECORD_BYTES = 32 * 2 ** 20;

function judgeSizes(seen: Observations): Verdict {
  const all = (Object.keys(seen) as ProbeRequest[])
    .filter((name) => PROBE_REQUESTS[name].records === 'case')
    .flatMap((name) => seen[name] ?? []);
  const tooLarge = all.some((one) => one.kind === 'failed' && one.code === 'RESPONSE_TOO_LARGE');
  const pages = all.flatMap((one) => {
    const list = listIn(one);
    return list === null || one.kind !== 'response' ? [] : [{ bytes: one.bytes, records: list.records }];
  });
  if (pages.length === 0 && !tooLarge) return notSeen(seen.page);
  const largest = (sizes: readonly number[]): number => sizes.reduce((one, other) => Math.max(one, other), 0);
  const record = largest(pages.flatMap(({ records }) => records.map(({ bytes }) => bytes)));
  const page = largest(pages.map(({ bytes }) => bytes));
  const told = `the largest page has ${renderKilobytes(page)}, the largest record ${renderKilobytes(record)}${tooLarge ? '; a response was larger than the probe reads' : ''}`;
  return holdsIf(!tooLarge && record <= MAX_RECORD_BYTES, told);
}

function judgeCaseRecords(seen: Observations, judge: (records: ListFacts['records']) => Verdict): Verdict {
  const lists = [seen.page, seen.second, seen.unclassified, seen.one].flatMap((one) => listIn(one) ?? []);
  const records = lists.flatMap((list) => list.records);
  return records.length === 0 ? notSeen(seen.page) : judge(records);
}

/** A function for each assumption that a probe can check. */
const JUDGES = {
  A1: ({ token }) => {
    if (token?.kind !== 'response' || token.status !== 200) return notSeen(token);
    return token.body.shape === 'not JSON' || token.body.shape === 'nothing'
      ? notSeen(token)
      : holdsIf(token.body.shape === 'message', describeObservation(token));
  },
  A3: judgeSlash,
  A4: judgeRedirects,
  A6: judgeRateLimits,
  A7: judgeConditional,
  A8: judgeCompression,
  A9: (seen) => judgeLists(seen, ({ isUtf8 }) => isUtf8, 'are valid UTF-8'),
  A10: (seen) => judgeLists(seen, ({ isValidJson }) => isValidJson, 'are valid JSON'),
  A14: ({ page }) => {
    if (page?.kind === 'response' && page.body.shape === 'refusal' && !page.body.isNothing)
      return differs(`the filter is refused: ${describeObservation(page)}`);
    return withList(page, ({ records }) => {
      const own = listCases(page).filter(({ list }) => list === PROBED_LIST.id).length;
      return holdsIf(
        own === records.length,
        `${own} of ${renderPlural(records.length, 'case')} have the label of the list`,
      );
    });
  },
  A15: judgeUnclassified,
  A16: (seen) =>
    withItself(seen.one, ({ records }) => {
      const isAlone = records.length === 1 && records[0]?.id === chooseCase(seen)?.id;
      return holdsIf(isAlone, isAlone ? 'that case alone' : renderPlural(records.length, 'record'));
    }),
  A17: judgeNoResults,
  A18: judgeEnvelope,
  A20: (seen) =>
    withList(seen.page, ({ records }) => {
      const sizes = [seen.second, seen.unclassified, seen.documents, seen.allDocuments].map(
        (one) => listIn(one)?.records.length ?? '-',
      );
      return holds(
        `page 1: ${records.length}, page 2: ${sizes[0]}, in process: ${sizes[1]}, documents of a case: ${sizes[2]}, documents of all cases: ${sizes[3]}`,
      );
    }),
  A21: judgePageNumbers,
  A22: judgeNext,
  A23: judgePastTheEnd,
  A25: judgeStability,
  A27: judgeCount,
  A29: judgeSizes,
  A30: (seen) =>
    judgeCaseRecords(seen, (records) => {
      const fields = describeFields(records);
      return holdsIf(
        fields === null,
        `${renderPlural(records.length, 'case')}: ${fields ?? 'the expected fields'}`,
      );
    }),
  A31: (seen) =>
    judgeCaseRecords(seen, (records) => {
      const without = records.filter(({ id }) => id === null).length;
      return holdsIf(
        without === 0,
        `${without} of ${renderPlural(records.length, 'record')} have no integer id`,
      );
    }),
  A35: (seen) =>
    judgeCaseRecords(seen, (records) => {
      const repeated = records.reduce(
        (sum, one) => sum + (one.kind === 'case' ? one.repeatedEntryIds : 0),
        0,
      );
      return holds(
        `${renderPlural(repeated, 'entry has', 'entries have')} the id of another entry of the same docket`,
      );
    }),
  ...LINKED_JUDGES,
} as const satisfies Readonly<Partial<Record<AssumptionNumber, Judge>>>;

const NUMBERS = Object.keys(ASSUMPTIONS) as AssumptionNumber[];

/** The assumptions that a probe checks, and those that no request can show. */
export const PROBED = NUMBERS.filter((number) => Object.hasOwn(JUDGES, number)) as (keyof typeof JUDGES)[];
export const NOT_PROBED = NUMBERS.filter((number) => !Object.hasOwn(JUDGES, number));

/** One assumption, and what the probe says about it. */
export interface Judgement extends Verdict {
  readonly number: AssumptionNumber;
}

/** Whether no response shows that the API is there: neither its test of the token nor any list. */
export function sawNothing(seen: Observations): boolean {
  return JUDGES.A1(seen).verdict === 'not seen' && listLists(seen).length === 0;
}

/** Compares what was seen with every assumption that a probe can check. Pure. */
export function judgeProbe(seen: Observations): readonly Judgement[] {
  return PROBED.map((number) => ({ number, ...JUDGES[number](seen) }));
}
