import type Database from 'better-sqlite3';
import { type SearchKind, SEARCH_INDEXES, TOKENIZER, columnsOf } from '../db/search-tables.ts';
import { listBeginnings, toMatch } from './match.ts';
import { type Condition, toRowid, toVariantMatch } from './matches.ts';
import { type TextPattern, fold, hasBeginning } from './text-pattern.ts';

/* The part of a text that matches, in pieces. */

/** A piece of a text, and whether it matches. Pieces of other people's texts are never mixed with markup. */
export interface Piece {
  readonly text: string;
  readonly isMatch: boolean;
}

export interface Snippet {
  readonly snippet: readonly Piece[];
  /** The fields of the API that match. */
  readonly fields: readonly string[];
}

const NO_SNIPPET: Snippet = { snippet: [], fields: [] };

/** Marks around matches. FTS5 inserts them into text that may hold anything, so they are rare, and only split the text. */
const [OPEN, CLOSE] = ['\u0002\u0003\u0002', '\u0003\u0002\u0003'];
const WORDS_OF_SNIPPET = 32;

function toPieces(marked: string | null): Piece[] {
  const pieces = (marked ?? '').split(new RegExp(`(${OPEN}[^]*?${CLOSE})`, 'u'));
  return pieces
    .map((piece): Piece => {
      const isMatch = piece.startsWith(OPEN);
      return { text: isMatch ? piece.slice(OPEN.length, -CLOSE.length) : piece, isMatch };
    })
    .filter(({ text }) => text !== '');
}

/** The fields of the API whose words an indexed column has, if it has another name. */
const FIELDS: Readonly<Record<string, string>> = {
  mirror_defendants: 'case_defendants',
  mirror_docket_numbers: 'main_docket',
  mirror_short_summaries: 'summary_short',
  mirror_summary_text: 'summary',
};
export const toField = (column: string): string => FIELDS[column] ?? column;

/** Rows that are shown share a table, which begins anew when it has so many. */
const MAX_SHOWN = 5000;
/** The characters of a passage, and those that it shares with the next one, for words and phrases at its edge. */
const PASSAGE = 1000;
const OVERLAP = 150;
/** A value with more characters is divided into passages. */
const MAX_WHOLE = 10_000;

/**
 * Prepares finding the part of a row that matches best, and the fields that match. The row is indexed again by itself:
 * in the whole index, each question for a beginning of a word gathers all rows that have it. A long row is indexed
 * passage by passage, because FTS5's own function takes time with the square of the matches in a row.
 */
