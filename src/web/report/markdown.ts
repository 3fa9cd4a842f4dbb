import { renderCaseChanges, toFactWords } from '../../cli/text/changes.ts';
import { renderCoverage } from '../../cli/text/report.ts';
import { toEndWords } from '../../cli/text/period.ts';
import { MARKDOWN, escapeMarkdown } from '../../cli/text/style.ts';
import { toCaseLink } from '../../case/reference.ts';
import { toCaseName } from '../../cli/text/words.ts';
import type { Period } from '../../history/period.ts';
import { clipText, renderCount, renderPlural } from '../../lib/layout.ts';
import { localizeTimes } from '../../lib/local-time.ts';
import { toAuditTitle } from '../pages/audit.ts';
import { orderMoves, toStatusLabel } from '../html/transitions.ts';
import { toDay } from '../html/parts.ts';
import type { ReportFacts } from './facts.ts';
import type { CaseTeller, GatheredChanges, ToldCases } from './gather.ts';
import {
  toCredit,
  NO_SYNC,
  TIME_ZONE,
  listRunNotes,
  toChangesCommand,
  toMovesCommand,
  toPeriodName,
  toUnnamedWords,
  toWithheldWords,
} from './words.ts';

/** Mail programs cut longer texts. */
export const MAX_MARKDOWN_BYTES = 90_000;
/** The room of the parts that grow. */
export const MARKDOWN_ROOM = { changed: 45_000, appeared: 15_000 };
export const MAX_MARKDOWN_MOVES = 30;
const MAX_CELL = 200;

/** A cell of a table: one line, and nothing in it is markup. */
const toCell = (text: string): string => escapeMarkdown(clipText(text, MAX_CELL));
const toLink = (id: number, name: string | null): string =>
  name === null
    ? toWithheldWords(id)
    : `[${escapeMarkdown(toCaseName(name))}](${toCaseLink(id)}) (case ${id})`;

function renderTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('');
}

/** Renders a report as Markdown for the body of an email. */
export function renderReportMarkdown(facts: ReportFacts, changes: GatheredChanges<string>): string {
  const { period, last, audits } = facts;
  const found = audits.filter(({ count }) => count > 0).toSorted((a, b) => b.count - a.count);
  const parts: readonly (readonly [heading: string, body: string | null])[] = [
    ['Is it complete?', renderHealth(facts)],
    ['From one status to another', renderMoves(facts)],
    ['What changed, case by case', renderTold(changes.changed, 'changed case', period, changes.unnamed)],
    ['New cases', changes.appeared.total === 0 ? null : renderTold(changes.appeared, 'new case', period)],
    [
      `Ongoing cases that have been silent longest, as of ${last.started_at.slice(0, 10)}`,
      renderSilent(facts),
    ],
    [
      'Contradictions in the data',
      found.length === 0
        ? 'No audit lists a case.\n'
        : renderTable(
            ['Audit', 'Cases', 'What it lists'],
            found.map((one) => [toAuditTitle(one), renderCount(one.count), one.shows]),
          ),
    ],
    [
      'About this report',
      `${toCredit(facts)} Times are in UTC. Cases and documents that are no longer on the site, were removed on request or are not for the public are not named; of such a case, its number is told, and of such a record nothing. At most ${renderCount(MAX_MARKDOWN_BYTES)} bytes; what had no room is named with the command that shows it.\n`,
    ],
  ];
  return [
    `# What changed on the Clearinghouse: ${toPeriodName(period)}\n`,
    `${changes.totals.toWords()}\n`,
    ...listRunNotes(facts, changes.baselineId).map((note) => `**${note}**\n`),
    ...parts.flatMap(([heading, body]) => (body === null ? [] : [`## ${heading}\n`, body])),
  ].join('\n');
}

