import { mixSeeds, Random } from '../../fake-api/invent/random.ts';
import type { ListOrder } from '../../fake-api/serve/options.ts';
import type { SettingName } from '../../src/config/settings.ts';
import { EDIT_NAMES, type EditName } from './edits.ts';
import { FAULT_NAMES, SLOW_FAULTS, type FaultName } from './faults.ts';
import { TROUBLE_NAMES, type TroubleName } from './troubles.ts';

/**
 * The requests that a fault affects: any, those for single cases, those for a count, for later pages, or for one
 * page.
 */
export const PLACES = ['any', 'look-up', 'count', 'later page', 'page 2'] as const;
export type Place = (typeof PLACES)[number];

export interface PlannedFault {
  readonly fault: FaultName;
  readonly place: Place;
  /** Begins with this request at the place, counted from 1, and affects `times` requests in a row. */
  readonly from: number;
  readonly times: number;
  readonly seed: number;
}

/** A moment is an event of the run or a request that reaches the server. Both are counted together from 1. */
export interface PlannedTrouble {
  readonly trouble: TroubleName;
  readonly moment: number;
  readonly seed: number;
}

export interface PlannedEdit {
  readonly edit: EditName;
  /** The edit comes before this request of the day; 0 is before the day. */
  readonly request: number;
  readonly seed: number;
}

export interface DayPlan {
  readonly faults: readonly PlannedFault[];
  readonly troubles: readonly PlannedTrouble[];
  readonly edits: readonly PlannedEdit[];
  /** The moments at which another process reads the mirror. */
  readonly looks: readonly number[];
  /** Whether the day begins after a pause that the server required; true by default. */
  readonly waits?: boolean;
  /** The time from its end to the start of the next day; 24 hours by default. */
  readonly gapMs?: number;
}

/** Everything that a seed decides. */
export interface History {
  readonly seed: number;
  readonly cases: number;
  readonly pageSize: number;
  readonly order: ListOrder;
  readonly gzip: boolean;
  readonly withUnclassified: boolean;
  readonly settings: Partial<Record<SettingName, string>>;
  /** Whether the first day begins without a file instead of an empty mirror. */
  readonly withoutFile: boolean;
  readonly faultyDays: readonly DayPlan[];
  /** Whether a last day follows on which only the order of lists has changed. */
  readonly endsQuietly: boolean;
}

const MAX_SLOW_FAULTS = 2;
const DAY_MS = 86_400_000;
/** Until the end of the day. */
const FOR_GOOD = 1000;

/** Draws the history of a seed. The same seed always has the same history. */
export function drawHistory(seed: number): History {
  const random = new Random(mixSeeds(seed, 0x51));
  const maxPasses = 1 + random.below(3);
  const cases = random.chance(0.1) ? 30 : 6 + random.below(9);
  return {
    seed,
    cases,
    pageSize: 2 + random.below(4),
    order: random.chance(0.7) ? 'id' : 'shuffled',
    gzip: random.chance(0.2),
    withUnclassified: random.chance(0.9),
    settings: {
      maxAttempts: String(1 + random.below(3)),
      maxPasses: String(maxPasses),
      requireStable: maxPasses > 1 && random.chance(0.2) ? 'yes' : 'no',
      delayMs: random.pick(['0', '250']),
    },
    withoutFile: random.chance(0.05),
    endsQuietly: random.chance(0.5),
    faultyDays: Array.from({ length: random.pick([1, 1, 2, 2, 3]) }, (_, at) => ({
      ...(at === 0 ? withFault(drawDay(random, cases), seed, random) : drawDay(random, cases)),
      waits: random.chance(0.5),
      gapMs: random.pick([DAY_MS, DAY_MS, 60_000, 3_600_000]),
    })),
  };
}

/** The number of the seed determines one fault, so a small number of seeds covers every fault. */
function withFault(plan: DayPlan, seed: number, random: Random): DayPlan {
  const fault = FAULT_NAMES[seed % FAULT_NAMES.length] ?? '500';
  const times = SLOW_FAULTS.has(fault) ? 1 : random.pick([1, 2]);
  const planned = {
    fault,
    place: 'any',
    from: 1 + random.below(6),
    times,
    seed: random.below(2 ** 32),
  } as const;
  return { ...plan, faults: [planned, ...plan.faults] };
}

function drawDay(random: Random, cases: number): DayPlan {
  const newSeed = (): number => random.below(2 ** 32);
  let slow = 0;
  const faults = draw(random.pick([0, 1, 2, 3, 5, 8]), (): PlannedFault => {
    let fault = random.pick(FAULT_NAMES);
    while (SLOW_FAULTS.has(fault) && ++slow > MAX_SLOW_FAULTS) fault = random.pick(FAULT_NAMES);
    const place = random.pick(PLACES);
    return {
      fault,
      place,
      from: 1 + random.below(place === 'any' ? 30 : place === 'later page' ? 6 : 2),
      times: SLOW_FAULTS.has(fault) ? 1 : random.pick([1, 1, 1, 2, 3, 5, FOR_GOOD]),
      seed: newSeed(),
    };
  });
  const troubles = draw(random.pick([0, 0, 1, 1, 2]), () => ({
    trouble: random.pick(TROUBLE_NAMES),
    moment: random.below(60),
    seed: newSeed(),
  }));
  const edits = draw(random.pick([0, 2, 4, 8]), () => {
    const edit = random.pick(EDIT_NAMES);
    return {
      edit:
        edit === 'many cases are removed' && cases < 20 && random.chance(0.8) ? 'a case is removed' : edit,
      request: random.chance(0.5) ? 0 : 1 + random.below(30),
      seed: newSeed(),
    };
  });
  return { faults, troubles, edits, looks: draw(2, () => 1 + random.below(60)) };
}

function draw<Item>(count: number, make: () => Item): Item[] {
  return Array.from({ length: count }, make);
}
