import { describe, expect, test } from '@jest/globals';
import { classifyAnswer } from '../../src/clearinghouse/classify-answer.ts';

/** The answer, with what the records of a page say. */
function classify(body: string) {
  const answer = classifyAnswer({ status: 200, headers: {}, body: Buffer.from(body) }, new Date(0));
  if (answer.kind !== 'page') return answer;
  const { page } = answer;
  return { ...answer, page: { ...page, results: page.results.map(({ value }) => value()) } };
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
    ['an empty next, which the walk will judge', envelope({ next: '' }), { count: 2, next: '', results: [] }],
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
  const classifyPage = (body: string, isKnown?: (textHash: string) => boolean) => {
    const answer = classifyAnswer(
      { status: 200, headers: {}, body: Buffer.from(body) },
      new Date(0),
      isKnown,
    );
    if (answer.kind !== 'page') throw new Error(`it is ${answer.kind}`);
    return answer.page.results;
  };

  test('are known by their bytes, wherever they stand', () => {
    const [first, again] = classifyPage(envelope({ results: [{ id: 1 }, { id: 1 }] }));
    const [other] = classifyPage(envelope({ results: [{ id: 2 }] }));
    expect(first?.textHash).toMatch(/^[0-9a-f]{64}$/);
    expect(again?.textHash).toBe(first?.textHash);
    expect(other?.textHash).not.toBe(first?.textHash);
  });

  test('are read unless they are known, so that what is no JSON is found', () => {
    const broken = '{"count":1,"next":null,"results":[{"id":}]}';
    expect(classify(broken)).toMatchObject({ kind: 'transient' });
    expect(classifyPage(broken, () => true)).toHaveLength(1);
    expect(() => classifyPage(broken, () => false)).toThrow('it is transient');
  });

  test('have no hash where the list cannot be told apart by its brackets', () => {
    const records = classifyPage(String.raw`{"count":1,"next":null,"r\u0065sults":[{"id":1}]}`);
    expect(records.map(({ textHash, value }) => [textHash, value()])).toEqual([[null, { id: 1 }]]);
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

const COUNT = '`count` is not a whole number';
const NEXT = '`next` is neither an address nor null';
const RESULTS = '`results` is not a list';
const NO_OBJECT = 'the answer is not a JSON object';

describe('status 200 outside the contract', () => {
  test.each([
    ['count is a text', envelope({ count: '2' }), COUNT],
    ['count is negative', envelope({ count: -1 }), COUNT],
    ['count has a fraction', envelope({ count: 2.5 }), COUNT],
    ['count is too large to be exact', '{"count":9007199254740992,"next":null,"results":[]}', COUNT],
    ['count is beyond all numbers', '{"count":1e999,"next":null,"results":[]}', COUNT],
    ['count is null', envelope({ count: null }), COUNT],
    ['count is true', envelope({ count: true }), COUNT],
    ['count is missing', '{"next":null,"results":[]}', COUNT],
    ['next is a number', envelope({ next: 2 }), NEXT],
    ['next is false', envelope({ next: false }), NEXT],
    ['next is an object', envelope({ next: {} }), NEXT],
    ['next is missing', '{"count":2,"results":[]}', NEXT],
    ['results is an object', envelope({ results: {} }), RESULTS],
    ['results is a text', envelope({ results: '[]' }), RESULTS],
    ['results is null', envelope({ results: null }), RESULTS],
    ['results is missing', '{"count":2,"next":null}', RESULTS],
    ['the message is no text', '{"message":5}', COUNT],
    ['a message beside results of null', '{"message":"x","results":null}', COUNT],
    ['an empty object', '{}', COUNT],
    ['an error in the form of status 400', '["No results for x"]', NO_OBJECT],
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
    ['text after the envelope', `${envelope({})} trailing`],
    ['two envelopes', `${envelope({})}${envelope({})}`],
    ['JavaScript that is no JSON', '{count: 2, next: null, results: []}'],
    ['a number that JSON has not', '{"count":NaN,"next":null,"results":[]}'],
    ['a byte order mark, which JSON forbids', `\ufeff${envelope({})}`],
  ])('%s', (_title, body) => {
    const answer = classify(body);
    expect(answer).toEqual({
      kind: 'transient',
      reason: 'status 200, but not JSON',
      retryAfterMs: undefined,
    });
  });
});
