import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { CONTENDER_NAMES } from '../../bench/contenders.ts';

const ROOT = join(import.meta.dirname, '../..');

test('the benchmark runs, and shows what each program and each layer cost', async () => {
  const args = [
    '--import',
    'tsx',
    'bench/main.ts',
    '--cases',
    '6',
    '--rounds',
    '1',
    '--latency',
    '0',
    '--no-write',
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  for (const name of CONTENDER_NAMES)
    expect(stdout).toMatch(new RegExp(`\\| ${name}: .*\\| [1-9]\\d* +\\| \\d+ \\|`));
  expect(stdout).toMatch(/\| fingerprint \| \d+ \| \d+\.\d\d \|/);
  expect(stdout).not.toContain('NaN');
});
