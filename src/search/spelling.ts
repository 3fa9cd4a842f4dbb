import type Database from 'better-sqlite3';
import type { Mirror } from '../db/open-mirror.ts';
import { hasSearchIndexes } from '../db/search-index.ts';
import { type SearchKind, SEARCH_INDEXES, TOKENIZER } from '../db/search-tables.ts';
import { countSlips } from '../lib/closest-names.ts';
import { fold } from './text-pattern.ts';
import { countHits, selectHits, toRowid } from './matches.ts';
import type { SearchTerm } from './query-text.ts';

/*
 * Suggests spellings for words that occur nowhere. The index has stems ("injunct"), and a suggestion is a word as it is
 * written ("injunction"): the most frequent one of a stem, in the cases that the search looks in.
 */

/** A word that occurs nowhere, and words that may be meant. */
export interface Suggestion {
  readonly word: string;
  readonly spellings: readonly string[];
}

const MAX_SUGGESTIONS = 3;
/** Stems to look up, the most frequent of the closest, and rows to read for each. */
const MAX_STEMS = 8;
const MAX_ROWS = 40;
const LONGEST_WORD = 40;
/** Rows with a word that are looked at for one of an allowed case: filters can leave hardly any. */
const MAX_LOOKED_AT = 2000;

/** Suggests spellings for the words of a search that found nothing. The tables of that search are still there. */
export function suggestSpellings(
  { sqlite }: Mirror,
  terms: readonly SearchTerm[],
  kinds: readonly SearchKind[],
): Suggestion[] {
  const words = terms
    .filter((term) => !term.isExcluded && term.kind === 'word' && !term.isPrefix)
    .map(({ text }) => text)
    .filter((text) => /^[\p{L}\p{M}]{3,}$/u.test(text) && text.length <= LONGEST_WORD);
  return [...new Set(words)].flatMap((word) => {
    if (kinds.some((kind) => occurs(sqlite, kind, word))) return [];
    const spellings = listSpellings(sqlite, word, kinds);
    return [{ word, spellings }];
  });
}

/** Whether a word occurs in an allowed case, or may occur because it is in more rows than are looked at. */
function occurs(sqlite: Database.Database, kind: SearchKind, word: string): boolean {
  const { ids, isCut } = listIds(sqlite, kind, word, 1);
  return ids.length > 0 || isCut;
}

const IS_ALLOWED = 'IN (SELECT id FROM temp.search_cases)';
const IS_LINKED = `l.mirror_to_run_id IS NULL AND l.case_id ${IS_ALLOWED}`;

/** The condition that a row belongs to an allowed case. */
const OF_ALLOWED: Readonly<Record<SearchKind, (rowid: string) => string>> = {
  cases: (rowid) => `${rowid} ${IS_ALLOWED}`,
  entries: (rowid) => `(SELECT case_id FROM docket_entries WHERE mirror_id = ${rowid}) ${IS_ALLOWED}`,
  documents: (rowid) =>
    `EXISTS (SELECT 1 FROM case_documents AS l WHERE l.document_id = ${rowid} AND ${IS_LINKED})`,
  texts: (rowid) => `EXISTS (SELECT 1 FROM document_texts AS t JOIN case_documents AS l
    ON l.document_id = t.document_id WHERE t.text_id = ${rowid} AND ${IS_LINKED})`,
};

const quote = (word: string): string => `"${word.replaceAll('"', '""')}"`;

/** The first rows with a word that belong to allowed cases, and whether there are rows that were not looked at. */
function listIds(
  sqlite: Database.Database,
  kind: SearchKind,
  word: string,
  max: number,
): { readonly ids: readonly number[]; readonly isCut: boolean } {
  const hits = `${selectHits(kind, false)} LIMIT ${MAX_LOOKED_AT}`;
  const ids = sqlite
    .prepare<[string, number], number>(
      `SELECT h.rowid FROM (${hits}) AS h WHERE ${OF_ALLOWED[kind]('h.rowid')} LIMIT ?`,
    )
    .pluck()
    .all(quote(word), max);
  const isCut = ids.length < max && countHits(sqlite, kind, quote(word), MAX_LOOKED_AT) === MAX_LOOKED_AT;
  return { ids, isCut };
}

/** The texts of rows with a word, among the allowed cases; each match between marks. */
function listRows(sqlite: Database.Database, kind: SearchKind, word: string, max: number): string[] {
  const { name } = SEARCH_INDEXES[kind];
  const select = sqlite
    .prepare<[string, bigint], string>(
      `SELECT snippet(${name}, -1, char(2), char(3), '', 16) FROM ${name} WHERE ${name} MATCH ? AND rowid = ?`,
    )
    .pluck();
  return listIds(sqlite, kind, word, max).ids.flatMap((id) => select.get(quote(word), toRowid(id)) ?? []);
}

