/** The measured programs, in the order in which they run in a round. Those with the same `file` continue with the same database. */
export const CONTENDERS = {
  fetch: { description: 'fetch and parse alone', file: null },
  'floor first': { description: 'the least a program must do, into an empty file', file: 'floor' },
  'floor again': { description: 'the same once more, nothing changed', file: 'floor' },
  'ours first': { description: 'first sync', file: 'ours' },
  'ours unchanged': { description: 'second sync, nothing changed', file: 'ours' },
  'ours 1 % changed': { description: 'third sync, 1 % of the cases changed', file: 'ours' },
} as const;

export type Contender = keyof typeof CONTENDERS;
export const CONTENDER_NAMES = Object.keys(CONTENDERS) as Contender[];

/** The cost of one run of a program. */
export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
  /** The size of the file after the run; 0 without a file. */
  readonly databaseBytes: number;
  /** What the search index takes of it; 0 without one. */
  readonly searchBytes: number;
}

/** A size of the collection and a latency, with the cost of each contender: one entry for each round. */
export interface Setting {
  readonly cases: number;
  readonly jsonBytes: number;
  readonly latencyMs: number;
  readonly rounds: Readonly<Partial<Record<Contender, readonly Cost[]>>>;
}

/** CPU milliseconds for 1,000 cases. */
export type Layers = Readonly<Record<string, number>>;

export interface Results {
  readonly machine: string;
  readonly settings: readonly Setting[];
  readonly layers: { readonly cases: number; readonly cpuMsPer1000: Layers } | null;
}
