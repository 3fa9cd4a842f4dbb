import { expect, test } from '@jest/globals';
import { COPY_COMMANDS, prepareCopyWorld, runCopyTrial, type CopyCommand } from './copy-trials.ts';
import { runWhole, usePrepared } from './use-prepared.ts';
import { times } from '../support/times.ts';

const prepared = usePrepared((folder) => prepareCopyWorld(folder, runWhole));

/** The steps at which a file could be half-written. `npm run crash-test` kills the command at every step. */
const STEPS: Readonly<Record<CopyCommand, readonly RegExp[]>> = {
  snapshot: [/^after insert mirror_snapshot/, /^after link mirror-/],
  restore: [/^after link mirror\.db mirror\.db\.replaced/, /^after rename \.mirror\.db\.restoring/],
  redact: [/^after vacuum/i, /^before rename mirror-/],
  'redact --document': [/^after delete texts/, /^after COMMIT of insert sync_runs/],
};
const MORE_STEPS: typeof STEPS = {
  snapshot: [/^after backup/, /^before rename .*latest/],
  restore: [/^after backup/],
  redact: [/^after COMMIT of insert sync_runs/, /^before update sync_runs/, /^after backup/],
  'redact --document': [
    /^after vacuum/i,
    /^before update sync_runs/,
    /^after backup/,
    /^before rename mirror-/,
  ],
};

test.each(
  (Object.keys(COPY_COMMANDS) as CopyCommand[]).flatMap((command) =>
    [...STEPS[command], ...times([], MORE_STEPS[command])].map((step) => [command, step] as const),
  ),
)(
  'a %s killed %s loses nothing and leaves no half-written file, and the next one succeeds',
  async (command, step) => {
    const { folder, scenarios: world } = prepared();
    const label = world.labels[command].find((one) => step.test(one));
    expect(label ?? world.labels[command].join('\n')).toMatch(step);
    const death = { at: 'write', label: String(label), occurrence: 1 } as const;
    expect(await runCopyTrial(world, command, death, folder, runWhole)).toEqual([]);
  },
);
