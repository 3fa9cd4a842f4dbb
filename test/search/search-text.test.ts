import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openMirrorInMemory } from '../../src/db/open-mirror.ts';
import { messageOf, MirrorError } from '../../src/errors/mirror-error.ts';
import { toMatch } from '../../src/search/match.ts';
import { fold } from '../../src/search/text-pattern.ts';
import { parseSearchText } from '../../src/search/query-text.ts';
import { parseSearchRequest, toSearchParams } from '../../src/search/request.ts';
import { runSearch } from '../../src/search/search.ts';
import { anyCharacter } from '../support/once/any-character.ts';
import { dropViews } from '../support/once/empty-mirror.ts';

const SCOPE = { sinceRunId: null, isPast: false, firstCases: null };
const kindsOf = (text: string) =>
  parseSearchText(text).terms.map((term) => [term.kind, term.text, term.isExcluded] as const);

/** Whether a text that the index offers for a term really contains it. */
const contains = (query: string, text: string): boolean =>
  toMatch(parseSearchText(query).terms, 'entries').patterns.every((pattern) => pattern.test(fold(text)));

describe('the text of a search', () => {
  test('contains words, phrases, excluded words, beginnings of words and docket numbers', () => {
    expect(kindsOf('jail "use of force" -prison -"pro se" inj* “curly quotes”')).toEqual([
      ['word', 'jail', false],
      ['phrase', 'use of force', false],
      ['word', 'prison', true],
      ['phrase', 'pro se', true],
      ['word', 'inj', false],
      ['phrase', 'curly quotes', false],
    ]);
    expect(parseSearchText('42 U.S.C. § 1983 &').ignored).toEqual(['§', '&']);
    expect(kindsOf('AND OR NOT NEAR name: well-known')).toEqual(
      ['AND', 'OR', 'NOT', 'NEAR', 'name:', 'well-known'].map((word) => ['word', word, false]),
    );
  });

  test.each([
    '4:19-cv-00123',
    '4:19-cv-00123-RGS',
    '4:19-CV-123 (ABC)',
    '19 Civ. 123',
    'Civil Action No. 19-cv-00123-RGS-ABC',
    'No. 19-00123',
    'Case 4:19-cv-00123',
    '4:19‑cv‑00123',
  ])('contains the docket number %s and other words', (number) => {
    const [before, found, after] = parseSearchText(`jail ${number} Smith`).terms;
    expect([before?.text, found?.kind, after?.text]).toEqual(['jail', 'docket number', 'Smith']);
  });

  test('does not treat a year or another number as a docket number', () => {
    for (const text of ['since 2015 law 12', '42 U.S.C. 1983', 'ADA 504', 'room 12 jail'])
      expect(kindsOf(text).map(([kind]) => kind)).not.toContain('docket number');
  });

  test('is read in one way only, however long it is: no text takes longer than it is', () => {
    const seeds = ['#', 'A', '-', 'a.', '(', 'civ', 'no ', '-a', '(A', '19-cv-1', '\u0301', '"', '*'];
    const texts = seeds.flatMap((seed) =>
      ['', '4:19-cv-00123', 'Case '].flatMap((before) =>
        ['!', '!5', '.a*'].map((after) => `${before}${seed.repeat(600)}${after}`),
      ),
    );
    for (const text of texts)
      expect(toMatch(parseSearchText(text).terms, 'cases').patterns).toBeInstanceOf(Array);
  });

  test.each([
    [Array.from({ length: 101 }, (_, at) => `word${at}`).join(' '), 'has 101 words'],
    ['a*', 'begins with a'],
    ['mo* ju* or* co* pl* de*', 'has 6 beginnings'],
  ])('is refused with a hint if it would take minutes: %j', (q, words) => {
    for (const raw of [[], ['1']])
      expect(() => parseSearchRequest({ q: [q], raw })).toThrow(
        expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(words) }),
      );
  });

  test.each([
    ['"a." *', 'begins with a'],
    ['"the a)"*', 'begins with a'],
    ['"mo." * OR "ju." * OR or* OR co* OR "pl" * OR de*', 'has 6 beginnings'],
  ])(
    'is refused likewise in the syntax of FTS5, whatever stands between a word and its asterisk: %j',
    (q, words) => {
      expect(() => parseSearchRequest({ q: [q], raw: ['1'] })).toThrow(
        expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(words) }),
      );
    },
  );

  test('takes a filter with fifty values at most, each counted once', () => {
    const courts = Array.from({ length: 51 }, (_, at) => `Court ${at}`);
    expect(() => parseSearchRequest({ q: ['fog'], court: courts })).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('court has 51 values') }),
    );
    expect(
      parseSearchRequest({ q: ['fog'], court: Array.from({ length: 5000 }, () => 'One court') }).filters
        .values,
    ).toEqual({ court: ['One court'] });
  });

  test('is compared without capitals and accents, whatever characters a text has', () => {
    for (let code = 0; code < 0x3000; code++) {
      const text = `Éa${String.fromCodePoint(code)}B`;
      const plain = `a${String.fromCodePoint(code)}B`;
      const slow = (one: string): string => one.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
      expect([code, fold(text), fold(plain)]).toEqual([code, slow(text), slow(plain)]);
    }
  });

  test('marks phrases and beginnings to compare with the text itself, with endings but without case and accents', () => {
    expect(contains('"Williams v. Banks"', 'In re William and Bank')).toBe(false);
    expect(contains('"Williams v. Banks"', 'IN RE WILLIAMS V BANKS et al.')).toBe(true);
    expect(contains('"policies"', 'the policy')).toBe(false);
    expect(contains('"pena"', 'Señor Peña')).toBe(true);
    expect(contains('universi*', 'a universal rule')).toBe(false);
    expect(contains('universi*', 'two Universities')).toBe(true);
    expect(contains('"42 U.S.C. § 1983"', 'under 42 U.S.C. §1983.')).toBe(true);
    expect(contains('"ﬁling"', 'the filing')).toBe(true);
  });

  test('never causes an SQL error, whatever it contains', () => {
    const { sqlite, db, path, close } = openMirrorInMemory();
    dropViews(sqlite);
    const mirror = { sqlite, db, path, close };
    sqlite.pragma('foreign_keys = OFF');
    sqlite.exec(`INSERT INTO cases (id, name, mirror_first_run_id, mirror_changed_run_id, mirror_fingerprint, mirror_payload)
      VALUES (1, 'Alder v. Thimble', 1, 1, '', '{}')`);
    const odd = fc.constantFrom(
      '"',
      '*',
      '-',
      '(',
      ')',
      ':',
      '^',
      '{',
      '}',
      "'",
      '\0',
      'NEAR(',
      ' AND ',
      '4:19-cv-1',
      '§',
      '\ud800',
      'ﬁ',
      ',',
      '+',
      ';',
    );
    const text = fc
      .array(fc.oneof(fc.string({ unit: anyCharacter }), odd, fc.constant('alder')), { maxLength: 12 })
      .map((parts) => parts.join(''));
    const search = (q: string, raw: boolean): void => {
      try {
        runSearch(mirror, parseSearchRequest({ q: [q], ...(raw && { raw: ['1'] }) }), SCOPE);
      } catch (thrown) {
        if (!(thrown instanceof MirrorError)) throw thrown;
        expect([thrown.code, messageOf(thrown)]).toEqual([
          expect.stringMatching(raw ? /^(?:USAGE|SEARCH_INVALID)$/ : /^USAGE$/),
          expect.any(String),
        ]);
      }
    };
    fc.assert(fc.property(text, fc.boolean(), search), { numRuns: 400 });
    for (const raw of [
      'a-cv',
      `a ${'NOT b '.repeat(300)}`,
      `${'('.repeat(300)}a${')'.repeat(300)}`,
      '*reads',
      'nothere : a',
      '"',
    ])
      expect(() => runSearch(mirror, parseSearchRequest({ q: [raw], raw: ['1'] }), SCOPE)).toThrow(
        MirrorError,
      );
    close();
  });
});

describe('the parameters of a search', () => {
  test('are parsed into the request that they were made from', () => {
    const params = fc.record(
      {
        q: fc.constantFrom(['jail'], ['"use of force" -prison'], ['4:19-cv-00123']),
        in: fc.constantFrom(['cases'], ['entries']),
        court: fc.constantFrom(['A'], ['A', 'B']),
        'case-type': fc.constant(['Jail']),
        filed: fc.constantFrom(['2015..2020'], ['2015'], ['..2020-02-29'], ['(none)']),
        departed: fc.constant(['1']),
        newest: fc.constant(['1']),
      },
      { requiredKeys: ['q'] },
    );
    fc.assert(
      fc.property(params, (given) => {
        const request = parseSearchRequest(given);
        expect(toSearchParams(request)).toEqual(given);
        expect(parseSearchRequest(toSearchParams(request))).toEqual(request);
      }),
    );
  });
});
