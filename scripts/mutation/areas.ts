/** A file of decisions, and the tests that are there to notice when one of them is another. */
export interface MutationArea {
  readonly file: string;
  readonly tests: readonly string[];
}

export const MUTATION_AREAS: readonly MutationArea[] = [
  {
    file: 'src/clearinghouse/classify-answer.ts',
    tests: [
      'test/clearinghouse/classify-answer.test.ts',
      'test/clearinghouse/classify-good-answer.test.ts',
      'test/clearinghouse/retry-after.test.ts',
      'test/clearinghouse/safe-words.test.ts',
    ],
  },
  { file: 'src/clearinghouse/split-page.ts', tests: ['test/clearinghouse/split-page.test.ts'] },
  { file: 'src/clearinghouse/retry-policy.ts', tests: ['test/clearinghouse/retry-policy.test.ts'] },
  { file: 'src/sync/judge-sweep.ts', tests: ['test/sync/judge-sweep.test.ts'] },
  {
    file: 'src/sync/walk.ts',
    tests: ['test/sync/walk.test.ts', 'test/sync/sweep-figures.test.ts', 'test/sync/judge-sweep.test.ts'],
  },
  { file: 'src/cases/compare-cases.ts', tests: ['test/cases/compare-cases.test.ts'] },
  {
    file: 'src/clearinghouse/case-pages.ts',
    tests: ['test/clearinghouse/case-pages.test.ts', 'test/sync/paging.test.ts'],
  },
  {
    file: 'src/sync/departures.ts',
    tests: ['test/sync/look-ups.test.ts', 'test/sync/departures.test.ts'],
  },
];
