import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Mirror, openMirrorInMemory } from '../../src/db/open-mirror.ts';
import { SEARCH_INDEXES, type SearchKind } from '../../src/db/search-tables.ts';
import { prepareListRange, prepareTest } from '../../src/search/matches.ts';
import type { Params } from '../../src/search/filters.ts';
import { parseSearchRequest } from '../../src/search/request.ts';
import { type FoundCase, listResults } from '../../src/search/results.ts';
import { runSearch } from '../../src/search/search.ts';

const CASES = 2000;
const SHOWN = 20;

/**
 * A mirror in which "motion" is in 16,000 docket entries, 6,000 documents and 2,500 texts, and "appeal" is in every
 * hundredth of them. No two have the same date.
 */
function fill({ sqlite }: Mirror): void {
  sqlite.pragma('foreign_keys = OFF');
  const numbers = (n: number): string =>
    `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${n})`;
  const words = `'Motion' || CASE WHEN n % 3 = 0 THEN 's' ELSE '' END || ' to dismiss' || CASE WHEN n % 100 = 0 THEN ' the appeal' ELSE '' END`;
  const date = `date('2000-01-01', '+' || (n * 7919 % 20011) || ' days')`;
  sqlite.exec(`
    INSERT INTO cases (id, name, mirror_first_run_id, mirror_changed_run_id, mirror_fingerprint, mirror_payload)
      VALUES (9999, 'Motion of a case without a docket', 1, 1, '', '{}');
    ${numbers(CASES)} INSERT INTO cases (id, name, state, filing_date, mirror_first_run_id, mirror_changed_run_id, mirror_fingerprint, mirror_payload)
      SELECT n, CASE WHEN n <= 5 THEN 'Motion v. ' ELSE 'Alder v. ' END || n, CASE n % 1000 WHEN 0 THEN 'Maine' ELSE 'Iowa' END, ${date}, 1, 1, '', '{}' FROM numbers;
    ${numbers(16_000)} INSERT INTO docket_entries (mirror_id, case_id, mirror_key, date_filed, description, mirror_first_run_id)
      SELECT n, n % ${CASES} + 1, n, ${date}, ${words}, 1 FROM numbers;
    ${numbers(6000)} INSERT INTO documents (id, title, date, mirror_first_run_id, mirror_changed_run_id, mirror_fingerprint, mirror_payload)
      SELECT n, ${words}, ${date}, 1, 1, '', '{}' FROM numbers;
    INSERT INTO case_documents (case_id, document_id, mirror_from_run_id) SELECT id % ${CASES} + 1, id, 1 FROM documents;
    ${numbers(2500)} INSERT INTO texts (mirror_id, hash, characters, bytes, value)
      SELECT n, 'h' || n, 1, 1, 'Text ' || n || '. ' || ${words} FROM numbers;
    INSERT INTO document_texts (document_id, outcome, text_id, fetched_at, attempted_at, failures)
      SELECT mirror_id, 'text', mirror_id, '2030', '2030', 0 FROM texts;
  `);
}

let mirror: Mirror;
beforeAll(() => {
  mirror = openMirrorInMemory();
  fill(mirror);
});
afterAll(() => {
  mirror.close();
});

function search(
  params: Params,
  firstCases: number | null,
  rest: { readonly enoughCases?: number; readonly sinceRunId?: number } = {},
) {
  const request = parseSearchRequest(params);
  const found = runSearch(mirror, request, { sinceRunId: null, isPast: false, firstCases, ...rest });
  const results: FoundCase[] = [];
  for (const result of listResults(mirror, found, { newest: request.newest, rowsPerCase: 2 })) {
    results.push(result);
    if (results.length === SHOWN) break;
  }
  return { ...found, results };
}

