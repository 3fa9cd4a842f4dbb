import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toPageRecord, NO_KNOWN_RECORDS } from '../../src/api/page-records.ts';
import { toWholePayload } from '../../src/api/plain-entries.ts';
import { splitRecords } from '../../src/api/split-page.ts';
import { type Mirror, openMirrorInMemory } from '../../src/db/open-mirror.ts';
import { prepareFindKnownRecord, prepareFindStoredVersion } from '../../src/db/read-case.ts';
import type { JsonObject, JsonValue } from '../../src/lib/json.ts';
import { comparePage } from '../../src/sync/compare-page.ts';
import { storeRun } from '../history/store-day.ts';
import { dumpData } from '../support/dump.ts';
import { makeAttachment, makeCase, makeDocket, makeEntry, without } from '../support/make-case.ts';
import { times } from '../support/times.ts';
import { anyCharacter } from '../support/once/any-character.ts';

/*
 * A docket is read by its bytes, or the whole record is parsed. White space before the list makes the program parse the record
 * and means nothing else, so each record here is read both ways.
 */

const toParsed = (record: string): string => record.replaceAll('"docket_entries":[', '"docket_entries": [');

function readRecord(text: string) {
  const [record] = splitRecords(Buffer.from(text));
  if (record === undefined) throw new Error('no record');
  return toPageRecord(record, true, NO_KNOWN_RECORDS);
}

/** How many entries of a record are recognized by their bytes; null where the record is parsed. */
function countPlain(text: string): number | null {
  const plain = readRecord(text).read?.().plain ?? null;
  return plain === null ? null : plain.lines.filter((line) => line !== null).length;
}

/** A mirror for each way of reading. What one record leaves in it does not depend on another. */
const mirrors = { byBytes: openMirrorInMemory(), parsed: openMirrorInMemory() };
afterAll(() => {
  mirrors.byBytes.close();
  mirrors.parsed.close();
});
let cases = 0;

/** Stores each text as a sync would, in a run of its own, as one case that no other call has; in both mirrors. */
async function storeBoth(texts: readonly string[]): Promise<void> {
  cases++;
  for (const text of texts) {
    const ofCase = text.replace('"id":90001', `"id":${cases}`);
    await store(mirrors.byBytes, ofCase);
    await store(mirrors.parsed, toParsed(ofCase));
  }
}

async function store(mirror: Mirror, text: string): Promise<void> {
  const finder = {
    isRedacted: () => false,
    findStoredVersion: prepareFindStoredVersion(mirror),
    findKnownRecord: prepareFindKnownRecord(mirror),
  };
  const compared = await comparePage({ source: '/', records: [readRecord(text)] }, null, finder);
  storeRun(mirror, (writer, listRef) => {
    for (const one of compared.cases)
      if (one.verdict !== 'unchanged') writer.writeCase(one.rows, listRef, one.verdict === 'new');
  });
}

function expectSameRows(): void {
  const [rows, expected] = [mirrors.byBytes, mirrors.parsed].map((mirror) =>
    without(dumpData(mirror), 'mirror_identity'),
  );
  expect(rows).toEqual(expected);
}

/** The rows of the case that was stored last. */
function lastRows({ sqlite }: Mirror): unknown[] {
  return ['cases WHERE id', 'docket_entries WHERE case_id', 'docket_entry_versions WHERE case_id'].map(
    (source) => sqlite.prepare(`SELECT * FROM ${source} = ? ORDER BY 1`).all(cases),
  );
}

const toCase = (entries: readonly JsonValue[], overrides: JsonObject = {}): string =>
  JSON.stringify(makeCase({ main_docket: makeDocket({ docket_entries: [...entries] }), ...overrides }));

const PLAIN = [1, 2, 10, 3].map((id) => makeEntry({ id, row_number: 14 - id }));

