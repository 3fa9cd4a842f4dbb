import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const TRAP = /^\| (\d+)\. .*\| \[[\w-]+\]\((\S+)\): (.+?) *\|$/gm;

test.each([
  ['linked lists', '../linked/README.md', 39],
  ['exports', '../export/README.md', 46],
  ['search, pages and reports', '../search/README.md', 41],
])('each trap of %s has its number and a test that exists', (_, page, count) => {
  const readme = new URL(page, import.meta.url);
  const traps = [...readFileSync(readme, 'utf8').matchAll(TRAP)];
  expect(traps.map(([, number]) => Number(number))).toEqual(
    Array.from({ length: count }, (__, at) => at + 1),
  );
  const missing = traps.filter(([, , path = '', title = '']) => {
    const file = new URL(path, readme);
    return !existsSync(file) || !readFileSync(file, 'utf8').includes(`'${title}`);
  });
  expect(missing.map(([line]) => line)).toEqual([]);
});
