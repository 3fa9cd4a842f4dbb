import { toPlainText } from '../../case/plain-text.ts';
import type { Candidate } from '../../db/find-candidates.ts';
import type { CaseList } from '../../db/linked/read-records.ts';
import type { Presence } from '../../db/read-case.ts';
import { type JsonObject, type JsonValue, isJsonObject } from '../../lib/json.ts';
import { pad, widthOfText, wrapText, renderCount, renderPlural } from '../../lib/layout.ts';
import { toLocalMinute } from '../../lib/local-time.ts';
import { type Io, textWidth } from '../io.ts';
import { type FilesOfCase, type ListSection, toListSections, toListWords } from './case-lists.ts';
import { escapeMarkdown } from './style.ts';
import { renderTable } from './table.ts';
import { toCaseName, toCellText } from './words.ts';
import { toCaseLink } from '../../case/reference.ts';

const MAX_SHOWN = 20;

/** The cases that match, one per line. */
export function renderCandidates(
  found: readonly Candidate[],
  { stderr, env }: Pick<Io, 'stderr' | 'env'>,
): string {
  const width = textWidth({ stdout: stderr, env });
  const table = renderTable(
    [
      { heading: 'id', align: 'right', fit: 'whole' },
      { heading: 'name' },
      { heading: 'court' },
      { heading: 'filed', fit: 'whole' },
    ],
    found
      .slice(0, MAX_SHOWN)
      .map(({ id, name, court, filing_date, filing_year }) => [
        String(id),
        toCaseName(name),
        court ?? '',
        filing_date === null || filing_date === '' ? String(filing_year ?? '') : filing_date.slice(0, 10),
      ]),
    width,
  );
  const rest = found.length - MAX_SHOWN;
  return `${table}${rest > 0 ? wrapText(`and ${renderPlural(rest, 'more case')}`, width) : ''}`;
}

/** The content of a case in order, independent of the format. Texts are as the API sent them. */
export interface CaseDocument {
  /** Printed first: that the case has departed. */
  readonly notices: readonly string[];
  readonly title: string;
  readonly facts: readonly (readonly [label: string, text: string])[];
  readonly docket: {
    readonly title: string;
    readonly entries: readonly DocketLine[];
    readonly more: string | null;
    /** Whether each entry is printed in full. */
    readonly isWhole: boolean;
  } | null;
  /** The records of the linked lists, one per line. */
  readonly lists: readonly ListSection[];
  readonly sections: readonly (readonly [title: string, paragraphs: readonly string[]])[];
}

export interface DocketLine {
  readonly day: string;
  readonly number: string;
  readonly text: string;
}

export interface CaseToTell {
  readonly payload: JsonObject;
  readonly presence: Presence;
  readonly firstRunId: number;
  readonly changedRunId: number;
  readonly timeZone: string;
  /** All docket entries in full, or the newest few. */
  readonly isDocketWhole: boolean;
  /** Its linked lists; missing where they are not told, as for an earlier state. */
  readonly lists?: readonly CaseList[];
  /** The stored files of its documents. */
  readonly files?: FilesOfCase;
}

const NEWEST_ENTRIES = 5;

export function toCaseDocument(told: CaseToTell): CaseDocument {
  const { payload, presence } = told;
  const name = textOf(payload.name) || (presence.redacted_run_id === null ? '(no name)' : '(removed)');
  return {
    notices: toNotices(told),
    title: `${name} (case ${JSON.stringify(payload.id)})`,
    facts: toFacts(told).filter(([, text]) => text !== ''),
    docket: toDocket(payload.main_docket, told.isDocketWhole),
    lists: toListSections(told.lists ?? [], told.files ?? new Map()),
    sections: (
      [
        ['In short', toParagraphs(payload.summary_short) ?? toParagraphs(payload.summary_tiny)],
        ['Summary', toParagraphs(payload.summary)],
      ] as const
    ).flatMap(([title, paragraphs]) => (paragraphs === null ? [] : [[title, paragraphs] as const])),
  };
}

export function toNotices({ presence, timeZone }: CaseToTell): string[] {
  const { departed_run_id, departed_at, redacted_run_id, redacted_at } = presence;
  const at = (time: string | null): string => (time === null ? '' : ` on ${toLocalMinute(time, timeZone)}`);
  return [
    ...(redacted_run_id === null
      ? []
      : [`Redacted by run ${redacted_run_id}${at(redacted_at)}: its content was removed on request.`]),
    ...(departed_run_id === null || departed_run_id === redacted_run_id
      ? []
      : [`Departed: run ${departed_run_id} found it gone from the site${at(departed_at)}.`]),
  ];
}

