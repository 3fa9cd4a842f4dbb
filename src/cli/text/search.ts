import { quoteWord } from '../../lib/command-line.ts';
import { VALUE_FILTERS } from '../../search/filters.ts';
import { type Nothing, toSqlOfValue } from '../../search/nothing.ts';
import type { FoundCase, FoundEntry } from '../../search/results.ts';
import type { SearchRequest } from '../../search/request.ts';
import type { Count } from '../../search/row-hits.ts';
import type { SearchTotals } from '../../search/search.ts';
import type { Piece } from '../../search/snippets.ts';
import { ROW_KINDS, type RowKind } from '../../search/sources.ts';
import { suggestNames } from '../../lib/closest-names.ts';
import { clipText, renderCount, renderPlural } from '../../lib/layout.ts';
import { MARKDOWN, type WritingStyle } from './style.ts';
import { toCaseName } from './words.ts';
import { toCaseLink, toDocumentLink } from '../../case/reference.ts';

export interface SearchToRender {
  readonly request: SearchRequest;
  readonly totals: SearchTotals;
  readonly results: Iterable<FoundCase>;
  /** Whether the matches are in bold type, by the codes of terminals. */
  readonly color: boolean;
}

/** Prints results case by case. */
export function* renderSearch(
  { request, totals, results, color }: SearchToRender,
  style: WritingStyle,
): Generator<string> {
  const toText = (pieces: readonly Piece[]): string => renderPieces(pieces, style, color);
  const groups = listGroups(totals, request);
  let shown = 0;
  for (const result of results) {
    const title = groups.find(({ from }) => from === shown)?.title;
    if (title !== undefined) yield style.title(title);
    shown++;
    yield style.caseHeading(result.case_id, toCaseName(result.name));
    const facts = toFacts(result);
    if (facts !== '') yield style.line(style.text(facts), 0);
    if (result.found_in.length > 0) {
      const fields = result.found_in.map((field) => style.field(field)).join(', ');
      yield style.line(`in ${fields}${result.snippet.length === 0 ? '' : `: ${toText(result.snippet)}`}`, 0);
    }
    yield* renderDocuments(result, style, toText);
    yield* renderEntries(result, style, toText);
    yield '\n';
  }
  const { cases } = totals;
  if (!cases.isExact) yield `${style.sentence('More cases may match: --limit 0 shows and counts all.')}\n`;
  else if (cases.count > shown) {
    const rest = renderPlural(cases.count - shown, 'more case');
    yield `${style.sentence(`${rest} not shown: --limit 0 shows all.`)}\n`;
  }
  const rows = ROW_KINDS.flatMap((kind) => {
    const found = totals.rows[kind]?.found;
    // Few mirrors have texts, and one without documents has none to miss.
    if (found === undefined || (found.count === 0 && kind !== 'entries')) return [];
    return [renderFound(found, COUNTED[kind])];
  });
  yield style.sentence(`In all: ${[renderFound(cases, ['case', 'cases']), ...rows].join(', ')}.`);
}

type Noun = readonly [one: string, many: string];

const COUNTED: Readonly<Record<RowKind, Noun>> = {
  documents: ['matching document', 'matching documents'],
  entries: ['matching docket entry', 'matching docket entries'],
  texts: ['matching text', 'matching texts'],
};

function renderFound({ count, isExact }: Count, [one, many]: Noun): string {
  return `${isExact ? '' : 'at least '}${renderPlural(count, one, many)}`;
}

/** The headings, each with the number of cases before it. */
function listGroups(
  { casesByText, rows }: SearchTotals,
  { newest }: SearchRequest,
): { readonly from: number; readonly title: string }[] {
  const groups = [];
  let from = 0;
  if (casesByText.count > 0) {
    const order = newest ? 'the last filed first' : 'the most relevant first';
    groups.push({ from, title: `${renderFound(casesByText, ['case matches', 'cases match'])}, ${order}` });
    from += casesByText.count;
  }
  for (const kind of ROW_KINDS) {
    const found = rows[kind];
    if (found === null || found.cases.count === 0) continue;
    const more = from > 0 ? 'more ' : '';
    const [what, newestFirst] = GROUPS[kind];
    const order = newest || !found.isRanked ? newestFirst : 'the most relevant first';
    const cases = renderFound(found.cases, [`${more}case has`, `${more}cases have`]);
    groups.push({ from, title: `${cases} ${what}, ${order}` });
    from += found.cases.count;
  }
  return groups;
}

const GROUPS = {
  documents: ['matching documents', 'the newest document first'],
  entries: ['matching docket entries', 'the newest entry first'],
  texts: ['documents with matching texts', 'the newest document first'],
} as const satisfies Record<RowKind, readonly [string, string]>;

function toFacts({ court, filing_date, filing_year, case_ongoing }: FoundCase): string {
  const day = filing_date?.slice(0, 10) ?? '';
  const filed = day === '' && filing_year !== null && filing_year !== 0 ? String(filing_year) : day;
  return [court ?? '', filed === '' ? '' : `filed ${filed}`, case_ongoing ? `ongoing: ${case_ongoing}` : '']
    .filter((fact) => fact !== '')
    .join(', ');
}