export function prepareFindSnippet(
  sqlite: Database.Database,
  kind: Exclude<SearchKind, 'texts'>,
  { variants }: Condition,
): (id: number) => Snippet {
  const queries = variants.flatMap((variant) => toVariantMatch(variant, kind).query ?? []);
  if (queries.length === 0) return () => NO_SNIPPET;
  // The words of a query can be in different passages.
  const looseQueries = [...queries, ...variants.map((variant) => toAnyTerm(variant, kind))].filter(
    (query) => query !== '',
  );
  const { table, key, ...index } = SEARCH_INDEXES[kind];
  const names = columnsOf({ table, key, ...index });
  const shown = `search_shown_${kind}`;
  const mark = names.map((_, at) => `instr(highlight(${shown}, ${at}, '${OPEN}', ''), '${OPEN}') > 0`);
  const isWanted = `FROM temp.${shown} WHERE ${shown} MATCH ? AND rowid BETWEEN ? AND ?`;
  const select = sqlite
    .prepare<[number], unknown[]>(`SELECT ${names.join(', ')} FROM ${table} WHERE ${key} = ?`)
    .raw();
  const prepare = () => {
    sqlite.exec(`DROP TABLE IF EXISTS temp.${shown};
      CREATE VIRTUAL TABLE temp.${shown} USING fts5(${names.join(', ')}, tokenize="${TOKENIZER}")`);
    return {
      add: sqlite.prepare(
        `INSERT INTO temp.${shown} (rowid, ${names.join(', ')}) VALUES (?, ${names.map(() => '?').join(', ')})`,
      ),
      find: sqlite
        .prepare<[string, bigint, bigint], string | null>(
          `SELECT snippet(${shown}, -1, '${OPEN}', '${CLOSE}', '…', ${WORDS_OF_SNIPPET}) ${isWanted} ORDER BY rank LIMIT 1`,
        )
        .pluck(),
      findFields: sqlite
        .prepare<[string, bigint, bigint], number[]>(`SELECT ${mark.join(', ')} ${isWanted}`)
        .raw(),
      places: new Map<number, readonly [first: number, last: number]>(),
      stored: 0,
    };
  };
  let rows = prepare();
  const addAll = sqlite.transaction((id: number): readonly [first: number, last: number] => {
    const first = rows.stored + 1;
    for (const passage of divide(select.get(id) ?? [])) rows.add.run(++rows.stored, ...passage);
    return [first, rows.stored];
  });
  return (id) => {
    if (rows.stored >= MAX_SHOWN) rows = prepare();
    const place = rows.places.get(id) ?? addAll(id);
    rows.places.set(id, place);
    const [first, last] = place;
    for (const query of first === last ? queries : looseQueries) {
      const range = [query, toRowid(first), toRowid(last)] as const;
      const text = rows.find.get(...range);
      if (text === undefined) continue;
      const marked = rows.findFields.all(...range);
      return {
        snippet: toPieces(text),
        fields: names.filter((_, at) => marked.some((passage) => passage[at] === 1)).map(toField),
      };
    }
    return NO_SNIPPET;
  };
}

/** Divides the values of a row into rows of passages, if one of them is long. */
function* divide(values: readonly unknown[]): Generator<unknown[]> {
  const longest = Math.max(...values.map((value) => (typeof value === 'string' ? value.length : 0)));
  const size = longest > MAX_WHOLE ? PASSAGE : MAX_WHOLE;
  for (let at = 0; at === 0 || at < longest; at += size)
    yield values.map((value) => {
      if (typeof value !== 'string') return at === 0 ? value : null;
      return size === PASSAGE ? value.slice(at, at + size + OVERLAP).toWellFormed() : value;
    });
}

/** A query that any term of a search matches; a query in FTS5's syntax as it is. */
const toAnyTerm = (variant: Condition['variants'][number], kind: SearchKind): string =>
  variant.raw ?? variant.terms.flatMap((term) => toMatch([term], kind).query ?? []).join(' OR ');

/** Passages of a text without a beginning to look for are compared so many at a time. */
const PASSAGES_AT_A_TIME = 250;
/** Of the passages that have the most beginnings of words, so many are compared at a time. */
const BEST_AT_A_TIME = 8;
/** The passages of several texts share a table, which begins anew when it has so many. */
const MAX_PASSAGES = 5000;
/** Passages that are compared with the phrases. */
const MAX_COMPARED = 20;

/**
 * Prepares finding the passage of a text that matches best. FTS5's own function takes time with the square of the matches
 * in a row, so minutes for a common word in a long text; here it sees a few passages, which the beginnings of the words
 * select.
 */
