import { describe, expect, test } from '@jest/globals';
import { isOfCase, isOfRecord } from '../../src/db/leftovers.ts';

const asText = (piece: string): string => JSON.stringify(piece);

describe('a rejected record is of a case', () => {
  test.each([
    ['that its id names', '{"id": 10002, "name": "x"}'],
    ['that its id names as a text', '{"name": "x", "id": "10002"}'],
    ['that its id names as another number', '{"id": 1.0002e4}'],
    ['that its escaped id names', String.raw`{"\u0069d": 10002}`],
    ['that one of two ids names, the first', '{"id": 10002, "id": 5}'],
    ['that one of two ids names, the last', '{"id": 5, "id": 10002}'],
    ['among others in a list', '[{"id": 5}, {"id": 10002}]'],
    ['within an object that has no id of its own', '{"case": {"id": 10002}}'],
    ['whose own id is none', '{"id": null, "case": {"id": 10002}}'],
    ['that breaks off', asText('{"id": 10002, "name": "x')],
    ['that breaks off, after another one', asText('{"id": 5, "name": "y", {"id": 10002, "summary": "x')],
    ['within a string that is not closed', asText('{"id": 5, "name": "y, {"id" : "10002", "summary')],
    ['with a word that is no JSON', asText('{"name": NaN, "id":10002}')],
    ['without quotes', asText("{id: 10002, name: 'x'}")],
    ['with escaped quotes', asText(String.raw`{\"id\": 10002`)],
    ['with escapes in a piece', asText(String.raw`{"\u0069\u0064": 10002, `)],
    ['with NUL bytes', asText('{"\0i\0d\0"\0:\0 \x31\x30\x30\x30\x32')],
    [
      'by its address alone',
      asText('"clearinghouse_link": "https://clearinghouse.net/case/10002/", "name": "x'),
    ],
  ])('%s', (_how, record) => {
    expect(isOfCase(record, 10_002)).toBe(true);
    expect(isOfCase(record, 1000)).toBe(false);
    expect(isOfCase(record, 100_021)).toBe(false);
  });

  test.each([
    [
      'it is a case of its own that names the other',
      '{"id": 5, "related_cases": [{"id": 10002, "name": "x"}]}',
    ],
    ['the number stands elsewhere', '{"id": 5, "docket_id": 10002, "name": "id: 10002"}'],
    ['another number begins alike', asText('{"id": 100021, "name": "x')],
    ['the word only ends in id', asText('{"paid": 10002, "name": "x')],
  ])('but not where %s', (_why, record) => {
    expect(isOfCase(record, 10_002)).toBe(false);
  });
});

describe('a rejected record without an id of its own is of a document', () => {
  test.each([
    ['that its address names', '{"id": null, "text_url": "https://x.example/api/v2p1/documents/7/text/"}'],
    ['that its link names', '{"clearinghouse_link": "clearinghouse.net/doc/7", "title": "x"}'],
    ['that another spelling of id names', '{"ID": 7, "title": "x"}'],
    ['that a list names as its id', '{"id": [7], "title": "x"}'],
    ['that `document_id` names', '{"document_id": "7", "title": "x"}'],
    ['that `pk` names, and that breaks off', asText('{"pk":7,"title":"x')],
    ['that a text has as a number', asText('document 7 is sealed')],
    ['that a text has as a number written otherwise', asText('Doc. 7.0: sealed')],
    ['that a list has as a number', '[7, "sealed"]'],
    ['that a list has as a text', '["7e0", "sealed"]'],
    ['that is nothing but its number', '7'],
  ])('%s', (_how, record) => {
    expect(isOfRecord(record, 'document', 7)).toBe(true);
    expect(isOfRecord(record, 'document', 77)).toBe(false);
  });

  test.each([
    ['a case has the number', '{"case_id": 7, "url": "https://x.example/cases/7/"}'],
    ['it has an id of its own', '{"id": 8, "text_url": "https://x.example/documents/7/text/"}'],
    ['a docket has the number', asText('{"docket_id": 7, "url": "/dockets/7/')],
    ['a piece of an object has the number under another name', asText('"cite_1_vol": 7, "title": "x')],
    ['an object in a list has the number under another name', '[{"cite_1_vol": 7}]'],
    ['a longer number has its digits', '[17, "part 7a of 70", "v1.7"]'],
  ])('but not where %s', (_why, record) => {
    expect(isOfRecord(record, 'document', 7)).toBe(false);
  });
});

test('texts of many megabytes, and texts of only escapes, are scanned', () => {
  const long = 'a'.repeat(12_000_000);
  const escapes = String.raw`\"`.repeat(6_000_000);
  for (const text of [long, escapes, `${escapes}\\\\`]) {
    expect(isOfCase(`{"summary": "${text}", "id": 10002}`, 10_002)).toBe(true);
    expect(isOfCase(`{"summary": "${text}", "id": 5}`, 10_002)).toBe(false);
    expect(isOfCase(asText(`{"summary": "${text}", "id": 10002`), 10_002)).toBe(true);
  }
});
