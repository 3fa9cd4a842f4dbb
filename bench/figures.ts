import type { Contender, Cost, Setting } from './contenders.ts';

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? NaN : (low + high) / 2;
}

type Measure = keyof Cost;

/** The median cost of a contender; NaN if it did not run. */
export function costOf(setting: Setting | undefined, contender: Contender, measure: Measure): number {
  return median((setting?.rounds[contender] ?? []).map((cost) => cost[measure]));
}

/** The median of the ratios in each round, so that a machine that slows down does not affect it. */
export function ratioOf(
  setting: Setting | undefined,
  contender: Contender,
  base: Contender,
  measure: Measure,
): number {
  const bases = setting?.rounds[base] ?? [];
  const ratios = (setting?.rounds[contender] ?? []).map(
    (cost, round) => cost[measure] / (bases[round]?.[measure] ?? NaN),
  );
  return median(ratios);
}

export interface Target {
  readonly what: string;
  readonly atMost: number;
  readonly is: number;
  readonly unit: '' | 'MB';
}

const MB = 1e6;

/** The goals as ratios to the floor. Fixed costs weigh more in a small collection. */
const GOALS = {
  small: { first: 1.5, unchanged: 0.4, changed: 0.5 },
  large: { first: 1.3, unchanged: 0.25, changed: 0.3 },
} as const;
const MAX_SMALL_CASES = 2000;

/** The goals and the results for each measured size. */
export function toTargets(settings: readonly Setting[]): Target[] {
  const quick = settings.filter(({ latencyMs }) => latencyMs === 0);
  const slow = settings.filter(({ latencyMs }) => latencyMs > 0);
  const ratio = (setting: Setting, contender: Contender, base: Contender): number =>
    ratioOf(setting, contender, base, 'wallMs');
  const size = ({ cases }: Setting): string => `${cases.toLocaleString('en')} cases`;
  const [small, large] = [quick.at(0), quick.at(-1)];
  return [
    ...quick.flatMap((setting): Target[] => {
      const goals = GOALS[setting.cases > MAX_SMALL_CASES ? 'large' : 'small'];
      return [
        to(
          `first sync, to the floor; ${size(setting)}`,
          goals.first,
          ratio(setting, 'ours first', 'floor first'),
        ),
        to(
          `unchanged day, to the floor's second run; ${size(setting)}`,
          goals.unchanged,
          ratio(setting, 'ours unchanged', 'floor again'),
        ),
        to(
          `1 % changed, to the floor's second run; ${size(setting)}`,
          goals.changed,
          ratio(setting, 'ours 1 % changed', 'floor again'),
        ),
        to(
          `database without its search index, to the JSON; ${size(setting)}`,
          1.2,
          (costOf(setting, 'ours 1 % changed', 'databaseBytes') -
            costOf(setting, 'ours 1 % changed', 'searchBytes')) /
            setting.jsonBytes,
        ),
        {
          ...to(
            `peak memory of any sync; ${size(setting)}`,
            200,
            Math.max(
              ...(['ours first', 'ours unchanged', 'ours 1 % changed'] as const).map((one) =>
                costOf(setting, one, 'peakBytes'),
              ),
            ) / MB,
          ),
          unit: 'MB',
        },
      ];
    }),
    ...slow.flatMap((setting): Target[] => [
      to(
        `first sync at ${setting.latencyMs} ms a request, to the floor; ${size(setting)}`,
        0.9,
        ratio(setting, 'ours first', 'floor first'),
      ),
      to(
        `unchanged day at ${setting.latencyMs} ms, to the floor's second run; ${size(setting)}`,
        0.9,
        ratio(setting, 'ours unchanged', 'floor again'),
      ),
    ]),
    ...(small === undefined || large === undefined || small === large
      ? []
      : [
          to(
            `time per case of a first sync, ${size(large)} to ${size(small)}`,
            1.15,
            costOf(large, 'ours first', 'wallMs') /
              large.cases /
              (costOf(small, 'ours first', 'wallMs') / small.cases),
          ),
        ]),
  ];
}

function to(what: string, atMost: number, is: number): Target {
  return { what, atMost, is, unit: '' };
}
