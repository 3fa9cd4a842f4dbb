import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { splitPage } from '../../src/clearinghouse/split-page.ts';

function split(body: string) {
  const page = splitPage(Buffer.from(body));
  return page && { envelope: page.envelope, results: page.results.map((bytes) => bytes.toString('utf8')) };
}

describe('a page is taken apart at the brackets of its results', () => {
  test.each([
    [
      'results',
      '{"count":2,"results":[{"id":1},{"id":2}]}',
      '{"count":2,"results":[]}',
      ['{"id":1}', '{"id":2}'],
    ],
    ['no results', '{"results":[],"next":null}', '{"results":[],"next":null}', []],
    ['white space everywhere', ' \t{ "results" : [ 1 ,\r\n 2 ] }\n', ' \t{ "results" : [] }\n', ['1 ', '2 ']],
    ['brackets in strings', '{"results":["]","}{[",","]}', '{"results":[]}', ['"]"', '"}{["', '","']],
    [
      'quotes in strings',
      String.raw`{"results":["\"]","\\"]}`,
      '{"results":[]}',
      [String.raw`"\"]"`, String.raw`"\\"`],
    ],
    [
      'lists in results',
      '{"results":[[1,2],{"results":[3]}]}',
      '{"results":[]}',
      ['[1,2]', '{"results":[3]}'],
    ],
    ['letters beyond ASCII', '{"é":"—","results":["—é"]}', '{"é":"—","results":[]}', ['"—é"']],
    [
      'other members that look like it',
      '{"a":{"results":[1]},"b":"results","results":[2]}',
      '{"a":{"results":[1]},"b":"results","results":[]}',
      ['2'],
    ],
  ])('%s', (_title, body, envelope, results) => {
    expect(split(body)).toEqual({ envelope, results });
  });

  test.each([
    ['a list outside', '[{"results":[]}]'],
    ['no such list', '{"count":1}'],
    ['results that are no list', '{"results":{"a":[1]}}'],
    ['results twice', '{"results":[1],"results":[2]}'],
    ['results twice, once no list', '{"results":[1],"results":null}'],
    ['results once more with escapes', String.raw`{"results":[1],"r\u0065sults":[]}`],
    ['a name with escapes', String.raw`{"r\u0065sults":[1]}`],
    ['nothing', ''],
    ['a string that is not closed', '{"results'],
  ])('but not with %s', (_title, body) => {
    expect(split(body)).toBeUndefined();
  });
});

function parse(text: string): unknown {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return 'not JSON';
  }
}

/** What the parts say together. */
function parseParts(body: string): unknown {
  const parts = split(body);
  if (parts === undefined) return parse(body);
  const texts = [parts.envelope, ...parts.results].map(parse) as { json: unknown }[];
  if (texts.some((one) => typeof one === 'string')) return 'not JSON';
  const [envelope, ...results] = texts.map(({ json }) => json);
  return { json: { ...(envelope as object), results } };
}

const pages = fc.record({
  count: fc.nat(),
  next: fc.option(fc.string({ unit: 'binary' })),
  more: fc.jsonValue({ maxDepth: 3 }),
  results: fc.array(fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }), { maxLength: 4 }),
});

test('the parts say what the whole says', () => {
  fc.assert(
    fc.property(pages, fc.constantFrom(0, 1, '\t'), (page, space) => {
      const body = JSON.stringify(page, undefined, space);
      expect(parseParts(body)).toEqual(parse(body));
    }),
    { numRuns: 500 },
  );
});

test('a page with a damaged byte is JSON if, and only if, its parts are', () => {
  const damage = fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', ' ', '0', 'x', '');
  fc.assert(
    fc.property(
      pages,
      fc.array(fc.tuple(fc.nat(), damage), { minLength: 1, maxLength: 3 }),
      (page, damages) => {
        let body = JSON.stringify(page).toWellFormed();
        for (const [at, byte] of damages) {
          const place = at % body.length;
          body = `${body.slice(0, place)}${byte}${body.slice(place + 1)}`.toWellFormed();
        }
        const whole = parse(body);
        expect([body, parseParts(body)]).toEqual([body, whole]);
      },
    ),
    { numRuns: 3000 },
  );
});
