/** A file of decisions, and the tests that are there to notice when one of them is another. */
export interface MutationArea {
  readonly file: string;
  readonly tests: readonly string[];
}

export const MUTATION_AREAS: readonly MutationArea[] = [
  {
    file: 'src/api/responses.ts',
    tests: [
      'test/api/classify-response.test.ts',
      'test/api/classify-good-response.test.ts',
      'test/api/retry-after.test.ts',
      'test/api/safe-words.test.ts',
    ],
  },
  { file: 'src/api/split-page.ts', tests: ['test/api/split-page.test.ts'] },
  { file: 'src/api/retry.ts', tests: ['test/api/retry-policy.test.ts'] },
  { file: 'src/sync/passes.ts', tests: ['test/sync/judge-list-sync.test.ts'] },
  {
    file: 'src/sync/passes.ts',
    tests: [
      'test/sync/passes.test.ts',
      'test/sync/list-figures.test.ts',
      'test/sync/judge-list-sync.test.ts',
    ],
  },
  { file: 'src/case/diff.ts', tests: ['test/case/compare-cases.test.ts'] },
  {
    file: 'src/api/case-pages.ts',
    tests: ['test/api/case-pages.test.ts', 'test/sync/paging.test.ts'],
  },
  {
    file: 'src/sync/departures.ts',
    tests: ['test/sync/look-ups.test.ts', 'test/sync/departures.test.ts'],
  },
];