export function prepareFindPassage(
  sqlite: Database.Database,
  { variants }: Condition,
): (textId: number) => readonly Piece[] {
  const [variant] = variants;
  if (variant === undefined) return () => [];
  const { patterns } = toVariantMatch(variant, 'texts');
  // The terms can be far from each other.
  const query = toAnyTerm(variant, 'texts');
  if (query === '') return () => [];
  const beginnings = variant.raw === undefined ? listBeginnings(variant.terms) : null;
  // A query of FTS5 itself can name them.
  const columns = columnsOf(SEARCH_INDEXES.texts);
  const prepare = () => {
    sqlite.exec(`DROP TABLE IF EXISTS temp.search_passages;
      CREATE VIRTUAL TABLE temp.search_passages USING fts5(${columns.join(', ')}, tokenize="${TOKENIZER}")`);
    return {
      add: columns.map((column) =>
        sqlite.prepare<[number, string]>(`INSERT INTO temp.search_passages (rowid, ${column}) VALUES (?, ?)`),
      ),
      find: sqlite.prepare<[string, bigint], { marked: string; passage: string }>(
        `SELECT snippet(search_passages, -1, '${OPEN}', '${CLOSE}', '…', ${WORDS_OF_SNIPPET}) AS marked,
           coalesce(${columns.join(', ')}) AS passage
         FROM temp.search_passages WHERE search_passages MATCH ? AND rowid > ? ORDER BY rank LIMIT ${MAX_COMPARED}`,
      ),
      stored: 0,
    };
  };
  let passages = prepare();
  const selectText = sqlite
    .prepare<[number], (string | null)[]>(`SELECT ${columns.join(', ')} FROM texts WHERE mirror_id = ?`)
    .raw();
  const addAll = sqlite.transaction((some: readonly string[], column: number) => {
    for (const passage of some) passages.add[column]?.run(++passages.stored, passage);
  });
  const find = (some: readonly string[], column: number): Piece[] | null => {
    if (passages.stored > MAX_PASSAGES - PASSAGES_AT_A_TIME) passages = prepare();
    const after = passages.stored;
    addAll(some, column);
    const rows = passages.find.all(query, toRowid(after));
    const best =
      rows.find(({ passage }) => patterns.every((pattern) => pattern.test(fold(passage)))) ?? rows[0];
    return best === undefined ? null : toPieces(best.marked);
  };
  return (textId) => {
    for (const [column, value] of (selectText.get(textId) ?? []).entries())
      for (const some of toBatches(value ?? '', beginnings, patterns)) {
        const found = find(some, column);
        if (found !== null) return found;
      }
    return [];
  };
}

/** The passages of a text in the order in which they are compared, some at a time. */
function* toBatches(
  text: string,
  beginnings: readonly string[] | null,
  patterns: readonly TextPattern[],
): Generator<string[]> {
  const passages: string[] = [];
  for (let at = 0; at < text.length; at += PASSAGE)
    passages.push(text.slice(at, at + PASSAGE + OVERLAP).toWellFormed());
  if (beginnings !== null) {
    const best = beginnings.length * (1 + patterns.length);
    let scored: { readonly passage: string; readonly score: number }[] = [];
    let isBegun = false;
    for (const passage of passages) {
      const score = toScore(fold(passage), beginnings, patterns);
      if (score > 0) scored.push({ passage, score });
      if (score !== best || isBegun) continue;
      const first = scored.filter((one) => one.score === best);
      if (first.length < BEST_AT_A_TIME) continue;
      // No later passage is better than these.
      yield first.map((one) => one.passage);
      scored = scored.filter((one) => one.score !== best);
      isBegun = true;
    }
    scored.sort((a, b) => b.score - a.score);
    for (let at = 0; at < scored.length; at += BEST_AT_A_TIME)
      yield scored.slice(at, at + BEST_AT_A_TIME).map(({ passage }) => passage);
  }
  // A letter can be one to the index and two to this program, or the other way round, so all passages follow.
  for (let at = 0; at < passages.length; at += PASSAGES_AT_A_TIME)
    yield passages.slice(at, at + PASSAGES_AT_A_TIME);
}

/** How many phrases and beginnings of words a passage has. */
function toScore(passage: string, beginnings: readonly string[], patterns: readonly TextPattern[]): number {
  const found = beginnings.filter((beginning) => hasBeginning(passage, beginning)).length;
  return found === 0
    ? 0
    : found + beginnings.length * patterns.filter((pattern) => pattern.test(passage)).length;
}