function toFacts({
  payload,
  presence,
  firstRunId,
  changedRunId,
  lists = [],
  timeZone,
}: CaseToTell): [string, string][] {
  const text = (field: string): string => textOf(payload[field]);
  const list = (...fields: string[]): string => fields.flatMap((field) => textsOf(payload[field])).join('; ');
  const join = (...parts: string[]): string => parts.filter((part) => part !== '').join('; ');
  const label = (name: string, value: string): string => (value === '' ? '' : `${name} ${value}`);
  const id = typeof payload.id === 'number' ? payload.id : null;
  return [
    ['Ongoing', text('case_ongoing')],
    ['Case status', text('case_status')],
    ['Court', text('court')],
    ['State', text('state')],
    ['Filed', text('filing_date') || yearOf(payload.filing_year)],
    ['Closed', text('terminating_date') || yearOf(payload.closing_year)],
    ['Case types', list('case_types', 'special_case_type', 'facility_type')],
    ['Causes', join(list('causes', 'constitutional_clause'), text('cause_other'))],
    ['Issues', list('issues', 'custom_issues')],
    ['Plaintiffs', join(toPlain(text('plaintiff_description')), list('plaintiff_type'))],
    [
      'Counsel',
      join(list('attorney_orgs'), label('public interest lawyer:', text('public_interest_lawyer'))),
    ],
    ['Defendants', toDefendants(payload.case_defendants)],
    [
      'Class action',
      join(label('sought:', text('class_action_sought')), label('granted:', text('class_action_granted'))),
    ],
    ['Prevailing party', text('prevailing_party')],
    [
      'Relief',
      join(
        list('relief_natures'),
        text('relief_nature_other'),
        label('by', list('relief_sources')),
        label('settlement:', list('settlement_agreement')),
        label('injunction:', list('content_of_injunction')),
        label('duration:', text('injunction_duration')),
        label('orders:', toYears(payload.order_start_year, payload.order_end_year)),
        label('paid:', text('defendant_payment')),
      ),
    ],
    ['Available documents', list('available_documents')],
    ['Linked lists', toListWords(lists, timeZone, presence)],
    ['Related cases', toRelated(payload.related_cases)],
    ['Collections', list('special_collections')],
    ['Last checked', text('last_checked_date').slice(0, 10)],
    ['Link', id === null ? '' : toCaseLink(id)],
    ['In the mirror', `since run ${firstRunId}, last changed by run ${changedRunId}`],
  ];
}

function toDefendants(value: JsonValue | undefined): string {
  const defendants = Array.isArray(value) ? value.filter(isJsonObject) : [];
  return defendants
    .map((one) => {
      const where = ['institution', 'institution_city', 'institution_county', 'institution_alt_state'];
      const details = [...where, 'defendant_level', 'defendant_level_other']
        .map((field) => textOf(one[field]))
        .filter((text) => text !== '');
      const name = textOf(one.name) || '(no name)';
      return details.length === 0 ? name : `${name} (${[...new Set(details)].join(', ')})`;
    })
    .join('; ');
}

function toRelated(value: JsonValue | undefined): string {
  const related = Array.isArray(value) ? value.filter(isJsonObject) : [];
  return related
    .map(({ id, name }) => `${toRelatedName(name)} (case ${JSON.stringify(id ?? null)})`)
    .join('; ');
}

/** What stands for the name of a related case: it is null where the case is not public. */
export function toRelatedName(name: JsonValue | undefined): string {
  return textOf(name) || (name === null ? '(no public name)' : '(no name)');
}

function toDocket(docket: JsonValue | undefined, isWhole: boolean): CaseDocument['docket'] {
  if (!isJsonObject(docket)) return null;
  const entries = Array.isArray(docket.docket_entries) ? docket.docket_entries.filter(isJsonObject) : [];
  const dayOf = (entry: JsonObject): string => textOf(entry.date_filed).slice(0, 10);
  const shown = isWhole
    ? entries
    : entries
        .filter((entry) => dayOf(entry) !== '')
        .sort((a, b) => (textOf(a.date_filed) < textOf(b.date_filed) ? 1 : -1))
        .slice(0, NEWEST_ENTRIES);
  const order = isWhole || shown.length === 0 ? '' : ', newest first';
  const rest = entries.length - shown.length;
  return {
    title: `Docket ${textOf(docket.docket_number_manual)} (${renderPlural(entries.length, 'entry', 'entries')}${order})`,
    entries: shown.map((entry) => ({
      day: dayOf(entry),
      number: textOf(entry.entry_number),
      text: toEntryText(entry),
    })),
    more: isWhole || rest === 0 ? null : `${renderCount(rest)} more: --docket shows all, each of them whole.`,
    isWhole,
  };
}

function toEntryText({ description, attachments }: JsonObject): string {
  const count = Array.isArray(attachments) ? attachments.length : 0;
  const more = count === 0 ? '' : ` (${renderPlural(count, 'attachment')})`;
  return `${toPlain(textOf(description)) || '(no description)'}${more}`;
}

