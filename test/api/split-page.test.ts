import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { splitPage } from '../../src/api/split-page.ts';
import { anyCharacter } from '../support/once/any-character.ts';

function split(body: string) {
  const page = splitPage(Buffer.from(body));
  if (page === undefined || page === 'results twice') return page;
  return { envelope: page.envelope, results: page.results.map(({ bytes }) => bytes.toString('utf8')) };
}

describe('a page is split at the brackets of its results', () => {
  test.each([
    [
      'results',
      '{"count":2,"results":[{"id":1},{"id":2}]}',
      '{"count":2,"results":[]}',
      ['{"id":1}', '{"id":2}'],
    ],
    ['no results', '{"results":[],"next":null}', '{"results":[],"next":null}', []],
    ['white space everywhere', ' \t{ "results" : [ 1 ,\r\n 2 ] }\n', ' \t{ "results" : [] }', ['1', '2']],
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
      'a name with escapes',
      String.raw`{"\u0061":1,"r\u0065sults":[1]}`,
      String.raw`{"\u0061":1,"r\u0065sults":[]}`,
      ['1'],
    ],
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
    ['nothing', ''],
    ['a string that is not closed', '{"results'],
  ])('but not with %s', (_title, body) => {
    expect(split(body)).toBeUndefined();
  });
});

test.each([
  ['two lists', '{"results":[1],"results":[2]}'],
  ['a list and null', '{"results":[1],"results":null}'],
  ['null and a list', '{"results":null,"results":[1]}'],
  ['one with escapes', String.raw`{"results":[1],"r\u0065sults":[]}`],
])('results that come twice are told: %s', (_title, body) => {
  expect(split(body)).toBe('results twice');
});

test('bytes after the page, and duplicate names in it, are reported', () => {
  const body = String.raw`{"count":1,"a":{"b":1,"b":2},"c\u006funt":2,"results":[{"x":1,"x":2}],"next":null} <!-- {} -->`;
  expect(splitPage(Buffer.from(body))).toMatchObject({
    namedTwice: new Set(['count']),
    rest: Buffer.from('<!-- {} -->'),
  });
});

describe('of each record is reported', () => {
  const traits = (...records: string[]) => {
    const page = splitPage(Buffer.from(`{"results":[${records.join(', ')}]}`));
    return typeof page === 'object' ? page.results : [];
  };

  test('how many members its objects have, colons of texts aside', () => {
    const records = ['{"a:b":"c:d","e":[{"f":1},{"f":{}}],"a:b":2}', '5', '{"q\\":":1}'];
    expect(traits(...records).map(({ members }) => members)).toEqual([5, 0, 1]);
  });

  test('how deep it is', () => {
    const records = ['1', '{}', '[[],[[2]],{}]', '{"a":[{"b":[]}]}'];
    expect(traits(...records).map(({ depth }) => depth)).toEqual([0, 1, 3, 4]);
  });

  test.each([
    ['9007199254740992', false],
    ['9007199254740993', true],
    ['-12', false],
    ['123456789012345', false],
    ['1234567890123456', false],
    ['-0', true],
    ['-0.0', true],
    ['0', false],
    ['0.0', false],
    ['1.0', false],
    ['1.50', false],
    ['1e2', false],
    ['1E+2', false],
    ['100e-2', false],
    ['0.1', false],
    ['0.1000000000000000055511151231257827', true],
    ['5e-324', false],
    ['1e-400', true],
    ['1e400', true],
    ['-1e400', true],
    ['1.7976931348623157e308', false],
    ['123456789012345678901234567890', true],
    ['100000000000000000000000', false],
    ['"9007199254740993"', false],
  ])('whether %s is another number once it is read: %s', (text, isInexact) => {
    for (const record of [text, `{"a":[1,${text} ,2]}`, `[${text}]`])
      expect(traits('7', record, '8').map((one) => one.hasInexactNumber)).toEqual([false, isInexact, false]);
  });

  test('that each number JavaScript writes is exact', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        const [record] = traits(JSON.stringify(number));
        expect(record?.hasInexactNumber).toBe(false);
      }),
    );
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
  const page = splitPage(Buffer.from(body));
  const parts = split(body);
  if (parts === undefined) return parse(body);
  if (parts === 'results twice') return parts;
  if (typeof page === 'object' && (page.rest.length > 0 || page.hasEmptyElement)) return 'not JSON';
  const texts = [parts.envelope, ...parts.results].map(parse) as { json: unknown }[];
  if (texts.some((one) => typeof one === 'string')) return 'not JSON';
  const [envelope, ...results] = texts.map(({ json }) => json);
  return { json: { ...(envelope as object), results } };
}

const pages = fc.record({
  count: fc.nat(),
  next: fc.option(fc.string({ unit: anyCharacter })),
  more: fc.jsonValue({ maxDepth: 3 }),
  results: fc.array(fc.jsonValue({ maxDepth: 4, stringUnit: anyCharacter }), { maxLength: 4 }),
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
        const parts = parseParts(body);
        expect([body, parts]).toEqual([body, parts === 'results twice' ? parts : whole]);
      },
    ),
    { numRuns: 3000 },
  );
});
