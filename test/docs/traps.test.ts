import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const README = new URL('../linked/README.md', import.meta.url);
const TRAP = /^\| (\d+)\. .*\| \[[\w-]+\]\((\S+)\): (.+?) *\|$/gm;
const traps = [...readFileSync(README, 'utf8').matchAll(TRAP)];

test('each trap of linked lists has its number and a test that exists', () => {
  expect(traps.map(([, number]) => Number(number))).toEqual(Array.from({ length: 39 }, (_, at) => at + 1));
  const missing = traps.filter(([, , path = '', title = '']) => {
    const file = new URL(path, README);
    return !existsSync(file) || !readFileSync(file, 'utf8').includes(`'${title}`);
  });
  expect(missing.map(([line]) => line)).toEqual([]);
});
