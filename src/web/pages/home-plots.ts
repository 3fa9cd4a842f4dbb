import type Database from 'better-sqlite3';
import { ONGOING_LISTS } from '../../api/lists.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import type { CoverageRow } from '../../db/state.ts';
import { toCoverageJson } from '../../cli/text/report.ts';
import { FILING_YEAR } from '../../search/filters.ts';
import { renderCount, renderPlural } from '../../lib/layout.ts';
import { ADDRESS } from '../addresses.ts';
import { type Content, type Html, html, linkTo } from '../html/html.ts';
import { renderTable } from '../html/parts.ts';
import { renderBar, renderColumnPlot } from '../html/plots.ts';

/** Years before these are drawn as one. */
const YEARS = 60;
const WEEKS = 52;
const DAY_MS = 24 * 60 * 60 * 1000;

const [NO, YES] = [ONGOING_LISTS[0].label, ONGOING_LISTS[1].label];

interface Year {
  /** The year; null if it is not known. */
  readonly year: string | null;
  readonly yes: number;
  readonly no: number;
  readonly other: number;
}

/** How many cases were filed in each year, and which of them are ongoing. */
export function renderCasesByYear(copy: Database.Database, now: Date): Html {
  const rows = copy
    .prepare<[object], Year>(
      `SELECT ${FILING_YEAR} AS year, sum(case_ongoing IS @yes) AS yes, sum(case_ongoing IS @no) AS no,
        sum(case_ongoing IS NOT @yes AND case_ongoing IS NOT @no) AS other
       FROM cases WHERE mirror_departed_run_id IS NULL GROUP BY 1 ORDER BY 1`,
    )
    .all({ yes: YES, no: NO });
  const last = now.getUTCFullYear();
  const first = last - YEARS + 1;
  const byYear = new Map(rows.map((row) => [Number(row.year), row]));
  const years = Array.from({ length: YEARS }, (_, at) => first + at);
  const outside = rows.filter(({ year }) => year === null || Number(year) < first || Number(year) > last);
  const elsewhere = outside.reduce((sum, { yes, no, other }) => sum + yes + no + other, 0);
  const pick = (kind: 'yes' | 'no' | 'other'): number[] => years.map((year) => byYear.get(year)?.[kind] ?? 0);
  return renderColumnPlot({
    id: 'by-year',
    heading: 'Cases by the year of filing',
    text: `From ${first} to ${last}, by whether they are ongoing.${
      elsewhere === 0
        ? ''
        : ` ${renderPlural(elsewhere, 'case')} of other or unknown years ${elsewhere === 1 ? 'is' : 'are'} in the table only.`
    }`,
    names: years.map(String),
    ticks: years.map((year) => (year % 10 === 0 ? String(year) : null)),
    series: [
      { name: 'Ongoing', values: pick('yes') },
      { name: 'Not ongoing', values: pick('no') },
      { name: 'Other or no status', values: pick('other') },
    ],
    table: {
      caption: 'Cases by the year of filing',
      isCaptionHidden: true,
      columns: [
        {
          heading: 'Year',
          isName: true,
          cell: ({ year }: Year) => linkTo(ADDRESS.cases({ filed: year ?? '(none)' }), year ?? 'not known'),
        },
        { heading: 'Ongoing', isNumber: true, cell: ({ yes }) => renderCount(yes) },
        { heading: 'Not ongoing', isNumber: true, cell: ({ no }) => renderCount(no) },
        { heading: 'Other or no status', isNumber: true, cell: ({ other }) => renderCount(other) },
      ],
      rows: rows.toReversed(),
    },
  });
}

interface Week {
  /** Its Monday. */
  readonly monday: string;
  readonly entries: number;
}

const toDay = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** The Monday of the week of a time, in UTC. */
function toMondayTime(time: number): number {
  const day = Math.floor(time / DAY_MS) * DAY_MS;
  return day - ((new Date(day).getUTCDay() + 6) % 7) * DAY_MS;
}

/** With more empty weeks than these, a plot ends with the newest entry instead of now: the data are of another time. */
const EMPTY_WEEKS = 8;

