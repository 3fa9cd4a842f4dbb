// As src/mirror/sqlite-engine.ts does: a test has an environment of its own, which SQLite does not see.
process.env.SQLITE_USE_URI = '1';

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  setupFiles: ['<rootDir>/test/support/one-realm.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
  },
  // Ends a test that hangs. A loaded machine never reaches it.
  testTimeout: 900_000,
};
