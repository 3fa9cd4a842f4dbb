import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { LAYERS } from '../../scripts/lint/layers.js';
import { DEMO_QUESTIONS } from '../../src/cli/commands/demo.ts';
import { query } from '../../src/db/query.ts';
import { inventCollection } from '../../fake-api/collection/collection.ts';
import { startLinkedHarness } from '../sync/linked/linked-harness.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'RELEASE.md',
  'SECURITY.md',
  ...listPages('docs'),
];

function listPages(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}

const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** The SQL blocks of a page that ask something; a view's own text is not one. */
function listQuestions(page: string): string[] {
  return [...read(page).matchAll(/```sql\n([^]*?)```/g)]
    .map(([, sql = '']) => sql.trim())
    .filter((sql) => !sql.startsWith('CREATE '));
}

describe('the SQL of the documentation', () => {
  const questions = [
    ...PAGES.flatMap((page) => listQuestions(page).map((sql) => [page, sql] as const)),
    ...DEMO_QUESTIONS.map(({ sql }) => ['the demo', sql] as const),
  ];
  let answers: Map<string, number>;

  beforeAll(async () => {
    const source = inventCollection({ size: 250 });
    const { sync, pass, read: readMirror } = await startLinkedHarness({ source });
    await sync();
    source.advance({ changed: 10, statusMoves: 3, removed: 2 });
    await sync();
    await pass('60');
    answers = readMirror(
      (mirror) => new Map(questions.map(([, sql]) => [sql, [...query(mirror, sql).rows].length])),
    );
  });

  test('is there: ten questions on their page, three in the README, four in the demo', () => {
    expect(listQuestions('docs/questions.md')).toHaveLength(10);
    expect(listQuestions('README.md')).toHaveLength(3);
    expect(DEMO_QUESTIONS).toHaveLength(4);
  });

  test.each(questions)('%s: runs and has an answer: %s', (_, sql) => {
    expect(answers.get(sql)).toBeGreaterThan(0);
  });
});

describe('the links of the documentation', () => {
  const links = PAGES.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = '']) => [page, target] as const),
  );
  test.each(links)('%s: %s exists', (page, target) => {
    expect(existsSync(join(ROOT, dirname(page), target))).toBe(true);
  });

  test.each(
    [...read('docs/one-case.md').matchAll(/`(\w+)`\s*\(\[[\w.-]+\]\(\.\.\/([\w/.-]+)\)/g)].map(
      ([, name = '', file = '']) => [name, file],
    ),
  )('docs/one-case.md: %s is in %s', (name, file) => {
    expect(read(file)).toMatch(new RegExp(`export (async )?(function\\*?|const|interface|class) ${name}\\b`));
  });
});

describe('the front page', () => {
  test('fits on a few screens, with the commands to try it on the first', () => {
    const lines = read('README.md').split('\n');
    expect(lines.length - 1).toBeLessThanOrEqual(130);
    expect(lines.slice(0, 10)).toContain('npm install && npm run demo');
  });

  test('has the command that runs all checks and tests, which is what .ci/run runs', () => {
    expect(read('README.md').split('\n')).toContain('npm install && npm test');
    expect(read('.ci/run')).toMatch(/^npm install && npm test$/m);
  });

  test('shows an answer below each query', () => {
    expect(read('README.md').match(/```sql\n[^]*?```\n\n```text\n\s*\w+/g)).toHaveLength(3);
  });
});

test('CITATION.cff cites the version of package.json', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  expect(read('CITATION.cff')).toMatch(new RegExp(`^version: ${version.replaceAll('.', '\\.')}$`, 'm'));
  expect(read('CHANGELOG.md')).toMatch(new RegExp(`^## ${version.replaceAll('.', '\\.')} `, 'm'));
});

test('CONTRIBUTING.md describes every folder of src, in the order of imports', () => {
  const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  for (const { name } of folders) expect(read('CONTRIBUTING.md')).toContain(`\`src/${name}/\``);
  const described = [...read('CONTRIBUTING.md').matchAll(/^\| `([\w/-]+)\/`/gm)].map(([, folder]) =>
    String(folder),
  );
  const ordered = LAYERS.flat().filter((layer) => described.includes(layer));
  expect(described).toEqual(ordered);
});

test('every decision is numbered, and no number is used twice', () => {
  const numbers = readdirSync(join(ROOT, 'docs/decisions')).map((name) => name.slice(0, 4));
  expect(numbers).toEqual(numbers.map((_, index) => String(index + 1).padStart(4, '0')));
});
