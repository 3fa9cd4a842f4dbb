import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CasePayload } from '../../src/api/payload.ts';
import { findCaseAsOf } from '../../src/history/case-as-of.ts';
import { queryAsOf } from '../../src/history/query-as-of/query.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { CHANGE_KINDS, END_REASONS } from '../../src/db/schema/history.ts';
import { openMirror, openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { anyPayload, hasSameContent } from '../case/mutations.ts';
import { dumpData } from '../support/dump.ts';
import { writeEmptyMirror } from '../support/once/empty-mirror.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { toComparable } from './comparable-dump.ts';
import { storeDay } from './store-day.ts';
import { times } from '../support/times.ts';

const IDS = [1, 2, 3];

/** Days of up to three cases, each of which may be anything at all; one comes more than once in a day now and then. */
const histories = fc.array(
  fc.array(
    fc.tuple(fc.constantFrom(...IDS), anyPayload).map(([id, payload]): CasePayload => ({ ...payload, id })),
    { maxLength: 4 },
  ),
  { minLength: 2, maxLength: 5 },
);

test('whatever happens to a few cases on a few days, each day can be read again', () => {
  const recorded = new Set<unknown>();
  fc.assert(
    fc.property(histories, (days) => {
      const path = `${tempFolder()}/mirror.db`;
      writeEmptyMirror(path);
      const writer = openMirror(path);
      const latest = new Map<number, JsonObject>();
      const states = days.map((payloads) => {
        const runId = storeDay(writer, payloads);
        for (const payload of payloads) latest.set(payload.id, payload);
        return { runId, served: new Map(latest), tables: toComparable(dumpData(writer)) };
      });
      for (const { runId, served, tables } of states) {
        for (const [id, payload] of served)
          expect(hasSameContent(findCaseAsOf(writer, id, runId).payload, payload)).toBe(true);
        const reader = openMirrorReadOnly(path);
        queryAsOf(reader, runId, 'EXPLAIN SELECT 1'); // may read every table, so all of them are there afterwards
        expect(toComparable(dumpData(reader))).toEqual(tables);
        reader.close();
      }
      for (const kind of writer.sqlite
        .prepare(
          'SELECT kind FROM case_changes UNION ALL SELECT mirror_end_reason FROM docket_entry_versions',
        )
        .pluck()
        .all())
        recorded.add(kind);
      writer.close();
    }),
    { numRuns: times(5, 100), seed: 1 },
  );
  expect(recorded).toEqual(new Set([...CHANGE_KINDS, ...END_REASONS]));
});
