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
} from './judge-linked.ts';
import { REQUEST_JUDGES, listLists } from './judge-requests.ts';
import { type ListFacts, type Observation, describeObservation, listIn } from './observe.ts';
import { PROBED_LIST, type Observations, chooseCase, listCases } from './requests.ts';

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
        `page 2: ${second === null ? describeObservation(seen.second) : `${renderPlural(repeated, 'case')} of page 1, ${orderOf([...page.records, ...second.records])} over both`}`,
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

function judgeCaseRecords(seen: Observations, judge: (records: ListFacts['records']) => Verdict): Verdict {
  const lists = [seen.page, seen.second, seen.unclassified, seen.one].flatMap((one) => listIn(one) ?? []);
  const records = lists.flatMap((list) => list.records);
  return records.length === 0 ? notSeen(seen.page) : judge(records);
}

/** A function for each assumption that a probe can check. */
const JUDGES = {
  ...REQUEST_JUDGES,
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
  return REQUEST_JUDGES.A1(seen).verdict === 'not seen' && listLists(seen).length === 0;
}

/** Compares what was seen with every assumption that a probe can check. Pure. */
export function judgeProbe(seen: Observations): readonly Judgement[] {
  return PROBED.map((number) => ({ number, ...JUDGES[number](seen) }));
}
