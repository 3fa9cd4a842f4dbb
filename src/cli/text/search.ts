import type { FoundCase, FoundEntry, Piece } from '../../search/results.ts';
import type { Nothing } from '../../search/nothing.ts';
import type { SearchRequest } from '../../search/request.ts';
import type { SearchTotals } from '../../search/search.ts';
import { suggestNames } from '../../lib/closest-names.ts';
import { clipText, renderCount, renderPlural } from '../../lib/layout.ts';
import { MARKDOWN, type WritingStyle } from './style.ts';
import { toCaseLink, toCaseName } from './words.ts';

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
  const byEntries = totals.cases - totals.casesByText;
  let shown = 0;
  for (const result of results) {
    if (shown === 0 && totals.casesByText > 0) yield style.title(toTextTitle(totals, request));
    if (shown === totals.casesByText && byEntries > 0) yield style.title(toEntriesTitle(totals, request));
    shown++;
    yield style.caseHeading(result.case_id, toCaseName(result.name));
    const facts = toFacts(result);
    if (facts !== '') yield style.line(style.text(facts), 0);
    if (result.found_in.length > 0) {
      const fields = result.found_in.map((field) => style.field(field)).join(', ');
      yield style.line(`in ${fields}${result.snippet.length === 0 ? '' : `: ${toText(result.snippet)}`}`, 0);
    }
    yield* renderEntries(result, style, toText);
    yield '\n';
  }
  if (totals.cases > shown) {
    const rest = renderPlural(totals.cases - shown, 'more case');
    yield `${style.sentence(`${rest} not shown: --limit 0 shows all.`)}\n`;
  }
  const entries = renderPlural(totals.entries, 'matching docket entry', 'matching docket entries');
  yield style.sentence(
    `In all: ${renderPlural(totals.cases, 'case')}${request.kinds.includes('entries') ? `, ${entries}` : ''}.`,
  );
}

function toTextTitle({ casesByText }: SearchTotals, { newest }: SearchRequest): string {
  const order = newest ? 'the last filed first' : 'the most relevant first';
  return `${renderPlural(casesByText, 'case matches', 'cases match')}, ${order}`;
}

function toEntriesTitle(totals: SearchTotals, { newest }: SearchRequest): string {
  const more = totals.casesByText > 0 ? ' more' : '';
  const count = totals.cases - totals.casesByText;
  const order = newest || !totals.areEntriesRanked ? 'the newest entry first' : 'the most relevant first';
  return `${renderCount(count)}${more} ${count === 1 ? 'case has' : 'cases have'} matching docket entries, ${order}`;
}

function toFacts({ court, filing_date, filing_year, case_ongoing }: FoundCase): string {
  const day = filing_date?.slice(0, 10) ?? '';
  const filed = day === '' && filing_year !== null && filing_year !== 0 ? String(filing_year) : day;
  return [court ?? '', filed === '' ? '' : `filed ${filed}`, case_ongoing ? `ongoing: ${case_ongoing}` : '']
    .filter((fact) => fact !== '')
    .join(', ');
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

export function* renderNothing({ unknown, better }: Nothing, style: WritingStyle): Generator<string> {
  yield style.sentence('Nothing was found.');
  if (unknown.length > 0) {
    const words = unknown.map((word) => JSON.stringify(style.text(clipText(word, 60))));
    yield style.sentence(`No ${words.length === 1 ? 'text has' : 'text has the words'} ${words.join(', ')}.`);
  }
  const suggestion = suggestNames(better.map((search) => style.text(search)));
  if (suggestion !== null) yield style.sentence(suggestion);
}

const toPlain = (pieces: readonly Piece[]): string => pieces.map(({ text }) => text).join('');
const toMatches = (pieces: readonly Piece[]): string[] =>
  pieces.filter(({ isMatch }) => isMatch).map(({ text }) => text);

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
  'entries_found',
  'newest_entry',
  'entries',
  'url',
];

/** A result as `--json` prints it. */
export function toResultJson({ snippet, entries, ...found }: FoundCase) {
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
