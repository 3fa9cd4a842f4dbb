import base from './jest.config.js';

process.env.LONG_TESTS = 'yes'; // for times() of test/support/times.ts

/** The long tests, each of which has a short sibling that keeps its reach. They may take as long as they take. */
export default { ...base, testMatch: ['<rootDir>/test/**/*.long.test.ts'], testTimeout: 36_000_000 };
