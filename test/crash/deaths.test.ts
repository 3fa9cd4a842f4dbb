import { expect, test } from '@jest/globals';
import { getTableName, isTable } from 'drizzle-orm';
import * as schema from '../../src/db/schema/schema.ts';
import { Random } from '../../fake-api/invent/random.ts';
import { drawInstants, listWriteDeaths, parseDeath, renderDeath } from './deaths.ts';
import { isFailure, renderFailure } from './report.ts';
import { runAsProcess } from './run-command.ts';
import { prepareScenarios, SCENARIO_NAMES, type ScenarioName } from './scenario.ts';
import { runTrial, runTrials } from './trial.ts';
import { runWhole, shareDays, usePrepared } from './use-prepared.ts';
import { times } from '../support/times.ts';

const prepared = usePrepared(async (folder) => prepareScenarios(folder, await shareDays()));

/**
 * Tables that only the migrations, only snapshots, or only `fetch-texts` and `fetch-files` (downloads.test.ts)
 * write.
 */
const FIXED_TABLES = [
  'lists',
  'mirror_identity',
  'mirror_snapshot',
  'document_texts',
  'mirror_replaced_texts',
  'text_passes',
  'texts',
  'document_files',
  'file_passes',
  'mirror_dropped_files',
  'mirror_paused_hosts',
  'mirror_exports', // only exports and publish
  'mirror_document_list_checks', // only a mirror with many documents asks
];

test('the scenarios write to every table, delete from every table that can lose rows, and include a departure and a return', () => {
  const { scenarios } = prepared();
  const labels = new Set(Object.values(scenarios).flatMap((one) => one.labels));
  const tables = Object.values(schema).flatMap((one: unknown) => (isTable(one) ? [getTableName(one)] : []));
  const unwritten = tables.filter((table) => !labels.has(`before insert ${table}`));
  expect(unwritten.filter((table) => !FIXED_TABLES.includes(table))).toEqual([]);
  const lists = [...Object.keys(schema.LIST_TABLES), 'case_defendants', 'related_cases'];
  const emptied = [...lists, 'dockets', 'docket_entries', 'attachments'];
  expect(emptied.filter((table) => !labels.has(`after delete ${table}`))).toEqual([]);
  const changes = scenarios['sync with changes'].content.case_changes?.join() ?? '';
  expect(changes).toContain('"field":"mirror_departed_run_id","kind":"changed","old_value":"null"');
  expect(changes).toMatch(
    /"field":"mirror_departed_run_id","kind":"changed","old_value":"\d+","new_value":"null"/,
  );
});

/**
 * Labels that together are in each part of a sync (migrations, cases, linked lists, changes, departures, a dead run), and
 * within a transaction, before its COMMIT, and after it.
 */
const WRITES: Readonly<Record<ScenarioName, readonly string[]>> = {
  'first sync': ['before COMMIT of create table __drizzle_migrations #1', 'after COMMIT of insert cases #2'],
  'sync with changes': [
    'after insert linked_changes #2',
    'after delete issues #4',
    'before COMMIT of insert case_changes #3',
    'before insert mirror_departure_checks #1',
  ],
  'sync after a death': ['after update sync_runs #1'],
};
/** More labels for `npm run test:long`. `npm run crash-test` kills syncs at all labels, several times at each. */
const MORE_WRITES: typeof WRITES = {
  'first sync': [
    'after pragma application_id #1',
    'before close #1',
    'after insert __drizzle_migrations #3',
    'after COMMIT of create table __drizzle_migrations #1',
    'before insert docket_entries #12',
    'before COMMIT of insert documents #1',
    'before COMMIT of insert cases #2',
    'after insert further_docket_entries #1',
    'before insert linked_passes #1',
    'after COMMIT of insert resources #1',
  ],
  'sync with changes': [
    'after insert docket_entry_versions #2',
    'before update documents #3',
    'before update linked_passes #40',
    'after insert sync_runs #1',
    'after insert case_changes #2',
    'after COMMIT of insert case_changes #3',
    'before insert mirror_coverage_checks #1',
  ],
  'sync after a death': ['after COMMIT of update sync_runs #1'],
};

test('a sync that is killed at a write leaves whole cases, and the next sync completes the run', async () => {
  const { folder, scenarios } = prepared();
  const planned = SCENARIO_NAMES.flatMap((name) =>
    [...WRITES[name], ...times([], MORE_WRITES[name])].map((death) => ({
      scenario: scenarios[name],
      death: parseDeath(death),
    })),
  );
  const trials = await runTrials(planned, folder, runWhole);
  expect(trials.filter(isFailure).map(renderFailure)).toEqual([]);
  expect(trials.filter(({ result }) => result.died)).toHaveLength(planned.length);
});

test('a sync that is killed at a random time leaves whole cases, and the next sync completes the run', async () => {
  const { folder, scenarios } = prepared();
  const random = new Random(1);
  const names = times<readonly ScenarioName[]>(['first sync'], ['first sync', 'sync with changes']);
  const planned = names.flatMap((name) =>
    drawInstants(random, times(1, 30), scenarios[name].requests).map((death) => ({
      scenario: scenarios[name],
      death,
    })),
  );
  const trials = await runTrials(planned, folder, runWhole);
  expect(trials).toHaveLength(times(1, 60));
  expect(trials.filter(isFailure).map(renderFailure)).toEqual([]);
});

test('a sync that is killed before the response to a request always dies', async () => {
  const { folder, scenarios } = prepared();
  const death = { at: 'instant', request: 9, delayMs: 0 } as const;
  expect(await runTrial(scenarios['sync with changes'], death, folder, runAsProcess)).toEqual({
    died: true,
    faults: [],
  });
});

test('a rendered death is parsed as the same death', () => {
  const deaths = [...listWriteDeaths(['before a', 'after a']), ...drawInstants(new Random(2), 3, 9)];
  expect(deaths.map((death) => parseDeath(renderDeath(death)))).toEqual(deaths);
});

test('deaths are planned at the first, the middle and the last occurrence of each label', () => {
  const labels = ['before a', 'before b', 'before a', 'before a', 'before a'];
  expect(listWriteDeaths(labels).map(renderDeath)).toEqual([
    'before a #1',
    'before a #2',
    'before a #4',
    'before b #1',
  ]);
});
