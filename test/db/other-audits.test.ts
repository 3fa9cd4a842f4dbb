import { beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/lib/json.ts';
import { auditOf, findReasons } from './audit-of.ts';

describe('same_docket', () => {
  test('lists every case of a docket that two share, by number and court or by RECAP', async () => {
    const recap = (id: number) => ({ recap_link: `https://dockets.example/docket/${id}/any/` });
    const numbered = (text: string) => ({ docket_number_manual: text });
    const { listed, rows } = await auditOf('same_docket', {
      one: [{}, numbered('1:20-CV-7 ')],
      other: [{}, numbered('1:20-cv-7')],
      'of another court': [{ court: 'District of Westmark' }, numbered('1:20-cv-7')],
      'with a number of words': [{}, numbered('No Court Case')],
      'with the same words': [{}, numbered('No Court Case')],
      'without a number': [{}, numbered('')],
      'without one either': [{}, numbered('')],
      'on RECAP': [{}, recap(99)],
      'on RECAP too': [{ court: 'District of Westmark' }, recap(99)],
      'on another docket of RECAP': [{}, recap(999)],
    });
    expect(listed).toEqual(['one', 'other', 'on RECAP', 'on RECAP too']);
    expect(rows.map((row) => [row.cases_of_this_number, row.cases_of_this_recap_docket])).toEqual([
      ['1, 2', null],
      ['1, 2', null],
      [null, '8, 9'],
      [null, '8, 9'],
    ]);
  });
});

describe('other_court', () => {
  test('lists cases whose docket is of another court, where both are known', async () => {
    const { listed, rows } = await auditOf('other_court', {
      other: [{}, { court: ' Court of Appeals of Westmark' }],
      same: [{}],
      'same, with a space': [{}, { court: 'District of North Borealia ' }],
      'not known of the docket': [{}, { court: '' }],
      'null in the docket': [{}, { court: null }],
      'not known of the case': [{ court: '' }],
    });
    expect(listed).toEqual(['other']);
    expect(rows[0]).toMatchObject({
      court: 'District of North Borealia',
      docket_court: 'Court of Appeals of Westmark',
    });
  });
});

describe('outcome_at_odds', () => {
  const of = (prevailing_party: string | null, ...relief_natures: string[]): JsonObject => ({
    prevailing_party,
    relief_natures,
  });
  const reasons: [string, JsonObject, string | null][] = [
    ['a plaintiff without relief', of('Plaintiff', 'None'), 'the plaintiff prevailed without relief'],
    ['a plaintiff whose relief is not coded', of('Plaintiff'), null],
    ['a plaintiff with fees alone', of('Plaintiff', 'None', 'Attorneys fees'), null],
    ['a plaintiff with unknown relief', of('Plaintiff', 'Unknown'), null],
    ['a defendant with damages', of('Defendant', 'Damages'), 'relief, although the defendant prevailed'],
    ['a defendant with fees', of('Defendant', 'None', 'Attorneys fees'), null],
    [
      'a defendant after a preliminary injunction',
      of('Defendant', 'Preliminary injunction / Temp. restraining order'),
      null,
    ],
    ['nobody, and damages', of('None Yet / None', 'Damages'), 'relief, although nobody prevailed'],
    ['nobody, and no relief', of('None Yet / None', 'None yet'), null],
    ['not known who, and damages', of(null, 'Damages'), null],
    [
      'an injunction that is not named',
      { ...of('Plaintiff', 'Damages'), permanent_injunction: true },
      'a permanent injunction that the relief does not name',
    ],
    ['an injunction that is named', { ...of('Plaintiff', 'Injunction'), permanent_injunction: true }, null],
    ['an injunction, and nothing coded', { ...of('Plaintiff'), permanent_injunction: true }, null],
    [
      'over, and relief yet to come',
      { ...of('None Yet / None', 'None yet'), case_ongoing: 'No', closing_year: 2021 },
      'over, and relief "None yet"',
    ],
    [
      'over, and a source of relief yet to come',
      { ...of('Defendant', 'None'), relief_sources: ['None yet'], case_ongoing: 'No' },
      'over, and relief "None yet"',
    ],
    ['over, and no relief', { ...of('Defendant', 'None'), case_ongoing: 'No' }, null],
  ];
  let found: readonly unknown[];
  beforeAll(async () => {
    found = await findReasons(
      'outcome_at_odds',
      reasons.map(([, fields]) => [fields]),
    );
  });
  test.each(reasons.map(([title, , why], at) => ({ title, why, at })))('$title', ({ why, at }) => {
    expect(found[at]).toBe(why);
  });
});
