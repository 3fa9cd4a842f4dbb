import type { History } from './draw-history.ts';
import type { Day } from './day.ts';
import type { ServedRequest } from './served-log.ts';
import type { Account } from './simulate-seed.ts';
import { describeEnding, type Counts, type Tally } from './tally.ts';

const toReplayCommand = (seed: number): string => `npm run simulate -- --seed ${seed}`;

/** The days of one seed. */
export function renderAccount({ history, days, violations }: Account): string {
  return [
    renderHistory(history),
    ...days.flatMap((day, at) => [
      '',
      ...renderDay(day, at + 1),
      ...violations
        .filter((one) => one.day === at + 1)
        .map(({ invariant, how }) => `  VIOLATED: ${invariant}\n    ${how}`),
    ]),
    '',
    violations.length === 0
      ? 'No invariant was violated.'
      : `Invariants were violated ${violations.length} times.`,
  ].join('\n');
}

/** The violations of one seed, and the command that replays it. */
export function renderFailure({ history, violations }: Account): string {
  const [first] = violations;
  return [
    `Seed ${history.seed} failed (${violations.length}): day ${first?.day ?? 0}: ${first?.invariant ?? ''}`,
    `  ${first?.how ?? ''}`,
    `  ${toReplayCommand(history.seed)}`,
  ].join('\n');
}

export function renderTally(tally: Tally): string {
  const sum = (counts: Counts): number => [...counts.values()].reduce((total, one) => total + one, 0);
  const section = (title: string, counts: Counts): string[] => [
    '',
    `${title}: ${sum(counts)}`,
    ...[...counts]
      .sort(([, one], [, other]) => other - one)
      .map(([name, times]) => `${String(times).padStart(8)}  ${name}`),
  ];
  return [
    `${tally.days} days of ${tally.seeds} seeds, ${tally.requests} requests`,
    ...section('Outcomes of days', tally.outcomes),
    ...section('Outcomes of lists', tally.listOutcomes),
    ...section('Faults of the API and the network', tally.faults),
    ...section('Troubles of this machine', tally.troubles),
    ...section('Changes of the collection', tally.edits),
    '',
    `Seeds failed: ${tally.failedSeeds.length}`,
    ...tally.failedSeeds.map((seed) => `  ${toReplayCommand(seed)}`),
  ].join('\n');
}

function renderHistory({ seed, cases, pageSize, order, settings, withUnclassified }: History): string {
  const named = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return `Seed ${seed}: ${cases} cases, ${pageSize} a page in the order ${order}, ${withUnclassified ? 'six' : 'five'} lists, ${named.join(', ')}`;
}

function renderDay(day: Day, number: number): string[] {
  const { served, troubles, ending, runId } = day;
  const lists = ending.kind === 'report' ? ending.report.lists : [];
  return [
    `Day ${number}, run ${runId ?? 'without a number'}: ${describeEnding(day)}`,
    ...served.edits.map((edit) => `  changed: ${edit}`),
    ...troubles.map((trouble) => `  trouble: ${trouble}`),
    ...served.log.map(renderRequest),
    ...lists.map(
      ({ list, outcome, error }) =>
        `  list ${list.id} ${outcome}${error === null ? '' : `: ${error.code} ${error.message}`}`,
    ),
    ...(ending.kind === 'error' ? [`  thrown: ${String(ending.error)}`] : []),
    ...(ending.kind === 'report' && ending.report.departures !== null
      ? [`  departures ${JSON.stringify(ending.report.departures)}`]
      : []),
  ];
}

function renderRequest({ list, page, fault, listIds, response }: ServedRequest): string {
  const said =
    response.kind === 'page'
      ? `cases ${response.ids.join(' ') || 'none'}, count ${response.count}, next ${String(response.next)}`
      : response.kind;
  const wrong = fault === null ? '' : ` with FAULT ${fault}`;
  return `  requested ${list || 'all'} page ${page}${wrong}: ${said} (in the list: ${listIds.join(' ') || 'none'})`;
}
