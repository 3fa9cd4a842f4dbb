import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ASSUMPTIONS } from '../../src/api/assumptions.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NUMBERS = Object.keys(ASSUMPTIONS);

/** The comments of a source file in which a number in parentheses names an assumption, as in `(A7)` or `(A7, A8)`. */
function listNamed(source: string): string[] {
  const comments = source.match(/\/\*[^]*?\*\/|\/\/.*/g) ?? [];
  return comments.flatMap((comment) =>
    [...comment.matchAll(/[(,]\s*(?:\*\s*)?(A\d+)(?=[),;])/g)].map(([, number = '']) => number),
  );
}

const named = ['src', 'fake-api'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/^api\/assumptions[\w-]*\.ts$/.test(name))
    .flatMap((name) =>
      listNamed(readFileSync(join(ROOT, folder, name), 'utf8')).map((number) => [number, name] as const),
    ),
);

test('the code names only assumptions that docs/assumptions.md explains', () => {
  expect(named.length).toBeGreaterThan(NUMBERS.length);
  expect(named.filter(([number]) => !NUMBERS.includes(number))).toEqual([]);
});

test('each assumption is named where the code rests on it', () => {
  expect(NUMBERS.filter((number) => !named.some(([one]) => one === number))).toEqual([]);
});

test('docs/assumptions.md has a row for each assumption, in order', () => {
  const page = readFileSync(join(ROOT, 'docs/assumptions.md'), 'utf8');
  expect([...page.matchAll(/^\| (A\d+)\b/gm)].map(([, number]) => number)).toEqual(NUMBERS);
});

test('the numbers run from A1 without gaps, so that no number is used twice', () => {
  expect(NUMBERS).toEqual(NUMBERS.map((_, index) => `A${index + 1}`));
});

test('each assumption is said in whole sentences, with a source', () => {
  for (const { assumed, breaks, source } of Object.values(ASSUMPTIONS)) {
    expect(assumed).toMatch(/^[`A-Z"][^]*[.]$/);
    expect(breaks).toMatch(/^[`A-Z"][^]*\.$/);
    expect(source.length).toBeGreaterThan(0);
  }
});
