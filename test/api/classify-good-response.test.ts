import { describe, expect, test } from '@jest/globals';
import { classifyResponse } from '../../src/api/responses.ts';
import { type PageRecord, type KnownRecords } from '../../src/api/page-records.ts';
import { readRecord } from '../support/page-records.ts';

/** The response, with what the records of a page say. */
function classify(body: string) {
  const response = classifyResponse({ status: 200, headers: {}, body: Buffer.from(body) }, new Date(0));
  if (response.kind !== 'page') return response;
  const { page } = response;
  return { ...response, page: { ...page, results: page.results.map(readRecord) } };
}

const envelope = (changes: object) =>
  JSON.stringify({ count: 2, next: null, previous: null, results: [], ...changes });

describe('status 200 with a page', () => {
  test.each([
    [
      'the documented envelope',
      envelope({ results: [{ id: 1 }] }),
      { count: 2, next: null, results: [{ id: 1 }] },
    ],
    [
      'a next address',
      envelope({ next: 'https://a.example/?page=2' }),
      { count: 2, next: 'https://a.example/?page=2', results: [] },
    ],
    ['an empty next, which the pass will judge', envelope({ next: '' }), { count: 2, next: '', results: [] }],
    ['nothing found', envelope({ count: 0 }), { count: 0, next: null, results: [] }],
    ['no previous', '{"count":1,"next":null,"results":[7]}', { count: 1, next: null, results: [7] }],
    ['fields that nobody knows', envelope({ lamp: true }), { count: 2, next: null, results: [] }],
    ['a message beside results', envelope({ message: 'hello' }), { count: 2, next: null, results: [] }],
    ['white space around it', `\r\n ${envelope({})}\n`, { count: 2, next: null, results: [] }],
    [
      'records that are no cases',
      envelope({ results: [null, 'x', []] }),
      { count: 2, next: null, results: [null, 'x', []] },
    ],
    [
      'the largest count',
      envelope({ count: Number.MAX_SAFE_INTEGER }),
      { count: Number.MAX_SAFE_INTEGER, next: null, results: [] },
    ],
    [
      'a whole number written as a decimal',
      '{"count":3.0,"next":null,"results":[]}',
      { count: 3, next: null, results: [] },
    ],
  ])('%s', (_title, body, page) => {
    expect(classify(body)).toEqual({ kind: 'page', page });
  });
});

describe('the records of a page', () => {
  const classifyPage = (body: string, known?: KnownRecords) => {
    const response = classifyResponse(
      { status: 200, headers: {}, body: Buffer.from(body) },
      new Date(0),
      known,
    );
    if (response.kind !== 'page') throw new Error(`it is ${response.kind}`);
    return response.page.results;
  };

  test('are recognized by their bytes, wherever they are', () => {
    const hashOf = (record?: PageRecord) => (record?.read === null ? null : record?.rawHash);
    const [first, again] = classifyPage(envelope({ results: [{ id: 1 }, { id: 1 }] }));
    const [other] = classifyPage(envelope({ results: [{ id: 2 }] }));
    expect(hashOf(first)).toMatch(/^8:[0-9a-f]{64}$/);
    expect(hashOf(again)).toBe(hashOf(first));
    expect(hashOf(other)).not.toBe(hashOf(first));
  });

  test('are read unless they are known; one that is no JSON is odd by itself', () => {
    const broken = '{"count":2,"next":null,"results":[{"id":},{"id":2}]}';
    expect(classifyPage(broken).map(({ odd, read }) => [odd?.why, read?.().payload])).toEqual([
      ['not JSON', undefined],
      [undefined, { id: 2 }],
    ]);
    expect(classifyPage(broken, { has: () => true, hashOf: () => undefined })).toHaveLength(2);
  });

  test('are found where their name is written with escapes', () => {
    const records = classifyPage(String.raw`{"count":1,"next":null,"r\u0065sults":[{"id":1}]}`);
    expect(records.map(readRecord)).toEqual([{ id: 1 }]);
  });

  test('are refused if there are two lists of them, of which JSON.parse would drop one', () => {
    const body = '{"count":2,"next":null,"results":[{"id":1}],"results":[{"id":2}]}';
    expect(classify(body)).toEqual({ kind: 'broken', reason: 'the page names `results` twice' });
  });
});

