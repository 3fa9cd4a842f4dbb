import { toRunText } from '../../history/moments.ts';
import type { Period } from '../../history/period.ts';
import { toBaselineWords, toEndWords, toPeriodWords } from '../../cli/text/period.ts';
import { toOutcomeMeaning } from '../pages/runs.ts';
import { renderPlural } from '../../lib/layout.ts';
import type { ReportFacts } from './facts.ts';
import { toMonday } from './gather.ts';

/* What both forms of a report say. */

/** A report is read elsewhere, and has the same bytes wherever it is made. */
export const TIME_ZONE = 'UTC';

const CREDIT =
  'The data come from the Civil Rights Litigation Clearinghouse, University of Michigan Law School, https://clearinghouse.net. It asks to be credited or cited.';

/** Where the data come from. */
export const toCredit = ({ otherSource }: ReportFacts): string =>
  otherSource === null ? CREDIT : toForeign(otherSource);

const toForeign = (source: string): string =>
  `The data are not the Clearinghouse's own: they come from ${source}.`;

/** "run 7 (2026-01-07 03:17 UTC)". */
export const toPeriodName = (period: Period): string => toPeriodWords(period, TIME_ZONE);

/** What a reader has to know before the numbers: data of another source, a run that may have missed something, or the first one. */
export function listRunNotes({ lastSync, otherSource }: ReportFacts, baselineId: number | null): string[] {
  return [
    ...(otherSource === null ? [] : [toForeign(otherSource)]),
    ...(baselineId === null ? [] : [`${toBaselineWords(baselineId)} Its cases are not listed as new.`]),
    ...(lastSync === null || lastSync.run.outcome === 'complete'
      ? []
      : [
          `Run ${lastSync.run.id} ${toEndWords(lastSync.run)}, so it may have missed changes. ${toOutcomeMeaning(lastSync.run) ?? ''}`,
        ]),
  ];
}

const toRuns = ({ first, last }: Period): string =>
  `--since ${toRunText(first.id)} --until ${toRunText(last.id)}`;

export const toReportCommand = (period: Period): string => `clearinghouse-mirror report ${toRuns(period)}`;

export const toChangesCommand = (period: Period): string =>
  `clearinghouse-mirror changes ${toRuns(period)} --limit 0`;
export const toMovesCommand = (period: Period): string =>
  `clearinghouse-mirror transitions ${toRuns(period)} --list`;

export const NO_SYNC =
  'Content was removed on request. No run of this period read lists, so that nothing is known of completeness.';

/** How many cases changed only in records that are not named. */
export function toUnnamedWords(cases: number): string {
  return `${renderPlural(cases, 'changed case is', 'changed cases are')} not named: only records changed that were removed on request or are not for the public.`;
}

export const toWithheldWords = (caseId: number): string => `Case ${caseId} is no longer on the site`;

const WEEKS = 26;
const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

/** The weeks until the last run, with the entries of each, and how many entries are of no such week. */
export function toWeeks(weeks: ReadonlyMap<string, number>, until: string) {
  const lastMonday = Date.parse(toMonday(until));
  const mondays = Array.from({ length: WEEKS }, (_, at) =>
    new Date(lastMonday - (WEEKS - 1 - at) * WEEK_MS).toISOString().slice(0, 10),
  );
  const shown = mondays.map((monday) => ({ monday, entries: weeks.get(monday) ?? 0 }));
  const all = [...weeks.values()].reduce((sum, entries) => sum + entries, 0);
  const drawn = shown.reduce((sum, { entries }) => sum + entries, 0);
  const undated = weeks.get('') ?? 0;
  return { shown, undated, earlier: all - drawn - undated };
}
