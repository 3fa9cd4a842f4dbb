import { describe, expect, test } from '@jest/globals';
import { inventCase, inventCaseBytes } from '../../fake-api/invent/case.ts';
import { caseNameAt } from '../../fake-api/invent/fields.ts';
import { entriesOf, inventMany, listOf, objectOf, textOf } from './invent-many.ts';

const records = inventMany(31, 300).map(({ record }) => record);
const entries = records.flatMap(entriesOf);

describe('an invented case', () => {
  test('is the same for the same seed and index, independent of what was invented before', () => {
    const again = [299, 7, 150].map((index) => JSON.stringify(inventCase(31, index)));
    expect(again).toEqual([299, 7, 150].map((index) => JSON.stringify(records[index])));
  });

  test('is another one for another seed or another index', () => {
    expect(inventCase(32, 7)).not.toEqual(records[7]);
    expect(records[8]).not.toEqual(records[7]);
  });

  test('is valid JSON that reads back and writes the same bytes', () => {
    for (let index = 0; index < 60; index++) {
      const bytes = Buffer.concat(inventCaseBytes(31, index)).toString();
      expect(JSON.stringify(JSON.parse(bytes))).toBe(bytes);
    }
  });

  test('has ids of its own: cases, dockets and entries are unique, and ids have gaps', () => {
    const ids = records.map(({ id }) => Number(id));
    expect(new Set(ids).size).toBe(records.length);
    expect(new Set(records.map((record) => objectOf(record.main_docket).id)).size).toBe(records.length);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
    expect(Math.max(...ids) - Math.min(...ids)).toBeGreaterThan(records.length * 2);
  });

  test('is in process whenever its status is null, and then hardly coded', () => {
    const uncoded = records.filter((record) => record.case_ongoing === null);
    expect(uncoded.length).toBeGreaterThan(30);
    for (const record of uncoded) {
      expect(record).toMatchObject({
        case_status: 'In Process (Public)',
        prevailing_party: null,
        issues: [],
      });
    }
  });

  test('has no closing year as a rule while it is going on, and has one when it is over', () => {
    const open = records.filter((record) => record.case_ongoing === 'Yes');
    const over = records.filter((record) => record.case_ongoing === 'No');
    expect(open.filter((record) => record.closing_year === null).length / open.length).toBeGreaterThan(0.8);
    expect(over.filter((record) => record.closing_year === null).length / over.length).toBeLessThan(0.2);
  });

  test('has the oddities of the API', () => {
    const years = records.flatMap((record) => [record.order_start_year, record.closing_year]);
    expect(years).toContain(0);
    const published = records.map((record) => textOf(record.summary_published_date));
    expect(published.some((date) => /T\d\d:\d\d:\d\d\.\d{6}-0[45]:00$/.test(date))).toBe(true);
    expect(published.some((date) => /T00:00:00-0[45]:00$/.test(date))).toBe(true);
    for (const record of records)
      expect(record.clearinghouse_link).toBe(`casehouse.example/case/${textOf(record.id)}`);
    const shorts = records.map((record) => textOf(record.summary_short));
    expect(shorts.some((text) => text.endsWith(' '))).toBe(true);
    expect(shorts.some((text) => text.includes('\u00a0'))).toBe(true);
    expect(records.some((record) => /[À-ʯ]/.test(textOf(record.name)))).toBe(true);
  });

  test('has a summary in HTML with paragraphs, links, emphasis and entities', () => {
    const summaries = records.map((record) => textOf(record.summary)).join('\n');
    for (const mark of ['<p>', '</p>', '<a href="', '<em>', '&rsquo;', '&nbsp;', '&sect;']) {
      expect(summaries).toContain(mark);
    }
    expect(
      records.filter((record) => record.summary !== null && !textOf(record.summary).includes('<p>')),
    ).not.toEqual([]);
  });
});

test('one name in about twelve hundred is empty', () => {
  const empty = Array.from({ length: 12_000 }, (_, index) => caseNameAt(1, index)).filter(
    (name) => name === '',
  );
  expect(empty.length).toBeGreaterThan(3);
  expect(empty.length).toBeLessThan(25);
});

describe('the docket entries of invented cases', () => {
  test('have the keys of the API in its order', () => {
    expect(new Set(entries.map((entry) => Object.keys(entry).join(' ')))).toEqual(
      new Set([
        'row_number id entry_number date_filed attachments url recap_pdf_url pacer_doc_id description',
      ]),
    );
  });

  test('have a file address now and then', () => {
    const files = entries.filter(({ url }) => textOf(url).startsWith('file:///'));
    expect(files.length / entries.length).toBeGreaterThan(0.0005);
    expect(files.length / entries.length).toBeLessThan(0.02);
  });

  test('have attachments with the keys of the API, the optional ones first', () => {
    const lists = entries.flatMap(({ attachments }) => (Array.isArray(attachments) ? attachments : []));
    const keys = new Set(lists.map((attachment) => Object.keys(objectOf(attachment)).join(' ')));
    const always = 'recap_id pacer_url description attachment_number';
    for (const before of ['', 'pdf_url ', 'pending ', 'doc_id ']) expect(keys).toContain(before + always);
    for (const found of keys)
      expect(found).toMatch(new RegExp(`^(doc_id )?(pdf_url )?(pending )?${always}$`));
  });

  test('are not in order of their ids as a rule, though the rows number all of them', () => {
    const dockets = records.map(entriesOf).filter((docket) => docket.length > 8);
    const isRising = (values: number[]) => values.every((value, place) => value > (values[place - 1] ?? -1));
    const sorted = dockets.filter((docket) => isRising(docket.map(({ id }) => Number(id))));
    expect(dockets.length).toBeGreaterThan(100);
    expect(sorted.length).toBeLessThan(dockets.length / 20);
    const byRow = dockets.map((docket) =>
      docket.toSorted((one, other) => Number(one.row_number) - Number(other.row_number)),
    );
    expect(byRow.some((docket) => !isRising(docket.map(({ id }) => Number(id))))).toBe(true);
    for (const docket of dockets) {
      expect(new Set(docket.map((entry) => entry.row_number)).size).toBe(docket.length);
      expect(Math.max(...docket.map((entry) => Number(entry.row_number)))).toBe(docket.length - 1);
    }
  });

  test('carry a timestamp with an offset, an entry number that is a string or null, and a text', () => {
    const dates = entries.flatMap(({ date_filed: filed }) => filed ?? []);
    expect(dates.filter((date) => !/^\d{4}-\d\d-\d\dT0[01]:00:00-0[45]:00$/.test(textOf(date)))).toEqual([]);
    expect(
      new Set(entries.map(({ entry_number: number }) => (number === null ? null : typeof number))),
    ).toEqual(new Set(['string', null]));
    expect(new Set(entries.map(({ description }) => typeof description))).toEqual(new Set(['string']));
  });
});

test('lists of wrapped values hold objects with one value each', () => {
  const wrapped = records.flatMap((record) => listOf(record.plaintiff_type));
  for (const item of wrapped) expect(Object.keys(objectOf(item))).toEqual(['value']);
});