function* renderDocuments(
  { documents_found, documents }: FoundCase,
  style: WritingStyle,
  toText: (pieces: readonly Piece[]) => string,
): Generator<string> {
  if (documents_found === 0) return;
  yield style.line(`${renderPlural(documents_found, 'document matches', 'documents match')}:`, 0);
  for (const { id, title, date, document_type, found_in, snippet } of documents) {
    const facts = [date?.slice(0, 10) ?? '', document_type ?? ''].filter((fact) => fact !== '').join(', ');
    const name = title === null || title === '' ? `document ${id}` : title;
    yield style.line(style.text(facts === '' ? name : `${facts}: ${name}`), 1);
    const fields = found_in.map((field) => style.field(field)).join(', ');
    if (fields !== '')
      yield style.line(`in ${fields}${snippet.length === 0 ? '' : `: ${toText(snippet)}`}`, 2);
    yield style.line(style.text(toDocumentLink(id)), 2);
  }
  const rest = documents_found - documents.length;
  if (rest > 0) yield style.line(`and ${renderCount(rest)} more`, 1);
}

function* renderEntries(
  { entries_found, entries }: FoundCase,
  style: WritingStyle,
  toText: (pieces: readonly Piece[]) => string,
): Generator<string> {
  if (entries_found === 0) return;
  yield style.line(`${renderPlural(entries_found, 'docket entry matches', 'docket entries match')}:`, 0);
  for (const entry of entries) {
    yield style.line(`${toEntryTitle(entry, style)}${toText(entry.snippet)}`, 1);
    if (entry.url !== null && entry.url !== '') yield style.line(style.text(entry.url), 2);
  }
  const rest = entries_found - entries.length;
  if (rest > 0) yield style.line(`and ${renderCount(rest)} more`, 1);
}

function toEntryTitle({ date_filed, entry_number }: FoundEntry, style: WritingStyle): string {
  const parts = [date_filed?.slice(0, 10) ?? '', entry_number ? `no. ${entry_number}` : ''];
  const title = parts.filter((part) => part !== '').join(', ');
  return title === '' ? '' : `${style.text(title)}: `;
}

const BOLD = ['\u001b[1m', '\u001b[22m'] as const;

/** A snippet on one line. The marks come after the text has been made safe. */
function renderPieces(pieces: readonly Piece[], style: WritingStyle, color: boolean): string {
  const [open, close] = color ? BOLD : style === MARKDOWN ? ['**', '**'] : ['', ''];
  return pieces
    .map(({ text, isMatch }) => {
      const safe = style.text(text.replace(/\s+/g, ' '));
      return isMatch ? `${open}${safe}${close}` : safe;
    })
    .join('');
}

export function* renderNothing(
  { unknown, isNarrowed, notes, values, better }: Nothing,
  style: WritingStyle,
): Generator<string> {
  yield style.sentence('Nothing was found.');
  if (unknown.length > 0) {
    const words = unknown.map((word) => JSON.stringify(style.text(clipText(word, 60))));
    const occur = words.length === 1 ? 'the word occurs' : 'these words occur';
    yield style.sentence(
      `${isNarrowed ? 'With these filters, ' : ''}${occur} in no searched text: ${words.join(', ')}.`.replace(
        /^t/,
        'T',
      ),
    );
  }
  for (const note of notes) yield style.sentence(note);
  for (const one of values) {
    const flag = `--${one.filter} ${quoteWord(one.value)}`;
    yield style.sentence(
      `${renderPlural(one.cases, 'case has', 'cases have')} the ${VALUE_FILTERS[one.filter].what} ${JSON.stringify(style.text(one.value))}. A search does not read these values; ${flag} is the filter. The cases: \`clearinghouse-mirror query ${quoteWord(toSqlOfValue(one))}\`.`,
    );
  }
  const suggestion = suggestNames(better.map((search) => style.text(search)));
  if (suggestion !== null) yield style.sentence(suggestion);
}

const toPlain = (pieces: readonly Piece[]): string => pieces.map(({ text }) => text).join('');
const toMatches = (pieces: readonly Piece[]): string[] =>
  pieces.filter(({ isMatch }) => isMatch).map(({ text }) => text);

/** A result as `--json` prints it. */
export function toResultJson({ snippet, entries, documents, ...found }: FoundCase) {
  const { case_id, name, court, state, filing_date, filing_year, case_ongoing } = found;
  return {
    case_id,
    name,
    court,
    state,
    filing_date,
    filing_year,
    case_ongoing,
    found_in: found.found_in,
    snippet: snippet.length === 0 ? null : toPlain(snippet),
    matches: toMatches(snippet),
    documents_found: found.documents_found,
    documents: documents.map(({ snippet: text, ...document }) => ({
      ...document,
      snippet: text.length === 0 ? null : toPlain(text),
      matches: toMatches(text),
      url: toDocumentLink(document.id),
    })),
    entries_found: found.entries_found,
    newest_entry: entries[0]?.date_filed ?? null,
    entries: entries.map(({ id, entry_number, date_filed, url, snippet: text }) => ({
      id,
      entry_number,
      date_filed,
      snippet: toPlain(text),
      matches: toMatches(text),
      url,
    })),
    url: toCaseLink(case_id),
  };
}

/** The members of a result, in order. */
export const RESULT_COLUMNS = [
  'case_id',
  'name',
  'court',
  'state',
  'filing_date',
  'filing_year',
  'case_ongoing',
  'found_in',
  'snippet',
  'matches',
  'documents_found',
  'documents',
  'entries_found',
  'newest_entry',
  'entries',
  'url',
];
