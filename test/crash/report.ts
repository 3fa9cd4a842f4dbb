import { renderTable } from '../../src/cli/text/table.ts';
import { countLabels, renderDeath, type Death } from './deaths.ts';
import type { Scenario } from './scenario.ts';
import type { Trial } from './trial.ts';

/** The deaths at each write of a scenario, one line for each kind of write. */
export function renderWrites(scenario: Scenario, trials: readonly Trial[]): string {
  const own = trials.filter((trial) => trial.scenario === scenario);
  const rows = [...countLabels(scenario.labels)]
    .filter(([label]) => label.startsWith('before '))
    .flatMap(([label, times]) => {
      const write = label.replace('before ', '');
      const at = (when: string) => own.filter(({ death }) => isAt(death, `${when} ${write}`));
      const [before, after] = [at('before'), at('after')];
      const deaths = [before, after].map((some) => String(some.filter(({ result }) => result.died).length));
      const outcome = renderOutcome([...before, ...after]);
      return before.length + after.length === 0 ? [] : [[write, String(times), ...deaths, outcome]];
    });
  const columns = [
    { heading: 'write' },
    ...['times in a run', 'deaths before', 'deaths after'].map(
      (heading) => ({ heading, align: 'right' }) as const,
    ),
    { heading: 'outcome' },
  ];
  return `${scenario.name}\n\n${renderTable(columns, rows, Infinity)}`;
}

function isAt(death: Death, label: string): boolean {
  return death.at === 'write' && death.label === label;
}

/** The deaths at random times of a scenario, in one line. */
export function renderInstants(scenario: Scenario, trials: readonly Trial[]): string {
  const instants = trials.filter((trial) => trial.scenario === scenario && trial.death.at === 'instant');
  const died = instants.filter(({ result }) => result.died).length;
  const late = instants.length - died;
  return `${scenario.name}: ${instants.length} random times, ${died} deaths, ${late} after the end: ${renderOutcome(instants)}`;
}

/** The faults of a trial, and the command that replays it. */
export function renderFailure({ scenario, death, result }: Trial): string {
  const faults = result.faults.map((fault) => `  ${fault}`).join('\n');
  return `FAILED: npm run crash-test -- --scenario '${scenario.name}' --at '${renderDeath(death)}'\n${faults}`;
}

export function isFailure({ result }: Trial): boolean {
  return result.faults.length > 0;
}

function renderOutcome(trials: readonly Trial[]): string {
  const failures = trials.filter(isFailure).length;
  return failures === 0 ? 'sound' : `${failures} FAILED`;
}
