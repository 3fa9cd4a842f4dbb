/*
 * Runs Stryker over each file of decisions with its own tests, and writes docs/mutation-testing.md. Fails when fewer than
 * 80 % of the mutants of a file are noticed. Arguments: parts of file names, to run only some and to leave the page alone.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { formatText } from './format-text.ts';
import { MUTATION_AREAS } from './mutation/areas.ts';
import { renderMutationPage, toFileResults, toScore, type FileResult } from './mutation/report.ts';

const LEAST_SCORE = 80;
const PAGE = 'docs/mutation-testing.md';
const REPORT = '.stryker-tmp-report.json';

const wanted = process.argv.slice(2);
const areas = MUTATION_AREAS.filter(
  ({ file }) => wanted.length === 0 || wanted.some((part) => file.includes(part)),
);
const results: FileResult[] = [];
for (const { file, tests } of areas) {
  const { status } = spawnSync('npx', ['stryker', 'run', '--mutate', file], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, MUTATION_TESTS: tests.join(',') },
  });
  if (status !== 0) throw new Error(`Stryker ended with ${String(status)} for ${file}.`);
  results.push(
    ...toFileResults(JSON.parse(readFileSync(REPORT, 'utf8')) as Parameters<typeof toFileResults>[0]),
  );
}
if (wanted.length === 0) writeFileSync(PAGE, await formatText(PAGE, renderMutationPage(results)));
for (const one of results) {
  const score = toScore(one);
  console.log(`${one.file}: ${one.noticed} of ${one.mutants}, ${score.toFixed(0)} %`);
  if (!(score >= LEAST_SCORE)) process.exitCode = 1;
}
