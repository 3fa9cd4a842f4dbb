import { expect } from '@jest/globals';
import { join } from 'node:path';
import { Random } from '../../fake-api/invent/random.ts';
import type { LinkedKind } from '../../src/api/linked-fields.ts';
import { findCaseList } from '../../src/db/linked/read-records.ts';
import { type Mirror, openMirror, openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { type QueryResult, query } from '../../src/db/query.ts';
import { queryAsOf } from '../../src/history/query-as-of/query.ts';
import { writeStateAsOf } from '../../src/history/query-as-of/write-state.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { openLinkedMirror } from '../support/linked-mirror.ts';
import { makeDocument } from '../support/linked-rows.ts';
import { writeEmptyMirror } from '../support/once/empty-mirror.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { toCanonicalJson } from '../../src/case/fingerprint.ts';
import { verifyFile } from '../support/eventful-mirror.ts';

const CASES = [1, 2, 3];
/** What two states are compared by. The end of what a later run ended is unknown to the earlier one. */
const QUERIES = [
  'SELECT * FROM documents ORDER BY id',
  'SELECT * FROM further_dockets ORDER BY mirror_key',
  'SELECT * FROM further_docket_entries ORDER BY mirror_id',
  'SELECT * FROM resources ORDER BY mirror_key',
  'SELECT * FROM case_documents ORDER BY 1, 2, 3',
  'SELECT * FROM case_further_dockets ORDER BY 1, 2, 3',
  'SELECT * FROM case_resources ORDER BY 1, 2, 3',
  'SELECT * FROM linked_changes ORDER BY id',
  'SELECT * FROM linked_versions ORDER BY 1, 2, 3',
  'SELECT * FROM mirror_docket_differences ORDER BY id',
  'SELECT * FROM linked_change_log ORDER BY 1, 3, 4, 5, 6, 7, change_id',
  'SELECT * FROM clean_documents ORDER BY id',
  'SELECT * FROM document_entries ORDER BY 1, 2, 4',
  'SELECT case_id, kind, state FROM linked_list_states ORDER BY case_id, kind',
];

const VALUES = [
  null,
  '',
  'Order',
  'Complaint',
  7,
  1.5,
  true,
  [],
  ['a', 'b'],
  { x: [1] },
  'half \ud800',
  'nul \0 x',
];

function shuffle<Item>(random: Random, items: readonly Item[]): Item[] {
  return items
    .map((item) => [random.share(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

function drawEntry(random: Random, id: number): JsonObject {
  return {
    ...(random.chance(0.8) && { id }),
    row_number: id,
    entry_number: random.pick(['1', '2', null]),
    description: random.pick(['ORDER', 'MOTION', '']),
    ...(random.chance(0.2) && { odd: random.pick(VALUES) }),
  };
}

function drawRecord(random: Random, kind: LinkedKind, id: number): JsonObject {
  const title = random.pick(['One', 'Two', 'Three']);
  if (kind === 'documents')
    return makeDocument({
      id,
      title,
      document_type: random.pick(VALUES),
      document_status: random.pick(['Approved', 'Coding Complete', 'Deleted', null]),
      party_types: random.pick([['Court'], ['Court', 'Plaintiff'], null]),
      ...(random.chance(0.2) && { brand_new: random.pick(VALUES) }),
    });
  if (kind === 'resources')
    return { title: `${title} ${id}`, status: 'Approved', cases: CASES, abstract: random.pick(VALUES) };
  const entries = [1, 2, 3, 4].filter(() => random.chance(0.7)).map((at) => drawEntry(random, id * 10 + at));
  return {
    ...(id % 4 !== 0 && { id }),
    court: title,
    docket_number_manual: `${id}`,
    docket_entries: random.chance(0.1) ? null : shuffle(random, entries),
  };
}

/** Stores the lists of a few runs, drawn from a seed, and what every query answered after each. */
function storeRuns(seed: number, mirror: Mirror): Map<number, unknown[][]> {
  const random = new Random(seed);
  const one = openLinkedMirror(CASES, mirror);
  const states = new Map<number, unknown[][]>();
  const served = new Map<string, JsonObject[]>();
  for (let day = 0; day < 6; day++) {
    const runId = day === 0 ? 1 : one.run();
    for (const caseId of CASES)
      for (const kind of ['documents', 'dockets', 'resources'] as const) {
        if (random.chance(0.3)) continue;
        const key = `${caseId} ${kind}`;
        const before = served.get(key) ?? [];
        const kept = before
          .filter(() => random.chance(0.85))
          .map((record) =>
            random.chance(0.7)
              ? record
              : drawRecord(random, kind, Number(record.id ?? record.docket_number_manual ?? 4)),
          );
        // A document may stand in the list of another case too.
        const fresh = [0, 1].flatMap(() =>
          random.chance(0.5) ? [drawRecord(random, kind, random.below(12) + 1)] : [],
        );
        const isOther = (record: JsonObject) => !kept.some(({ id }) => id !== undefined && id === record.id);
        const records = random.chance(0.1) ? [] : [...kept, ...fresh.filter(isOther).slice(0, 1)];
        served.set(key, records);
        one.read(caseId, kind, shuffle(random, records));
        const list = findCaseList(mirror, caseId, kind);
        for (const record of records)
          if (list.read?.doubt === null)
            expect(list.records.map(({ payload }) => toCanonicalJson(payload))).toContain(
              toCanonicalJson(record),
            );
      }
    states.set(
      runId,
      answer((sql) => query(mirror, sql)),
    );
  }
  return states;
}

/** A record that was missing once and came back leaves no trace of it, and the order of entries carries no meaning. */
const UNKNOWN = ['mirror_missing_run_id', 'mirror_entry_keys'];

const answer = (ask: (sql: string) => QueryResult): unknown[][] =>
  QUERIES.map((sql) => {
    const { columns, rows } = ask(sql);
    return [...rows].map((row) => columns.map((name, at) => (UNKNOWN.includes(name) ? name : row[at])));
  });

/** Stores the lists of six runs, and checks that verify proves them and that each of these runs is rebuilt exactly. */
export async function checkHistory(seed: number, runs: readonly number[]): Promise<void> {
  const path = join(tempFolder(), 'mirror.db');
  writeEmptyMirror(path);
  const mirror = openMirror(path);
  const states = storeRuns(seed, mirror);
  mirror.close();
  expect(verifyFile(path).findings).toEqual([]);
  for (const runId of runs) {
    const found = answer((sql) => {
      const reader = openMirrorReadOnly(path);
      try {
        const { columns, rows } = queryAsOf(reader, runId, sql);
        return { columns, rows: [...rows] };
      } finally {
        reader.close();
      }
    });
    for (const [at, sql] of QUERIES.entries())
      expect([runId, sql, found[at]]).toEqual([runId, sql, states.get(runId)?.[at]]);
  }
  const last = runs.at(-1) ?? 1;
  const copy = join(tempFolder(), 'copy.db');
  const source = openMirrorReadOnly(path);
  await writeStateAsOf(source, last, copy, new AbortController().signal);
  source.close();
  expect(verifyFile(copy).findings).toEqual([]);
  const written = openMirrorReadOnly(copy);
  expect(answer((sql) => query(written, sql))).toEqual(states.get(last));
  written.close();
}
