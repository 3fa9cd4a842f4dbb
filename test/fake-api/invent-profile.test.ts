import { describe, expect, test } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../src/lib/json.ts';
import { ABSENCES, DOCKET_ENTRIES, RECORDS } from '../../fake-api/invent/profile.ts';
import { entriesOf, inventMany, listOf, textOf } from './invent-many.ts';
import {
  MEASURED_ABSENCES,
  MEASURED_ENTRIES,
  MEASURED_LISTS,
  MEASURED_RECORDS,
  MEASURED_SIZES,
  MEASURED_TEXTS,
  MEASURED_VOCABULARY,
} from './measured-profile.ts';

/** Four standard deviations of a share among this many records are at most 0.06; most shares come far closer. */
const SHARE_TOLERANCE = 0.04;
const cases = inventMany(2026, MEASURED_RECORDS);
const records = cases.map(({ record }) => record);

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function share(field: string, fits: (value: JsonValue | undefined) => boolean): number {
  return records.filter((record) => fits(record[field])).length / records.length;
}

/** Within a tenth of the measured value, or within `slack`, whichever is more. */
function expectNear(value: number, measured: number, slack: number, part = 0.1): void {
  expect(value).toBeGreaterThanOrEqual(measured - Math.max(slack, measured * part));
  expect(value).toBeLessThanOrEqual(measured + Math.max(slack, measured * part));
}

describe('invented cases have the shape of real ones', () => {
  test('every case has the 59 fields in the order of the API', () => {
    const fields = Object.keys(MEASURED_ABSENCES);
    expect(fields).toHaveLength(59);
    for (const record of records) expect(Object.keys(record)).toEqual(fields);
  });

  test.each(Object.entries(MEASURED_ABSENCES))(
    'null and empty come as often in %s as in the API',
    (field, [nulls, empties]) => {
      const isEmpty = (value: JsonValue | undefined) =>
        value === '' || (Array.isArray(value) && value.length === 0);
      expectNear(
        share(field, (value) => value === null),
        nulls / MEASURED_RECORDS,
        SHARE_TOLERANCE,
        0,
      );
      expectNear(share(field, isEmpty), empties / MEASURED_RECORDS, SHARE_TOLERANCE, 0);
      if (nulls === 0) expect(share(field, (value) => value === null)).toBe(0);
    },
  );

  test.each(Object.entries(MEASURED_LISTS))('%s is as long as in the API', (field, [p50, p90, average]) => {
    const sizes = records.map((record) => listOf(record[field]).length);
    expectNear(quantile(sizes, 0.5), p50, 1);
    expectNear(quantile(sizes, 0.9), p90, 1);
    expectNear(mean(sizes), average, 0.2, 0.12);
  });

  test.each(Object.entries(MEASURED_TEXTS))(
    '%s has as many characters as in the API',
    (field, [p50, p90, average]) => {
      const lengths = records.flatMap(({ [field]: value }) =>
        typeof value === 'string' ? value.length : [],
      );
      expectNear(quantile(lengths, 0.5), p50, 3);
      expectNear(quantile(lengths, 0.9), p90, 3);
      expectNear(mean(lengths), average, 2);
    },
  );

  test.each(Object.entries(MEASURED_VOCABULARY))(
    'the terms of %s have the shares of the API',
    (field, counts) => {
      const terms = Object.keys(counts);
      expect(new Set(records.map((record) => textOf(record[field])))).toEqual(new Set(terms));
      for (const [term, count] of Object.entries(counts)) {
        expectNear(
          share(field, (value) => textOf(value) === term),
          count / MEASURED_RECORDS,
          0.03,
          0,
        );
      }
    },
  );
});

test.each([
  ['the address "nan"', ({ url }: JsonObject) => url === 'nan'],
  ['null for its attachments', ({ attachments }: JsonObject) => attachments === null],
  [
    'a list of attachments that is not empty',
    ({ attachments }: JsonObject) => Array.isArray(attachments) && attachments.length > 0,
  ],
  ['null for its number', (entry: JsonObject) => entry.entry_number === null],
  ['null for its document id', (entry: JsonObject) => entry.pacer_doc_id === null],
  ['null for its archived file', (entry: JsonObject) => entry.recap_pdf_url === null],
] as const)('a docket entry has %s as often as in the API', (peculiarity, fits) => {
  const entries = records.flatMap(entriesOf);
  const found = entries.filter(fits).length / entries.length;
  // Whole dockets share their origin, so these shares vary more than those of the cases.
  expectNear(found, MEASURED_ENTRIES[peculiarity], 0.02, 0.15);
});

describe('invented cases have the size of real ones', () => {
  const { bytes: wantedBytes, entries: wantedEntries } = MEASURED_SIZES;

  test('the bytes of a case follow the measured quantiles and mean', () => {
    const bytes = cases.map((one) => one.bytes);
    expectNear(quantile(bytes, 0.5), wantedBytes.p50, 0, 0.12);
    expectNear(quantile(bytes, 0.9), wantedBytes.p90, 0, 0.15);
    expectNear(quantile(bytes, 0.99), wantedBytes.p99, 0, 0.25);
    expectNear(Math.max(...bytes), wantedBytes.max, 0, 0.35);
    expectNear(mean(bytes), wantedBytes.mean, 0, 0.06);
  });

  test('the number of docket entries follows the measured quantiles and mean', () => {
    const entries = records.map((record) => entriesOf(record).length);
    expectNear(quantile(entries, 0.5), wantedEntries.p50, 2);
    expectNear(quantile(entries, 0.9), wantedEntries.p90, 0, 0.05);
    expectNear(quantile(entries, 0.99), wantedEntries.p99, 0, 0.1);
    expectNear(Math.max(...entries), wantedEntries.max, 0, 0.3);
    expectNear(mean(entries), wantedEntries.mean, 0, 0.04);
  });

  test('the generator uses the measured numbers', () => {
    expect(RECORDS).toBe(MEASURED_RECORDS);
    expect(DOCKET_ENTRIES).toContainEqual([0.9, wantedEntries.p90]);
    expect(DOCKET_ENTRIES).toContainEqual([1, wantedEntries.max]);
    for (const [field, absence] of Object.entries(ABSENCES)) {
      expect([field, absence.null, absence.empty]).toEqual([
        field,
        ...(MEASURED_ABSENCES[field as keyof typeof MEASURED_ABSENCES] as readonly number[]),
      ]);
    }
  });
});
