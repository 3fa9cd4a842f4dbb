import { afterAll, expect, test } from '@jest/globals';
import { listWriteDeaths } from './deaths.ts';
import { prepareTextWorld, runTextTrial, type TextWorld } from './text-trials.ts';
import { runWhole, usePrepared } from './use-prepared.ts';
import { times } from '../support/times.ts';

let world: TextWorld | undefined;
const prepared = usePrepared(async (folder) => (world = await prepareTextWorld(folder, runWhole)));
afterAll(async () => {
  await world?.fakeApi.close();
});

const TABLES = ['texts', 'document_texts', 'mirror_replaced_texts', 'text_passes'];

test('the pass writes to every table of texts, and deletes a text that no document has anymore', () => {
  const { labels } = prepared().scenarios;
  expect(TABLES.filter((table) => !labels.includes(`before insert ${table}`))).toEqual([]);
  expect(labels).toContain('after delete texts');
});

/**
 * Within the transaction of a text, around its end, and at the start and the end of the pass. `npm run crash-test`
 * kills the pass at every write.
 */
const STEPS = [
  /^after insert text_passes/,
  /^after insert texts/,
  /^before insert mirror_replaced_texts/,
  /^after delete texts/,
  /^before COMMIT of insert texts/i,
  /^after COMMIT of insert texts/i,
  /^before close/,
];

test.each(STEPS)(
  'a pass that is killed %s leaves whole texts, and the next pass completes it',
  async (step) => {
    const { folder, scenarios } = prepared();
    const deaths = listWriteDeaths(scenarios.labels).filter(
      (one) => one.at === 'write' && step.test(one.label),
    );
    expect(deaths).not.toEqual([]);
    for (const death of times(deaths.slice(0, 1), deaths))
      if (death.at === 'write') expect(await runTextTrial(scenarios, death, folder)).toEqual([]);
  },
);
