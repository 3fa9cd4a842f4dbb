import { measureProgram } from './measure-program.ts';

/*
 * Measures the cost of commands that read a mirror, beyond the cost of Node itself. In each round, Node with an empty
 * program and all commands run one after another, so a machine that slows down affects all of them.
 */

const COMMAND = new URL('../bin/clearinghouse-mirror.js', import.meta.url);
const NOTHING = new URL('programs/nothing.js', import.meta.url);
const AS_OF_SQL = 'SELECT case_ongoing, count(*) FROM cases GROUP BY 1';

/** Commands that take almost no time and are measured often. */
const START_UPS: readonly (readonly string[])[] = [
  ['--version'],
  ['--help'],
  ['query', 'select 1'],
  ['status'],
];
const LONG: readonly (readonly string[])[] = [
  ['audit'],
  ['query', '--as-of', '1', AS_OF_SQL],
  ['verify', '--sample', '10%'],
  ['verify'],
];

const medianOf = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

/** A table in Markdown: the medians of CPU seconds over an empty program, wall seconds and peak memory. */
export async function measureReading(database: string, rounds: number, folder: string): Promise<string> {
  const env = { CLEARINGHOUSE_DATABASE: database };
  const lines = ['| command | CPU over Node, s | wall, s | peak memory, MB |', '| --- | --- | --- | --- |'];
  for (const [commands, times] of [
    [START_UPS, 11],
    [LONG, rounds],
  ] as const) {
    const costs = commands.map(() => ({ cpu: [] as number[], wall: [] as number[], peak: [] as number[] }));
    for (let round = 0; round < times; round++) {
      const bare = await measureProgram({ script: NOTHING, args: [], database: null }, folder);
      for (const [at, args] of commands.entries()) {
        const cost = await measureProgram({ script: COMMAND, args, env, database: null }, folder);
        costs[at]?.cpu.push(cost.cpuMs - bare.cpuMs);
        costs[at]?.wall.push(cost.wallMs);
        costs[at]?.peak.push(cost.peakBytes);
      }
    }
    for (const [at, { cpu, wall, peak }] of costs.entries())
      lines.push(
        `| \`${commands[at]?.join(' ') ?? ''}\` | ${(medianOf(cpu) / 1000).toFixed(3)} | ${(medianOf(wall) / 1000).toFixed(2)} | ${Math.round(medianOf(peak) / 1e6)} |`,
      );
  }
  return lines.join('\n');
}