/** The Monday of the last week to show: of this week, or of the newest docket entry if that is long ago. */
function findLastMonday({ sqlite }: Mirror, now: Date): { readonly monday: number; readonly isNow: boolean } {
  const thisMonday = toMondayTime(now.getTime());
  const newest = sqlite
    .prepare<[string], string | null>('SELECT max(date_filed) FROM docket_entries WHERE date_filed < ?')
    .pluck()
    .get(toDay(thisMonday + 7 * DAY_MS));
  const time = Date.parse(`${newest?.slice(0, 10) ?? ''}T00:00:00Z`);
  const isNow = Number.isNaN(time) || thisMonday - time <= EMPTY_WEEKS * 7 * DAY_MS;
  return { monday: isNow ? thisMonday : toMondayTime(time), isNow };
}

/** How many docket entries were filed in each of the last weeks. */
export function renderActivity(mirror: Mirror, now: Date): Html {
  const { sqlite } = mirror;
  const { monday: lastMonday, isNow } = findLastMonday(mirror, now);
  const mondays = Array.from({ length: WEEKS }, (_, at) => toDay(lastMonday - (WEEKS - 1 - at) * 7 * DAY_MS));
  const counts = new Map(
    sqlite
      .prepare<[string, string], [string, number]>(
        // An index counts the entries of each day; to compute the week of each entry takes longer.
        `SELECT date(date_filed, '-6 days', 'weekday 1') AS monday, sum(entries) FROM (
           SELECT date_filed, count(*) AS entries FROM docket_entries
           WHERE date_filed >= ? AND date_filed < ? GROUP BY date_filed)
         GROUP BY 1`,
      )
      .raw()
      .all(String(mondays[0]), toDay(lastMonday + 7 * DAY_MS)),
  );
  const weeks = mondays.map((monday): Week => ({ monday, entries: counts.get(monday) ?? 0 }));
  const month = new Intl.DateTimeFormat('en-US', { month: 'short', timeZone: 'UTC' });
  return renderColumnPlot({
    id: 'by-week',
    heading: 'Docket entries by the week of filing',
    text: `In the main dockets of all cases, in the ${WEEKS} weeks until ${toDay(lastMonday + 6 * DAY_MS)}${isNow ? '' : ', the week of the newest entry'}. Courts and the Clearinghouse add the newest ones later.`,
    names: weeks.map(({ monday }) => `Week from ${monday}`),
    ticks: weeks.map(({ monday }) => {
      const date = new Date(`${monday}T00:00:00Z`);
      const isFirst = date.getUTCDate() <= 7 && date.getUTCMonth() % 3 === 0;
      return isFirst ? `${month.format(date)} ${date.getUTCFullYear()}` : null;
    }),
    series: [{ name: 'Docket entries', values: weeks.map(({ entries }) => entries) }],
    table: {
      caption: 'Docket entries by week',
      isCaptionHidden: true,
      columns: [
        { heading: 'Week from', isName: true, cell: ({ monday }: Week) => monday },
        { heading: 'Docket entries', isNumber: true, cell: ({ entries }) => renderCount(entries) },
      ],
      rows: weeks.toReversed(),
    },
  });
}

/** What a check of the coverage counted. */
export function renderCoverageBars(check: CoverageRow | undefined): Content {
  if (check === undefined) return null;
  const newest = toCoverageJson(check);
  const rows = (
    [
      ['Cases on the site', newest.count_all],
      ['In one of the five lists of case_ongoing', newest.count_ongoing],
      ['In none of them', newest.without_ongoing_status],
      ['In the mirror', newest.cases_mirrored],
      ['Missing in the mirror', newest.not_mirrored],
    ] as const
  ).flatMap(([label, count]) => (count === null ? [] : [{ label, count }]));
  const max = Math.max(...rows.map(({ count }) => count));
  return html`<div class="with-bars">
    ${renderTable({
      caption: `Coverage found by run ${newest.run_id}`,
      columns: [
        { heading: 'What was counted', isName: true, cell: ({ label }: (typeof rows)[number]) => label },
        { heading: 'Cases', isNumber: true, cell: ({ count }) => renderCount(count) },
        { heading: html`<span class="hidden">Bar</span>`, cell: ({ count }) => renderBar(count, max) },
      ],
      rows,
    })}
  </div>`;
}
