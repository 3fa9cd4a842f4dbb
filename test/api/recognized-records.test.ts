import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeBody } from '../../src/api/decode-body.ts';
import { type KnownRecords, type PageRecord, NO_KNOWN_RECORDS } from '../../src/api/page-records.ts';
import { parsePage } from '../../src/api/parse-page.ts';
import { times } from '../support/times.ts';

/** Records with an id in different places, two of one length, one that contains another, and one in which another id comes first. */
const STORED: readonly string[] = [
  '{"id":1,"name":"Alder"}',
  '{"id":2,"name":"Birch"}',
  '{"attorney_orgs":[],"id":3,"name":"Cedar"}',
  '{"id":4,"a":{"id":1,"name":"Alder"}}',
  '{"related_cases":[{"id":1}],"id":5}',
  '{ "id" : 6 }',
  '{"id":7,"name":"é }],["}',
];

function parse(list: string, known: KnownRecords) {
  const body = Buffer.from(`{"count":9,"next":null,"results":[${list}]}`);
  const page = parsePage(decodeBody(body, 'application/json'), known);
  return typeof page === 'object' ? page : { json: page ?? null, results: null };
}

const toOutcome = (record: PageRecord): unknown =>
  record.read === null ? record.odd.why : [record.rawHash, record.odd?.why, record.read().payload];
const hashesOf = (list: string): string[] =>
  (parse(list, NO_KNOWN_RECORDS).results ?? []).flatMap((one) =>
    one.read === null || one.rawHash === null ? [] : [one.rawHash],
  );

const HASHES = new Map(STORED.map((text, at) => [at + 1, hashesOf(text)[0] ?? '']));
const recognizing: KnownRecords = {
  has: (rawHash) => [...HASHES.values()].includes(rawHash),
  hashOf: (caseId) => HASHES.get(caseId),
};
const splitting: KnownRecords = { ...recognizing, hashOf: () => undefined };

/** Expects that a page says the same whether its stored records are recognized or found by their brackets. */
function expectSame(list: string): void {
  const [recognized, split] = [parse(list, recognizing), parse(list, splitting)];
  expect({ ...recognized, results: recognized.results?.map(toOutcome) }).toEqual({
    ...split,
    results: split.results?.map(toOutcome),
  });
}

describe('a page whose stored records are recognized says the same', () => {
  test.each([
    ['as it was stored', STORED.join(',')],
    ['in another order', STORED.toReversed().join(' , ')],
    ['with one record twice', `${STORED[0] ?? ''},${STORED[0] ?? ''}`],
    ['with a changed record among them', STORED.join(',').replace('Birch', 'Beech')],
    ['with a longer record', STORED.join(',').replace('Birch', 'Birch and others')],
    ['with an unknown record', `{"id":99,"name":"Elm"},${STORED.join(',')}`],
    ['with an id that is a text', `{"id":"1","name":"Alder"},${STORED.join(',')}`],
    ['with text after a record', STORED.join(' lamp,')],
    ['with text before a record', STORED.join(',lamp ')],
    ['with a comma too many', `${STORED.join(',')},`],
    ['with no comma', STORED.join('')],
    ['with a bracket too many', `${STORED.join(',')}}`],
    ['with a list around them', `[${STORED.join(',')}]`],
    ['that breaks off', STORED.join(',').slice(0, -4)],
    ['that is empty', ''],
  ])('%s', (_title, list) => {
    expectSame(list);
  });

  test('whatever it is made of', () => {
    const piece = fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...STORED) },
      fc.constantFrom(
        '{"id":1',
        '"id":2',
        '}',
        ']',
        '{',
        '[',
        ',',
        '"',
        '\\',
        '{"id":1,"name":"Alder"',
        '[]',
        'NaN',
      ),
    );
    const anyList = fc
      .array(fc.tuple(piece, fc.constantFrom(',', ',', ',', ' ,\n', '')))
      .map((pieces) => pieces.flat().join('').replace(/,$/, ''));
    fc.assert(fc.property(anyList, expectSame), { numRuns: times(300, 20_000) });
  });
});

test('a recognized record is not hashed or split again: its end is where its stored bytes end', () => {
  const asked: number[] = [];
  const known = { has: () => false, hashOf: (id: number) => (asked.push(id), HASHES.get(id)) };
  const { results } = parse(STORED.join(','), known);
  expect(asked).toEqual([1, 2, 3, 4, 1, 7, 7]);
  expect(results?.map((one) => one.read !== null && one.rawHash)).toEqual([...HASHES.values()]);
});
