import { describe, expect, test } from '@jest/globals';
import { FEDERAL_DISTRICTS } from '../../src/case/courts.ts';
import { toNumberParts } from '../../src/case/case-rows.ts';
import { parseDocketNumber } from '../../src/case/reference.ts';
import { updateDocketNumbers } from '../../src/db/docket-numbers.ts';
import { openMirror, openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { queryAsOf } from '../../src/history/query-as-of/query.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { shareHistory } from '../support/shared-history.ts';
import { makeCase, makeDocket } from '../support/make-case.ts';
import type { JsonObject } from '../../src/lib/json.ts';

const KANSAS = 'District of Kansas';
const NONE = {
  docket_office_number: null,
  docket_year: null,
  docket_filing_number: null,
  docket_case_type: null,
};
const toCase = (id: number, docket: JsonObject, filed = '2019-03-14') =>
  makeCase({
    id,
    filing_date: filed,
    filing_year: Number(filed.slice(0, 4)),
    main_docket: makeDocket({ id: 70_000 + id, court: KANSAS, recap_link: null, ...docket }),
  });

const share = shareHistory(() => ({
  source: recordedCases([
    // Text and parts agree, and the case was filed in that year.
    toCase(1, { recap_link: 'https://www.courtlistener.com/docket/12345/alder-v-thimble/' }),
    // Another office: another case, with the same number otherwise.
    toCase(2, { docket_number_manual: '5:19-cv-00123-ABC', docket_office_number: '5' }),
    // No office: any of those.
    toCase(3, { docket_number_manual: '19-cv-123', docket_office_number: '' }),
    // The year of filing is another.
    toCase(4, { docket_number_manual: '2:18-cv-77', ...NONE }),
    // Text and parts name two dockets.
    toCase(5, { docket_number_manual: '4:19-cv-00999' }),
    // No district court; a number of another form; a type that the FJC does not record; nothing.
    toCase(6, { court: 'Borealia state trial court' }),
    toCase(7, { docket_number_manual: 'BC 555-001', ...NONE }),
    toCase(8, { docket_number_manual: '1:19-mc-00005', ...NONE }),
    makeCase({ id: 9, main_docket: null }),
    // The same docket again: two cases of the site, one key.
    toCase(10, {}),
    // The century is that of the year of filing.
    toCase(
      11,
      { court: 'Southern District of New York', docket_number_manual: '71 Civ. 2462', ...NONE },
      '1971-05-06',
    ),
    toCase(12, { docket_number_manual: '1:19-cr-00044', ...NONE }),
  ]),
  edits: [
    (source) => {
      source.edit(1, (one) => ({
        ...one,
        main_docket: makeDocket({ court: KANSAS, docket_number_manual: '6:19-cv-00123', ...NONE }),
      }));
    },
  ],
}));

describe('docket_crosswalk', () => {
  test('has a row for each docket, with the key of the FJC and how certain it is', async () => {
    const { database } = await share();
    const mirror = openMirrorReadOnly(database);
    const rows = [
      ...queryAsOf(
        mirror,
        1,
        `SELECT case_id, courtlistener_docket_id, courtlistener_source, fjc_district, fjc_office, fjc_docket, fjc_file, fjc_confidence, docket_year, dockets_with_key
         FROM docket_crosswalk ORDER BY case_id`,
      ).rows,
    ].map((row) => row.map((cell) => (typeof cell === 'bigint' ? Number(cell) : cell)));
    mirror.close();
    expect(rows).toEqual([
      [1, 12345, 'recap_link', '83', '4', '1900123', 'civil', 'certain', 2019, 2],
      [2, null, null, '83', '5', '1900123', 'civil', 'certain', 2019, 1],
      [3, null, null, '83', null, '1900123', 'civil', 'possible', 2019, 1],
      [4, null, null, '83', '2', '1800077', 'civil', 'likely', null, 1],
      [5, null, null, '83', '4', '1900999', 'civil', 'contradictory', 2019, 1],
      [6, null, null, null, null, null, null, null, 2019, null],
      [7, null, null, null, null, null, null, null, null, null],
      [8, null, null, null, null, null, null, null, 2019, null],
      [10, null, null, '83', '4', '1900123', 'civil', 'certain', 2019, 2],
      [11, null, null, '08', null, '7102462', 'civil', 'possible', 1971, 1],
      [12, null, null, '83', '1', '1900044', 'criminal', 'certain', 2019, 1],
    ]);
  });

  test('follows a docket that changes, and keeps its earlier state', async () => {
    const { rows } = await share();
    expect(
      rows('SELECT fjc_office, courtlistener_docket_id FROM docket_crosswalk WHERE case_id = 1'),
    ).toEqual([{ fjc_office: '6', courtlistener_docket_id: null }]);
  });

  test('is never certain without the office, whatever is stored', async () => {
    const { rows } = await share();
    expect(
      rows(
        `SELECT count(*) AS n FROM docket_crosswalk WHERE fjc_confidence IN ('certain', 'likely') AND (fjc_office IS NULL OR fjc_file IS NULL)`,
      ),
    ).toEqual([{ n: 0 }]);
  });
});

test('federal_districts has the districts by which citations abbreviate courts', async () => {
  const { rows } = await share();
  expect(rows('SELECT court, abbreviation, fjc_district AS fjcDistrict FROM federal_districts')).toEqual([
    ...FEDERAL_DISTRICTS,
  ]);
});

test('an upgrade parses the numbers of dockets that are already stored', async () => {
  const { database, rows } = await share();
  const mirror = openMirror(database);
  mirror.sqlite.exec('UPDATE dockets SET mirror_number = NULL');
  updateDocketNumbers(mirror.sqlite);
  mirror.close();
  expect(rows('SELECT mirror_number FROM dockets WHERE case_id IN (2, 7, 11) ORDER BY case_id')).toEqual([
    { mirror_number: '05 2019 000123 = cv' },
    { mirror_number: null },
    { mirror_number: '-- --71 002462   cv' },
  ]);
});

describe('the parts of a docket number', () => {
  const parts = (text: string | null, of: object = NONE) =>
    toNumberParts({ docket_number_manual: text, ...NONE, ...of });

  // The forms in which the API has numbers: 0 for a digit, a for a letter.
  test.each([
    ['1:19-cv-00123', '01 --19 000123   cv'],
    ['1:19-cv-00123-ABC', '01 --19 000123   cv'],
    ['1:19-cv-00123-ABC-DEF', '01 --19 000123   cv'],
    ['1:19-cv-00123-AB ', '01 --19 000123   cv'],
    ['1:19-cv-45', '01 --19 000045   cv'],
    ['1:19-CV-00123', '01 --19 000123   cv'],
    ['83-1234', '-- --83 001234   '],
    ['83-123', '-- --83 000123   '],
    ['83 CV 1234', '-- --83 001234   cv'],
    ['Civ. No. 83-1234', '-- --83 001234   '],
    ['4:83-12345', '04 --83 012345   '],
    ['2019-CV-00123', '-- 2019 000123   cv'],
    ['No Court Case', null],
    ['[Sealed]', null],
    ['BC 555-001', null],
    ['', null],
    [null, null],
  ])('%j is read as %j', (text, expected) => {
    expect(parts(text)).toBe(expected);
    if (text !== null && expected !== null)
      expect(Number(expected.slice(8, 14))).toBe(parseDocketNumber(text)?.filing);
  });

  test('of the API fill in what the text leaves out, and an empty office is none', () => {
    const own = {
      docket_office_number: '',
      docket_year: 2007,
      docket_filing_number: 4117,
      docket_case_type: '',
    };
    expect(parts('07-04117', own)).toBe('-- 2007 004117 = ');
    expect(parts('', { ...own, docket_office_number: ' 3 ' })).toBe('03 2007 004117   ');
    expect(parts('1:08-cv-1', own)).toBe('01 --08 000001 # cv');
    for (const odd of [
      { docket_year: 0 },
      { docket_year: 199 },
      { docket_filing_number: -1 },
      { docket_filing_number: 1e9 },
    ])
      expect(parts('', { ...own, ...odd })).toBeNull();
  });
});