const SEARCHES: Params[] = [
  { q: ['motion'] },
  { q: ['motion'], newest: ['1'] },
  { q: ['motion'], in: ['entries'] },
  { q: ['motion'], in: ['documents'] },
  { q: ['motion'], in: ['texts'] },
  { q: ['"motions to dismiss"'] },
  { q: ['"motions to dismiss"'], in: ['texts'] },
  { q: ['mot* -appeal'], in: ['entries'] },
  { q: ['motion -"the appeal"'], in: ['entries,documents'] },
  { q: ['dismiss'], in: ['entries'], entered: ['2010..2020'] },
  { q: ['motion'], state: ['Maine'] },
  { q: ['motion'], in: ['entries'], filed: ['2001..2030'] },
  { q: ['motion AND dismiss'], raw: ['1'], in: ['entries'] },
  { q: ['appeal'] },
];

describe('a search for a common word', () => {
  test.each(SEARCHES)('shows the same first results as a complete search: %j', (params) => {
    const complete = search(params, null);
    const first = search(params, SHOWN);
    expect(first.results).toEqual(complete.results);
    const counts = [
      [first.totals.cases, complete.totals.cases],
      [first.totals.casesByText, complete.totals.casesByText],
      ...(['documents', 'entries', 'texts'] as const).map((kind) => [
        first.totals.rows[kind]?.found,
        complete.totals.rows[kind]?.found,
      ]),
    ];
    for (const [some, all] of counts) {
      if (some === undefined || all === undefined) continue;
      expect(all.isExact).toBe(true);
      if (some.isExact) expect(some).toEqual(all);
      else expect(some.count).toBeLessThanOrEqual(all.count);
    }
  });

  test.each(SEARCHES)(
    'may stop early, with the first of these results and a count of at least: %j',
    (params) => {
      const complete = search(params, null);
      const early = search(params, SHOWN, { enoughCases: 3 });
      const { length } = early.results;
      expect(early.results).toEqual(complete.results.slice(0, length));
      if (length < complete.results.length) expect(early.totals.cases.isExact).toBe(false);
      expect(length).toBeGreaterThanOrEqual(Math.min(3, complete.results.length));
    },
  );

  test('gives up on a phrase that is rare in the rows with its words, and does not call that nothing', () => {
    const rare = { q: ['"motioned to dismiss"'], in: ['entries'] };
    expect(search(rare, null).totals.cases).toEqual({ count: 0, isExact: true });
    expect(search(rare, SHOWN, { enoughCases: 3 }).totals.cases).toEqual({ count: 0, isExact: false });
  });

  test('counts the rows with a word exactly, by the index, and says "at least" for a phrase', () => {
    const word = search({ q: ['motion'] }, SHOWN).totals;
    expect([word.rows.entries?.found, word.rows.documents?.found, word.rows.texts?.found]).toEqual([
      { count: 16_000, isExact: true },
      { count: 6000, isExact: true },
      { count: 2500, isExact: true },
    ]);
    expect(word.cases.isExact).toBe(false);
    const phrase = search({ q: ['"motions to dismiss"'] }, SHOWN).totals;
    expect(phrase.rows.entries?.found.isExact).toBe(false);
    expect(phrase.rows.entries?.found.count).toBeGreaterThan(100);
    expect(phrase.rows.texts?.found.isExact).toBe(false);
  });

  test('omits the rows of departed cases from every count', () => {
    mirror.sqlite.exec('UPDATE cases SET mirror_departed_run_id = 2 WHERE id = 7');
    try {
      const { rows } = search({ q: ['motion'] }, SHOWN).totals;
      expect(rows.entries?.found).toEqual({ count: 16_000 - 8, isExact: true });
      expect(rows.documents?.found.count).toBeLessThanOrEqual(6000 - 3);
      const departed = search({ q: ['motion'], departed: ['1'] }, SHOWN);
      expect(departed.results.map(({ case_id, entries_found }) => [case_id, entries_found])).toEqual([
        [7, 8],
      ]);
    } finally {
      mirror.sqlite.exec('UPDATE cases SET mirror_departed_run_id = NULL WHERE id = 7');
    }
  });

  test('passes ids to FTS5 as integers, so that FTS5 reads only the row with that id', () => {
    // FTS5 reads every row of a word if the id is a float, so a page of results would take seconds.
    const asked: unknown[] = [];
    const { sqlite } = mirror;
    const spied = new Proxy(sqlite, {
      get: (target, name) => {
        if (name !== 'prepare') return Reflect.get(target, name) as unknown;
        return (sql: string) => {
          const statement = target.prepare(sql);
          const note =
            (method: 'get' | 'all') =>
            (...args: unknown[]): unknown => {
              if (/MATCH \?.*rowid/s.test(sql)) asked.push(...args.slice(1).map((arg) => typeof arg));
              return statement[method](...args);
            };
          const noted = {
            get: note('get'),
            all: note('all'),
            pluck: () => ((statement as unknown as { pluck: () => void }).pluck(), noted),
          };
          return noted;
        };
      },
    });
    const condition = { variants: [{ terms: [], raw: 'motion', caseIds: null }], excluded: [] };
    expect(prepareTest(spied, 'entries', condition)(5)).toBe(true);
    expect(prepareListRange(spied, 'entries', 'motion')(5, 6)).toEqual([5, 6]);
    expect(asked).toEqual(['bigint', 'bigint', 'bigint', 'bigint']);
  });

  test.each(Object.keys(SEARCH_INDEXES) as SearchKind[])(
    'ranks %s inside the index, without sorting',
    (kind) => {
      const { name } = SEARCH_INDEXES[kind];
      const plan = mirror.sqlite
        .prepare<[string], { detail: string }>(
          `EXPLAIN QUERY PLAN SELECT rowid FROM ${name} WHERE ${name} MATCH ? ORDER BY rank LIMIT 20`,
        )
        .all('motion')
        .map(({ detail }) => detail);
      expect(plan).toEqual([expect.stringMatching(/^SCAN \w+ VIRTUAL TABLE INDEX/)]);
    },
  );

  test('finds cases, documents and entries by their indexes, never by scanning a table', () => {
    const plans: string[] = [];
    const { sqlite } = mirror;
    const prepare = sqlite.prepare.bind(sqlite);
    const explained = new Set<string>();
    sqlite.prepare = (sql: string) => {
      if (/^(?:SELECT|INSERT)/.test(sql) && !explained.has(sql)) {
        explained.add(sql);
        for (const { detail } of prepare(`EXPLAIN QUERY PLAN ${sql}`).all(
          ...Array.from({ length: (sql.match(/\?/g) ?? []).length }, () => '1'),
        ) as { detail: string }[])
          plans.push(detail);
      }
      return prepare(sql);
    };
    try {
      search({ q: ['"motion to dismiss" -appeal'] }, SHOWN);
      search({ q: ['motion'], in: ['entries'] }, SHOWN);
      search({ q: ['motion'], in: ['texts'] }, SHOWN);
      search({ q: ['appeal'] }, null);
      search({ q: ['motion'] }, SHOWN, { sinceRunId: 1 });
      search({ q: ['appeal'] }, SHOWN, { sinceRunId: 1 });
    } finally {
      sqlite.prepare = prepare;
    }
    const scanned = plans.filter((detail) =>
      /^SCAN (?:docket_entries|e|documents|texts|x|t|l|case_documents)$/.test(detail),
    );
    expect(scanned).toEqual([]);
    // A row that is at hand is compared with the filters. To ask an index again for each case or run would take seconds.
    expect(
      plans.filter((detail) => /document_id=\? AND case_id=\?|^SEARCH e .*_run_id/.test(detail)),
    ).toEqual([]);
    expect(plans).toContain('SCAN e USING INDEX docket_entries_date_filed');
    expect(plans).toContain('SCAN e USING INDEX documents_date');
    expect(plans.filter((detail) => detail.includes('docket_entries_fts'))).not.toEqual([]);
  });
});
