import { afterAll, describe, expect, test } from '@jest/globals';
import { times } from '../support/times.ts';
import { listWriteDeaths } from './deaths.ts';
import { type DownloadWorld, runDownloadTrial } from './download-trials.ts';
import { prepareFileWorld } from './file-trials.ts';
import { prepareTextWorld } from './text-trials.ts';
import { runWhole, runWholeNow, usePrepared } from './use-prepared.ts';

/*
 * The start of the pass, within the transaction of a text or between the move of a file and the commit of its row, after that, and
 * the end of the pass. `npm run crash-test` kills the pass at every write.
 */
describe.each([
  {
    what: 'texts',
    prepare: prepareTextWorld,
    writes: [
      'before insert texts',
      'before insert document_texts',
      'before insert mirror_replaced_texts',
      'before insert text_passes',
      'after delete texts',
    ],
    steps: [
      /^after insert text_passes/,
      /^after delete texts/,
      /^before COMMIT of insert texts/i,
      /^after COMMIT of insert texts/i,
      /^before close/,
    ],
    moreSteps: [/^after insert texts/, /^before insert mirror_replaced_texts/],
  },
  {
    what: 'files',
    prepare: prepareFileWorld,
    writes: [
      'before insert document_files',
      'before insert file_passes',
      'before insert mirror_dropped_files',
      'before insert mirror_paused_hosts',
    ],
    steps: [
      /^after insert mirror_dropped_files/,
      /^before COMMIT of insert document_files/i,
      /^after COMMIT of insert document_files/i,
      /^after COMMIT of insert mirror_paused_hosts/i,
    ],
    moreSteps: [
      /^before COMMIT of insert mirror_paused_hosts/i,
      /^after insert file_passes/,
      /^after insert document_files/,
      /^before close/,
    ],
  },
])('a pass over $what', ({ what, prepare, writes, steps, moreSteps }) => {
  let world: DownloadWorld | undefined;
  const prepared = usePrepared(async (folder) => (world = await prepare(folder, runWhole)));
  afterAll(async () => {
    await world?.close();
  });

  test('writes to every table that it has to do with', () => {
    const { labels } = prepared().scenarios;
    expect(writes.filter((label) => !labels.includes(label))).toEqual([]);
  });

  test.each([...steps, ...times([], moreSteps)])(
    `that is killed %s leaves whole ${what}, and the next pass completes it`,
    async (step) => {
      const { folder, scenarios } = prepared();
      const deaths = listWriteDeaths(scenarios.labels).filter(
        (one) => one.at === 'write' && step.test(one.label),
      );
      expect(deaths).not.toEqual([]);
      for (const death of times(deaths.slice(0, 1), deaths))
        if (death.at === 'write')
          expect(await runDownloadTrial(scenarios, death, folder, runWholeNow)).toEqual([]);
    },
  );
});
