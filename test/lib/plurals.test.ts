import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderPlural } from '../../src/lib/layout.ts';

/** A value followed by a plural noun, which is wrong for 1, as in `${count} rows`. */
const FIXED_PLURAL =
  /\$\{(?!adjective\})(?:[^{}`]|\{[^{}]*\}|`[^`]*`)*\} (?:\w+ )?(attempts|bytes|cases|changes|columns|copies|days|entries|fields|files|lists|minutes|objects|pages|requests|rows|runs|snapshots|steps|tables|views|violations)\b/g;

/** Values that are never 1. */
const NEVER_ONE = [
  /^\$\{(?:renderCount\()?MAX_[A-Z_]+\)?\}/,
  / FROM \w+$/, // SQL
  '${CHOSEN} SELECT cases', // SQL
  '${ending} files', // not a count
  '${toBaselineWords(baselineId)} Its cases', // a sentence
  '${renderCount(runCount)} runs', // only if there are more than are shown
  '${found.length} cases', // only if several were found
  '${attempts} attempts', // only if attempts > 1
  '${others.length} pages', // only if there are several
  '${pagesWithoutNews} pages', // a constant by then
];

function* listSources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* listSources(path);
    else if (path.endsWith('.ts')) yield path;
  }
}

test('no message has a fixed plural after a count, so none says "1 rows"', () => {
  const found = [...listSources('src'), ...listSources('fake-api')].flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(FIXED_PLURAL)]
      .map(([text]) => text)
      .filter((text) => !NEVER_ONE.some((one) => (typeof one === 'string' ? one === text : one.test(text))))
      .map((text) => `${path}: ${text}`),
  );
  expect(found).toEqual([]);
});

test.each([
  [0, '0 rows'],
  [1, '1 row'],
  [1234, '1,234 rows'],
])('%i is written as "%s"', (count, text) => {
  expect(renderPlural(count, 'row')).toBe(text);
});
