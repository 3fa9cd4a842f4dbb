import { afterAll, expect, test } from '@jest/globals';
import { times } from '../support/times.ts';
import { listWriteDeaths } from './deaths.ts';
import { type FileWorld, prepareFileWorld, runFileTrial } from './file-trials.ts';
import { runWhole, usePrepared } from './use-prepared.ts';

let world: FileWorld | undefined;
const prepared = usePrepared(async (folder) => (world = await prepareFileWorld(folder, runWhole)));
afterAll(async () => {
  await world?.close();
});

test('the pass writes to every table of files', () => {
  const { labels } = prepared().scenarios;
  const tables = ['document_files', 'file_passes', 'mirror_dropped_files'];
  expect(tables.filter((table) => !labels.includes(`before insert ${table}`))).toEqual([]);
});

/** The start of the pass, between the move of a file and the commit of its row, after that, and the end of the pass. */
const STEPS = [
  /^after insert file_passes/,
  /^after insert mirror_dropped_files/,
  /^after insert document_files/,
  /^before COMMIT of insert document_files/i,
  /^after COMMIT of insert document_files/i,
  /^before close/,
];

test.each(STEPS)(
  'a pass that is killed %s leaves whole files, and the next pass completes it',
  async (step) => {
    const { folder, scenarios } = prepared();
    const deaths = listWriteDeaths(scenarios.labels).filter(
      (one) => one.at === 'write' && step.test(one.label),
    );
    expect(deaths).not.toEqual([]);
    for (const death of times(deaths.slice(0, 1), deaths))
      if (death.at === 'write') expect(await runFileTrial(scenarios, death, folder)).toEqual([]);
  },
);
