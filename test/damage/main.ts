/*
 * Damages the rows of each table of a mirror, and the bytes of its file, as often as one likes, and sees whether `verify`
 * notices. What it does not notice has to stand in the list of what cannot be known (unknowable.ts). The tests play a
 * sample; this plays the same trials in larger numbers, and a hole names the arguments that replay it.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    damages: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    table: { type: 'string', default: '' },
  },
});
const { status } = spawnSync('npm', ['run', 'jest', '--', '-i', '--verbose', 'test/damage'], {
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  stdio: 'inherit',
  env: {
    ...process.env,
    DAMAGES: values.damages,
    DAMAGE_SEED: values.seed,
    DAMAGE_FIRST: values.first,
    DAMAGE_TABLE: values.table,
  },
});
process.exitCode = status ?? 1;
