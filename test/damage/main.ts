/*
 * Damages the rows of each table of a mirror and the bytes of its file, again and again, and checks whether `verify`
 * notices. Damage that `verify` does not notice has to be in the list of unknowable damage (unknowable.ts). The tests
 * run a sample. This program runs more of the same trials, and prints for each damage that went unnoticed the command
 * that replays it.
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