describe('an entry is recognized by its bytes', () => {
  test.each<[string, JsonObject]>([
    ['with a text in every field', makeEntry()],
    ['with null in every field but its id', { ...emptyEntry(), id: 7 }],
    ['with an empty list of attachments', makeEntry({ attachments: [] })],
    ['with letters beyond ASCII', makeEntry({ description: 'Pétition 🗼 \u2028 \u007f' })],
    ['with quotes, backslashes and line breaks', makeEntry({ description: '"a" \\ \b\f\n\r\t' })],
    ['with an empty text', makeEntry({ description: '' })],
  ])('%s', (_title, entry) => {
    expect(countPlain(toCase([entry]))).toBe(1);
  });

  test.each(['\n', '"', 'x', 'x\\', 'é', '🗼'])('with megabytes of %j in a text', (unit) => {
    const description = unit.repeat(Math.ceil(1e6 / unit.length));
    expect(countPlain(toCase([makeEntry({ description })]))).toBe(1);
  });

  test('while others of its docket are parsed', () => {
    expect(countPlain(toCase([...PLAIN, makeEntry({ id: 4, attachments: [makeAttachment(1)] })]))).toBe(4);
  });
});

/** Records in which something is not as usual: what they say is what the parser makes of them. */
const ODD: readonly (readonly [string, string])[] = [
  ['no docket', JSON.stringify(makeCase({ main_docket: null }))],
  ['no entries', toCase([])],
  ['an id twice', toCase([...PLAIN, makeEntry({ id: 1 })])],
  ['an id that is zero', toCase([...PLAIN, makeEntry({ id: 0 })])],
  ['an id that is null', toCase([...PLAIN, makeEntry({ id: null })])],
  ['a negative id', toCase([...PLAIN, makeEntry({ id: -3 })])],
  ['an id that is a text', toCase([...PLAIN, makeEntry({ id: '4' })])],
  ['a row number that is a text', toCase([...PLAIN, makeEntry({ id: 4, row_number: 'é' })])],
  ['a fraction', toCase([...PLAIN, makeEntry({ id: 4, row_number: 1.5 })])],
  ['a field too many', toCase([...PLAIN, { ...makeEntry({ id: 4 }), lamp: 1 }])],
  ['a field missing', toCase([...PLAIN, without(makeEntry({ id: 4 }), 'url')])],
  ['a number for a text', toCase([...PLAIN, makeEntry({ id: 4, description: 5 })])],
  ['a text for a number', toCase([...PLAIN, makeEntry({ id: 4, row_number: '5' })])],
  ['an object for a text', toCase([...PLAIN, makeEntry({ id: 4, url: { a: [] } })])],
  ['half of a character', toCase([...PLAIN, makeEntry({ id: 4, description: 'a\ud800' })])],
  ['a NUL', toCase([...PLAIN, makeEntry({ id: 4, description: 'a\0b' })])],
  ['a NUL among others', toCase([makeEntry({ id: 4, url: '\0' }), ...PLAIN])],
  [
    'attachments that look like the mark of none',
    toCase([...PLAIN, makeEntry({ id: 4, attachments: ['[]'] })]),
  ],
  ['something else than an entry', toCase([...PLAIN, 'lamp'])],
  ['a list for an entry', toCase([...PLAIN, []])],
  ['another order of fields', toCase([...PLAIN, reversed(makeEntry({ id: 4 }))])],
  ['many entries with attachments', toCase(manyWithAttachments(20))],
  ['escaped letters', toCase(PLAIN).replaceAll('COMPLAINT', '\\u0043OMPLAINT')],
  ['an escaped slash', toCase(PLAIN).replaceAll('https://', 'https:\\/\\/')],
  ['a number with an exponent', toCase(PLAIN).replace('"row_number":13', '"row_number":13e0')],
  ['a number that is not exact', toCase(PLAIN).replace('"row_number":13', '"row_number":90071992547409931')],
  ['minus zero', toCase(PLAIN).replace('"row_number":13', '"row_number":-0')],
  ['a name twice in an entry', toCase(PLAIN).replace('"url":', '"id":99,"url":')],
  ['a name twice in the docket', toCase(PLAIN).replace('"docket_year":', '"id":99,"docket_year":')],
  ['a name twice in the case', toCase(PLAIN).replace('"name":', '"name":"Birch","name":')],
  ['the list twice', toCase(PLAIN).replace('"docket_entries":', '"docket_entries":[],"docket_entries":')],
  [
    'two dockets',
    toCase(PLAIN).replace('"main_docket":', '"main_docket":{"docket_entries":[]},"main_docket":'),
  ],
  [
    'the list somewhere else',
    JSON.stringify(
      makeCase({ main_docket: makeDocket({ docket_entries: true }), a: { docket_entries: PLAIN } }),
    ),
  ],
  ['another list before it', toCase(PLAIN, { attorney_orgs: { docket_entries: PLAIN } })],
  ['a name that ends like it', toCase(PLAIN, { 'lamp"docket_entries': [] })],
  ['a text that holds it', toCase(PLAIN, { name: '"docket_entries":[{"row_number":1}]' })],
  ['white space in an entry', toCase(PLAIN).replace('"url":', '"url" : ')],
  ['a comma too many', toCase(PLAIN).replace('}],"', '},],"')],
  ['no comma between entries', toCase(PLAIN).replace('},{"row_number"', '}{"row_number"')],
  ['a colon for a comma', toCase(PLAIN).replace('},{"row_number"', '}:{"row_number"')],
  ['a word in the list', toCase(PLAIN).replace('[{"row_number"', '[NaN,{"row_number"')],
  ['a control character in a text', toCase(PLAIN).replace('COMPLAINT', 'COM\u0001PLAINT')],
  ['an end too early', toCase(PLAIN).slice(0, -40)],
  ['too many brackets', `${toCase(PLAIN).slice(0, -1)}]}`],
];