function toYears(start: JsonValue | undefined, end: JsonValue | undefined): string {
  const [from, to] = [yearOf(start), yearOf(end)];
  return from === '' && to === '' ? '' : `${from || '?'} to ${to || '?'}`;
}

function yearOf(value: JsonValue | undefined): string {
  return typeof value === 'number' && value !== 0 ? String(value) : '';
}

function toParagraphs(value: JsonValue | undefined): readonly string[] | null {
  const plain = toPlainText(textOf(value));
  return plain.trim() === '' ? null : plain.split('\n');
}

/** Some fields for plain text contain markup nevertheless. */
export function toPlain(text: string): string {
  return /[<&]/.test(text) ? toPlainText(text).replace(/\n+/g, ' ') : text;
}

function textsOf(value: JsonValue | undefined): string[] {
  const elements = Array.isArray(value) ? value : [];
  return elements
    .map((element) => textOf(isJsonObject(element) ? element.value : element))
    .filter((text) => text !== '');
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value.trim() : '';
}

const GAP = '  ';
/** The maximum number of lines of a docket entry; --docket prints it in full. */
const ENTRY_LINES = 2;

/** A case as text: its fields, the people involved, its newest docket entries, its summary. */
export function* renderCase(
  { notices, title, facts, docket, lists, sections }: CaseDocument,
  width: number,
): Generator<string> {
  const say = (text: string): string => wrapText(toCellText(text), width);
  for (const notice of notices) yield say(notice);
  if (notices.length > 0) yield '\n';
  yield `${say(title)}\n`;
  const labels = Math.max(0, ...facts.map(([label]) => widthOfText(label))) + GAP.length;
  for (const [label, text] of facts)
    yield wrapText(toCellText(text), width, { first: pad(label, labels, 'left'), rest: ' '.repeat(labels) });
  if (docket !== null) {
    yield `\n${say(docket.title)}`;
    const numbers = Math.max(0, ...docket.entries.map(({ number }) => widthOfText(toCellText(number))));
    const maxLines = docket.isWhole ? Infinity : ENTRY_LINES;
    for (const entry of docket.entries) yield renderEntry(entry, numbers, maxLines, width);
    if (docket.more !== null) yield wrapText(docket.more, width, { first: GAP });
  }
  for (const [heading, records] of lists) {
    yield `\n${say(heading)}`;
    for (const record of records)
      yield wrapText(toCellText(record), width, { first: GAP, rest: GAP.repeat(2) });
  }
  for (const [heading, paragraphs] of sections) {
    yield `\n${say(heading)}\n`;
    for (const paragraph of paragraphs) yield say(paragraph);
  }
}

const MAX_OF_NUMBER = 12;

function renderEntry(
  { day, number, text }: DocketLine,
  numbers: number,
  maxLines: number,
  width: number,
): string {
  const digits = pad(toCellText(number), Math.min(numbers, MAX_OF_NUMBER), 'right');
  const first = `${GAP}${pad(day, '2030-01-01'.length, 'left')}${GAP}${numbers === 0 ? '' : digits + GAP}`;
  // On a narrow terminal, the text is printed below its date instead of beside it.
  const isNarrow = width - widthOfText(first) < width / 2;
  if (!isNarrow)
    return wrapText(toCellText(text), width, { first, rest: ' '.repeat(widthOfText(first)), maxLines });
  const head = wrapText(first.trim(), width, { first: GAP });
  return head + wrapText(toCellText(text), width, { first: GAP.repeat(2), maxLines });
}

/** The same as Markdown. */
export function* renderCaseMarkdown({
  notices,
  title,
  facts,
  docket,
  lists,
  sections,
}: CaseDocument): Generator<string> {
  for (const notice of notices) yield `**${escapeMarkdown(notice)}**\n\n`;
  yield `# ${escapeMarkdown(title)}\n\n`;
  for (const [label, text] of facts)
    yield `- **${label}**: ${label === 'Link' ? `<${text}>` : escapeMarkdown(text)}\n`;
  if (docket !== null) {
    yield `\n## ${escapeMarkdown(docket.title)}\n\n`;
    for (const { day, number, text } of docket.entries)
      yield `- ${escapeMarkdown([day, number === '' ? '' : `no. ${number}`].filter(Boolean).join(', '))}: ${escapeMarkdown(text)}\n`;
    if (docket.more !== null) yield `\n${escapeMarkdown(docket.more)}\n`;
  }
  for (const [heading, records] of lists) {
    yield `\n## ${escapeMarkdown(heading)}\n\n`;
    for (const record of records) yield `- ${escapeMarkdown(record)}\n`;
  }
  for (const [heading, paragraphs] of sections) {
    yield `\n## ${escapeMarkdown(heading)}\n`;
    for (const paragraph of paragraphs.filter((one) => one !== '')) yield `\n${escapeMarkdown(paragraph)}\n`;
  }
}
