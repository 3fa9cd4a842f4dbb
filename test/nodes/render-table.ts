import type { Step } from './trials.ts';

/** All that was tried on one Node. */
export interface NodeTrial {
  readonly version: string;
  readonly steps: readonly Step[];
}

/** The steps down, the versions across; below it what failed printed last. */
export function renderTable(trials: readonly NodeTrial[]): string {
  const names = [...new Set(trials.flatMap(({ steps }) => steps.map(({ name }) => name)))];
  const rows = [
    ['Node', ...trials.map(({ version }) => version)],
    ['---', ...trials.map(() => '---')],
    ...names.map((name) => [
      name,
      ...trials.map(({ steps }) => steps.find((step) => step.name === name)?.says ?? 'not tried'),
    ]),
  ];
  const failures = trials.flatMap(({ version, steps }) =>
    steps
      .filter(({ isGood }) => !isGood)
      .map(({ name, says, output }) => `\nNode ${version}, ${name}: ${says}\n${output}\n`),
  );
  return `${rows.map((row) => `| ${row.join(' | ')} |\n`).join('')}${failures.join('')}`;
}
