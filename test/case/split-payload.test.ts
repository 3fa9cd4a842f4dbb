import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CasePayload } from '../../src/api/payload.ts';
import { joinPayload, splitPayload } from '../../src/case/fingerprint.ts';
import type { JsonObject, JsonValue } from '../../src/lib/json.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { anyPayload } from './mutations.ts';

test('joining what was split gives the payload back, whatever it holds', () => {
  fc.assert(
    fc.property(anyPayload, (payload) => {
      expect(isDeepStrictEqual(joinPayload(splitPayload(payload)), payload)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('joining gives the payload back after both parts were written as JSON and read', () => {
  fc.assert(
    fc.property(anyPayload, (payload) => {
      const read = JSON.parse(JSON.stringify(splitPayload(payload))) as ReturnType<typeof splitPayload>;
      expect(isDeepStrictEqual(joinPayload(read), payload)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('splitting does not change the payload', () => {
  fc.assert(
    fc.property(anyPayload, (payload) => {
      const before = JSON.stringify(payload);
      splitPayload(payload);
      expect(JSON.stringify(payload)).toBe(before);
    }),
  );
});

describe('the docket entries are taken out', () => {
  test('in their order, and nothing else is', () => {
    const payload = makeCase();
    const { rest, entries } = splitPayload(payload);
    const { docket_entries, ...docket } = makeDocket();
    expect(entries).toEqual(docket_entries);
    expect(rest).toEqual({ ...payload, main_docket: docket });
  });

  test('also when there are none', () => {
    const { rest, entries } = splitPayload(makeCase({ main_docket: { id: 5, docket_entries: [] } }));
    expect(entries).toEqual([]);
    expect(rest.main_docket).toEqual({ id: 5 });
  });
});

describe('the payload stays whole', () => {
  test.each<[string, JsonObject]>([
    ['without a docket', { main_docket: null }],
    ['with a docket that is a list', { main_docket: [makeEntry()] }],
    ['with a docket that is a text', { main_docket: 'x' }],
    ['with a docket without entries', { main_docket: { id: 5 } }],
    ['with entries of null', { main_docket: { docket_entries: null } }],
    ['with entries in an object', { main_docket: { docket_entries: { 0: makeEntry() } } }],
    ['with an entry that is a text', { main_docket: { docket_entries: [makeEntry(), 'x'] } }],
    ['with an entry that is null', { main_docket: { docket_entries: [null] } }],
    ['with an entry that is a list', { main_docket: { docket_entries: [[]] } }],
  ])('%s', (_title, overrides) => {
    const payload = makeCase(overrides);
    expect(splitPayload(payload)).toEqual({ rest: payload, entries: null });
  });

  test('with a docket whose entries stand in a field named __proto__', () => {
    const payload = JSON.parse(
      '{"id":1,"main_docket":{"__proto__":{"docket_entries":[]}}}',
    ) as JsonValue as CasePayload;
    expect(splitPayload(payload)).toEqual({ rest: payload, entries: null });
  });
});