describe.each(ODD)('a record with %s', (_title, text) => {
  test('is read or refused exactly as by the parser', () => {
    const { read, odd } = readRecord(text);
    const parsed = readRecord(toParsed(text));
    expect(odd?.why).toBe(parsed.odd?.why);
    expect(read === null ? null : toWholePayload(read())).toEqual(
      parsed.read === null ? null : parsed.read().payload,
    );
  });
});

test('these records give the same rows in both ways of reading', async () => {
  for (const [, text] of ODD) await storeBoth([text]);
  expectSameRows();
  const stored = mirrors.byBytes.sqlite.prepare('SELECT count(*) FROM cases').pluck().get();
  expect(stored).toBe(ODD.filter(([, text]) => readRecord(text).read !== null).length);
});

const anyText = fc.oneof(
  fc.constant(null),
  fc.string(),
  fc.string({ unit: anyCharacter }),
  fc.constantFrom('', '"', '\\', '\n', '\u2028', '🗼', '\ud800', '\0', '[]', '["[]"]'),
);
const anyEntry = fc
  .record({
    row_number: fc.option(fc.nat(30)),
    entry_number: anyText,
    date_filed: anyText,
    attachments: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom<JsonValue>(null, []) },
      fc.array(fc.constantFrom<JsonValue>(makeAttachment(1), makeAttachment(2), null, 'é', '[]'), {
        maxLength: 3,
      }),
    ),
    url: anyText,
    description: anyText,
    id: fc.oneof(
      { weight: 50, arbitrary: fc.integer({ min: 1, max: 400 }) },
      fc.integer({ min: -1, max: 2 }),
    ),
  })
  .map((overrides): JsonObject => makeEntry(overrides));
const anyDocket = fc.uniqueArray(anyEntry, { maxLength: 30, selector: (entry) => entry.id });

test('any docket gives the same rows and the same fingerprint in both ways, before and after a change', async () => {
  let plain = 0;
  await fc.assert(
    fc.asyncProperty(anyDocket, anyDocket, async (before, after) => {
      plain += countPlain(toCase(before)) ?? 0;
      await storeBoth([toCase(before), toCase(after)]);
      expect(lastRows(mirrors.byBytes)).toEqual(lastRows(mirrors.parsed));
    }),
    { numRuns: times(40, 1500) },
  );
  expect(plain).toBeGreaterThan(0);
  expectSameRows();
});

function emptyEntry(): JsonObject {
  return Object.fromEntries(Object.keys(makeEntry()).map((field) => [field, null]));
}

function reversed(entry: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(entry).reverse());
}

function manyWithAttachments(count: number): JsonObject[] {
  return Array.from({ length: count }, (_, at) =>
    makeEntry({ id: at + 1, attachments: [makeAttachment(at)] }),
  );
}
