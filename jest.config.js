import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import vm from 'node:vm';

// `npx jest` starts Node without the flags of `npm run jest`, and no test could load a module.
if (vm.SourceTextModule === undefined && /[\\/]jest(?:\.js)?$/.test(process.argv[1] ?? '')) {
  const flags = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules'];
  const { status } = spawnSync(process.execPath, [...flags, ...process.argv.slice(1)], { stdio: 'inherit' });
  process.exit(status ?? 1);
}

// As src/db/engine.ts does: a test has an environment of its own, which SQLite does not see.
process.env.SQLITE_USE_URI = '1';

/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/test/support/plain-globals.cjs',
  runtime: '<rootDir>/test/support/shared-runtime.cjs',
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/test/**/!(*.long).test.ts'],
  globalSetup: '<rootDir>/test/support/build-program.js',
  globalTeardown: '<rootDir>/test/support/remove-run-folder.js',
  testSequencer: '<rootDir>/test/support/longest-first.js',
  setupFiles: ['<rootDir>/test/support/one-realm.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
  },
  // Two even on one core: a test waits half of its time for processes and time-outs.
  maxWorkers: Math.min(Math.max(availableParallelism(), 2), 8),
  // What a worker has loaded for earlier files stays in its memory; above this it makes room for a new one.
  workerIdleMemoryLimit: '1000MB',
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  // Ends a test that hangs. A loaded machine never reaches it.
  testTimeout: 900_000,
};