describe('status 200 with a message', () => {
  test('is what the address for testing a token answers', () => {
    const words = 'Success, you have access to lamps.';
    expect(classify(JSON.stringify({ message: words }))).toEqual({ kind: 'message', words });
  });

  test('is made safe to print', () => {
    expect(classify('{"message":"a\\u001b[31mb\\r\\nc"}')).toEqual({ kind: 'message', words: 'a [31mb c' });
  });
});

describe('an envelope with a word that JSON does not know costs no record', () => {
  const one = '"results":[{"id":1}]';
  test.each([
    ['NaN as count', `{"count":NaN,"next":null,${one}}`, null, null],
    ['-Infinity as next', `{"count":1,${one},"next":-Infinity}`, 1, undefined],
    ['None as previous', `{"count":1,"next":"a:NaN","previous":None,${one}}`, 1, 'a:NaN'],
    ['NaN in an unknown field', `{"lamp":[NaN],"count":1,"next":null,${one}}`, 1, null],
  ])('%s', (_, body, count, next) => {
    expect(classify(body)).toEqual({
      kind: 'page',
      page: { count, next, results: [{ id: 1 }], isMalformed: true },
    });
  });
});

describe('a comma too many costs no record', () => {
  test.each([
    ['after the last record', '{"count":1,"next":null,"results":[{"id":1},]}'],
    ['with white space around it', '{"count":1,"next":null,"results":[{"id":1}\n , \n]}'],
    ['before the first record', '{"count":1,"next":null,"results":[,{"id":1}]}'],
    ['after the list of records', '{"count":1,"next":null,"results":[{"id":1}],}'],
    ['in an unknown list of the envelope', '{"lamp":[1,2,],"count":1,"next":null,"results":[{"id":1}]}'],
  ])('%s', (_, body) => {
    const page = { count: 1, next: null, results: [{ id: 1 }], isMalformed: true };
    expect(classify(body)).toEqual({ kind: 'page', page });
  });

  test('and two between records none either', () => {
    const body = '{"count":2,"next":",}","results":[{"id":1},,{"id":2}]}';
    const page = { count: 2, next: ',}', results: [{ id: 1 }, { id: 2 }], isMalformed: true };
    expect(classify(body)).toEqual({ kind: 'page', page });
  });

  test('and a text that breaks off takes no more time than its length', () => {
    const body = `{"count":1,"lamp":[,],"results":[],"next":"${String.raw`\"`.repeat(200_000)}`;
    expect(classify(body)).toMatchObject({ kind: 'transient' });
  });
});

const COUNT = '`count` is not a whole number';
const RESULTS = '`results` is not a list';
const NO_OBJECT = 'the response is not a JSON object';

describe('a page with a number or an address that is none', () => {
  test.each([
    ['count is a text', envelope({ count: '2' })],
    ['count is negative', envelope({ count: -1 })],
    ['count has a fraction', envelope({ count: 2.5 })],
    ['count is too large to be exact', '{"count":9007199254740992,"next":null,"results":[]}'],
    ['count is beyond all numbers', '{"count":1e999,"next":null,"results":[]}'],
    ['count is null', envelope({ count: null })],
    ['count is true', envelope({ count: true })],
    ['count is missing', '{"next":null,"results":[]}'],
  ])('%s: its records are read', (_title, body) => {
    expect(classify(body)).toEqual({ kind: 'page', page: { count: null, next: null, results: [] } });
  });

  test.each([
    ['next is a number', envelope({ next: 2 })],
    ['next is false', envelope({ next: false })],
    ['next is an object', envelope({ next: {} })],
    ['next is missing', '{"count":2,"results":[]}'],
  ])('%s: its records are read', (_title, body) => {
    expect(classify(body)).toEqual({ kind: 'page', page: { count: 2, next: undefined, results: [] } });
  });
});

