import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const PROGRAM = fileURLToPath(new URL('../../bin/clearinghouse-mirror.js', import.meta.url));

/** Prints the size of the space for new objects after a great number of objects were created and stayed in use. */
const MEASURE = `
  import { getHeapSpaceStatistics } from 'node:v8';
  process.on('exit', () => {
    const kept = [];
    for (let i = 0; i < 400_000; i++) kept.push({ i, list: [i] });
    const { space_size } = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    console.error(JSON.stringify({ megabytes: space_size / 2 ** 20, kept: kept.length }));
  });`;

function measureNewSpace(words: readonly string[]): unknown {
  const preload = `data:text/javascript,${encodeURIComponent(MEASURE)}`;
  const { stderr } = spawnSync(process.execPath, ['--import', preload, ...words], { encoding: 'utf8' });
  return JSON.parse(stderr);
}

test('the program keeps the space for new objects small, unlike Node by default', () => {
  expect(measureNewSpace([PROGRAM, '--version'])).toEqual({ megabytes: 2, kept: 400_000 });
  const { megabytes } = measureNewSpace(['--eval', '0']) as { megabytes: number };
  expect(megabytes).toBeGreaterThanOrEqual(16);
});