function renderHealth({ lastSync }: ReportFacts): string {
  if (lastSync === null) return `${NO_SYNC}\n`;
  const { run, lists, coverage } = lastSync;
  const error =
    run.error_message === null
      ? ''
      : ` ${run.error_code ?? ''}: ${escapeMarkdown(localizeTimes(run.error_message, TIME_ZONE))}`;
  return [
    `Run ${run.id} ${toEndWords(run)}.${error}\n`,
    ...(coverage === undefined ? [] : [renderCoverage(coverage)]),
    ...(lists.length === 0
      ? []
      : [
          renderTable(
            ['List', 'Outcome', 'Cases', 'New', 'Changed'],
            lists.map((one) => [
              toCell(`${one.list_id} ${one.label}`),
              one.outcome,
              renderCount(one.cases_seen),
              renderCount(one.cases_new),
              renderCount(one.cases_changed),
            ]),
          ),
        ]),
  ].join('\n');
}

function renderMoves({ period, moveCounts, moves, moveCount }: ReportFacts): string | null {
  if (period.baselineId !== undefined) return null;
  if (moveCounts.length === 0) return 'No case changed its status, came or left.\n';
  const shown = moves.slice(0, MAX_MARKDOWN_MOVES);
  const rest = moveCount - shown.length;
  const label = (status: string): string => escapeMarkdown(toStatusLabel(status));
  return [
    renderTable(
      ['From', 'To', 'Moves', 'Cases'],
      orderMoves(moveCounts).map((one) => [
        label(one.from_status),
        label(one.to_status),
        renderCount(one.moves),
        renderCount(one.cases),
      ]),
    ),
    ...(shown.length === 0
      ? []
      : [
          shown
            .map(
              (one) =>
                `- ${toLink(one.case_id, one.case_name)}: ${label(one.from_status)} to ${label(one.to_status)}\n`,
            )
            .join(''),
        ]),
    ...(rest > 0 ? [renderRest(`${renderPlural(rest, 'move')} more`, toMovesCommand(period))] : []),
  ].join('\n');
}

const renderRest = (what: string, command: string): string =>
  `Not in this report: ${what}. \`${command}\` shows all.\n`;

function renderTold({ pieces, total }: ToldCases<string>, noun: string, period: Period, unnamed = 0): string {
  if (total + unnamed === 0) return 'No case changed.\n';
  const rest = total - pieces.length;
  const cut = renderRest(`${renderPlural(rest, noun)} of ${renderCount(total)}`, toChangesCommand(period));
  return `${rest > 0 ? `${cut}\n` : ''}${unnamed > 0 ? `${toUnnamedWords(unnamed)}\n\n` : ''}${pieces.join('')}`;
}

/** How Markdown tells of one case. */
export function createMarkdownTeller(period: Period): CaseTeller<string> {
  return {
    changed: (one, readers) =>
      [
        MARKDOWN.caseHeading(one.caseId, toCaseName(readers.nameOf(one.caseId))),
        ...renderCaseChanges(one, { period, ...readers, timeZone: TIME_ZONE }, MARKDOWN),
        '\n',
      ].join(''),
    appeared: (caseId, { nameOf, factsOf }) =>
      MARKDOWN.caseLine(caseId, toCaseName(nameOf(caseId)), toFactWords(factsOf(caseId))),
    withheld: ({ caseId }) =>
      `### Case ${caseId}\n\n- ${toWithheldWords(caseId)}. Its changes are not told.\n\n`,
  };
}

function renderSilent({ silent: { cases } }: ReportFacts): string {
  if (cases.length === 0) return 'No ongoing case has a docket entry with a date.\n';
  return renderTable(
    ['Case', 'Last entry', 'Last checked', 'Days'],
    cases.map(({ id, name, last_entry_date, last_checked_date, days }) => [
      toLink(id, name ?? ''),
      toCell(toDay(last_entry_date)),
      toCell(toDay(last_checked_date) || 'never'),
      renderCount(days),
    ]),
  );
}