describe('an error with status 200 is retried, and its text is reported', () => {
  test.each([
    ['error', '{"error":"overload"}', 'overload'],
    ['detail', '{"detail":"Server busy."}', 'Server busy.'],
    ['errors in a list', '{"errors":[{"code":7}]}', '[{"code":7}]'],
    ['a message that is no text', '{"message":{"lamp":"out"}}', '{"lamp":"out"}'],
    ['an error and a message', '{"error":true,"message":"lamp out"}', 'lamp out'],
    ['an error beside a count', '{"count":0,"next":null,"error":"lamp"}', 'lamp'],
    ['control characters', '{"error":"a\\u001b[31mb"}', 'a [31mb'],
    ['the form of status 400', '["No results for x"]', 'No results for x'],
  ])('%s', (_title, body, words) => {
    const reason = `status 200 with an error: ${words}`;
    expect(classify(body)).toEqual({ kind: 'transient', reason, retryAfterMs: undefined });
  });

  test.each(['{"error":false}', '{"errors":[]}', '{"detail":""}', '{"error":null}'])(
    'but %s tells of none',
    (body) => {
      expect(classify(body)).toEqual({ kind: 'broken', reason: COUNT });
    },
  );

  test('and a page that has one beside its results is a page', () => {
    expect(classify(envelope({ error: 'lamp' }))).toMatchObject({ kind: 'page' });
  });
});

test.each([
  ['a comment', '<!-- cached -->'],
  ['zeros', '\0\0'],
  ['a bracket too many', ']'],
])('%s after a page takes nothing from it, and is told', (_title, rest) => {
  expect(classify(`${envelope({})}\n${rest}`)).toMatchObject({ kind: 'page', page: { isMalformed: true } });
});

test.each([
  ['count', { count: null }],
  ['next', { next: undefined }],
])('of a %s that is named twice neither value counts', (name, expected) => {
  const body = envelope({}).replace('{', `{"${name}":null,`);
  expect(classify(body)).toMatchObject({ kind: 'page', page: expected });
});

describe('status 200 outside the contract', () => {
  test.each([
    ['results is an object', envelope({ results: {} }), RESULTS],
    ['results is a text', envelope({ results: '[]' }), RESULTS],
    ['results is null', envelope({ results: null }), RESULTS],
    ['results is missing', '{"count":2,"next":null}', RESULTS],
    ['a message beside results of null', '{"message":"x","results":null}', COUNT],
    ['an empty object', '{}', COUNT],
    ['an empty list', '[]', NO_OBJECT],
    ['a list of cases without an envelope', '[{"id":1}]', NO_OBJECT],
    ['a text', '"ok"', NO_OBJECT],
    ['a number', '5', NO_OBJECT],
    ['true', 'true', NO_OBJECT],
    ['null', 'null', NO_OBJECT],
  ])('%s is broken', (_title, body, reason) => {
    expect(classify(body)).toEqual({ kind: 'broken', reason });
  });
});

describe('status 200 that is not JSON may pass, as a maintenance page does', () => {
  test.each([
    ['HTML', '<!doctype html><title>Back soon</title>'],
    ['nothing', ''],
    ['white space', ' \n'],
    ['a list that breaks off', '{"count":2,"next":null,"results":[{"id":1},{"id"'],
    ['two envelopes', `${envelope({})}${envelope({})}`],
    ['JavaScript that is no JSON', '{count: 2, next: null, results: []}'],
  ])('%s', (_title, body) => {
    const response = classify(body);
    expect(response).toMatchObject({
      kind: 'transient',
      reason: 'status 200, but not JSON',
      retryAfterMs: undefined,
    });
  });
});
