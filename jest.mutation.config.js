import base from './jest.config.js';

/** The tests that MUTATION_TESTS names, apart by commas: they run once for every mutant, so no others are wanted. */
export default {
  ...base,
  runtime: 'jest-runtime', // a mutant is loaded anew
  globalSetup: null, // a mutant is not built: none of these tests starts the program
  globalTeardown: null,
  testMatch: (process.env.MUTATION_TESTS ?? '').split(',').map((path) => `<rootDir>/${path}`),
};
