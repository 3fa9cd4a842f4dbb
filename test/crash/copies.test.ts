import { expect, test } from '@jest/globals';
import { COPY_COMMANDS, prepareCopyWorld, runCopyTrial, type CopyCommand } from './copy-trials.ts';
import { usePrepared } from './use-prepared.ts';

const prepared = usePrepared(prepareCopyWorld);

/** The steps at which something could be half; `npm run crash-test` dies at every one. */
const STEPS: Readonly<Record<CopyCommand, readonly RegExp[]>> = {
  snapshot: [
    /^after backup/,
    /^after insert mirror_snapshot/,
    /^after link mirror-/,
    /^before rename .*latest/,
  ],
  restore: [
    /^after backup/,
    /^after link mirror\.db mirror\.db\.replaced/,
    /^after rename \.mirror\.db\.restoring/,
  ],
  redact: [
    /^after COMMIT of insert sync_runs/,
    /^after vacuum/i,
    /^before update sync_runs/,
    /^after backup/,
    /^before rename mirror-/,
  ],
};

test.each(
  (Object.keys(COPY_COMMANDS) as CopyCommand[]).flatMap((command) =>
    STEPS[command].map((step) => [command, step] as const),
  ),
)(
  'killed in a %s %s, nothing is lost or half, nothing is said to be gone that is there, and the next one ends well',
  async (command, step) => {
    const { folder, scenarios: world } = prepared();
    const label = world.labels[command].find((one) => step.test(one));
    expect(label ?? world.labels[command].join('\n')).toMatch(step);
    expect(await runCopyTrial(world, command, String(label), 1, folder)).toEqual([]);
  },
);