interface Stem {
  readonly term: string;
  readonly rows: number;
  readonly slips: number;
}

function listSpellings(sqlite: Database.Database, word: string, kinds: readonly SearchKind[]): string[] {
  const wanted = toStem(sqlite, word);
  const most = wanted.length < 5 ? 1 : 2;
  // The index of texts has a million stems, misread letters among them; the other kinds know the words of the field.
  const vocabularies = kinds.filter((kind) => kind !== 'texts' || kinds.length === 1);
  const stems = vocabularies.flatMap((kind) => listStems(sqlite, kind, wanted, most));
  const best = new Map<string, Stem>();
  for (const stem of stems) {
    const known = best.get(stem.term);
    best.set(stem.term, { ...stem, rows: stem.rows + (known?.rows ?? 0) });
  }
  // Rare words are typing errors themselves, so the frequency decides among the closest.
  const closest = [...best.values()].sort((a, b) => a.slips - b.slips || b.rows - a.rows).slice(0, MAX_STEMS);
  const spellings = closest.flatMap(({ term }) => findSpelling(sqlite, term, vocabularies) ?? []);
  return [...new Set(spellings)].slice(0, MAX_SUGGESTIONS);
}

/** The stem under which the index would have a word. */
function toStem(sqlite: Database.Database, word: string): string {
  sqlite.exec(`CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_stem USING fts5(word, tokenize="${TOKENIZER}");
    CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_stem_words USING fts5vocab(temp, search_stem, row);
    DELETE FROM temp.search_stem`);
  sqlite.prepare('INSERT INTO temp.search_stem (word) VALUES (?)').run(word);
  return sqlite.prepare<[], string>('SELECT term FROM temp.search_stem_words').pluck().get() ?? fold(word);
}

/** The endings that Porter's stemmer takes off most often. */
const ENDINGS = ['', 'e', 'ed', 'ing', 's', 'ation'];

/**
 * Something that has a stem, to search for it: a search takes the stem of each word, and that of a stem is often another, as of
 * "decre" (decree), "defens" or "hous".
 */
const toWordOf = (sqlite: Database.Database, stem: string): string | undefined =>
  ENDINGS.map((ending) => `${stem}${ending}`).find((word) => toStem(sqlite, word) === stem);

/** The stems of an index that are close to a stem. Those of entries begin with the same letter, which saves seconds. */
function listStems(sqlite: Database.Database, kind: SearchKind, wanted: string, most: number): Stem[] {
  const { name } = SEARCH_INDEXES[kind];
  const database = hasSearchIndexes(sqlite, [kind]) && !hasTemporary(sqlite, name) ? 'main' : 'temp';
  sqlite.exec(`DROP TABLE IF EXISTS temp.search_words;
    CREATE VIRTUAL TABLE temp.search_words USING fts5vocab(${database}, ${name}, row)`);
  const [first = ''] = wanted;
  const [from, to] = kind === 'cases' ? ['', '\u{10ffff}'] : [first, `${first}\u{10ffff}`];
  const rows = sqlite
    .prepare<[string, string], { term: string; doc: number }>(
      'SELECT term, doc FROM temp.search_words WHERE term >= ? AND term <= ?',
    )
    .all(from, to);
  return rows
    .filter(({ term }) => Math.abs(term.length - wanted.length) <= most && /^\p{L}+$/u.test(term))
    .map(({ term, doc }) => ({ term, rows: doc, slips: countSlips(wanted, term) }))
    .filter(({ slips }) => slips <= most);
}

function hasTemporary(sqlite: Database.Database, name: string): boolean {
  return sqlite.prepare('SELECT 1 FROM sqlite_temp_schema WHERE name = ?').get(name) !== undefined;
}

/** The most frequent word of a stem in some rows that have it; null if no allowed case has it. */
function findSpelling(sqlite: Database.Database, stem: string, kinds: readonly SearchKind[]): string | null {
  const counts = new Map<string, number>();
  const asked = toWordOf(sqlite, stem);
  if (asked === undefined) return null;
  for (const text of kinds.flatMap((kind) => listRows(sqlite, kind, asked, MAX_ROWS)))
    // eslint-disable-next-line no-control-regex
    for (const [, match = ''] of text.matchAll(/\u0002([\p{L}\p{M}]+)\u0003/gu)) {
      const word = match.toLowerCase();
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  const [best] = [...counts].sort(([, a], [, b]) => b - a);
  return best?.[0] ?? null;
}
