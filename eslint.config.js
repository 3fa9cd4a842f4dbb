import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** The folders are the flow; an import may only go the way the data goes. Folder -> folders it must not know. */
const FORBIDDEN_IMPORTS = {
  files: [
    'clearinghouse',
    'cases',
    'mirror',
    'history',
    'audit',
    'verify',
    'sync',
    'snapshots',
    'nightly',
    'replica',
    'demo',
    'cli',
  ],
  clearinghouse: [
    'cases',
    'mirror',
    'history',
    'audit',
    'verify',
    'sync',
    'nightly',
    'replica',
    'demo',
    'cli',
  ],
  cases: ['history', 'audit', 'verify', 'sync', 'snapshots', 'nightly', 'replica', 'demo', 'cli'],
  mirror: ['history', 'audit', 'verify', 'sync', 'snapshots', 'nightly', 'replica', 'demo', 'cli'],
  history: ['audit', 'verify', 'sync', 'snapshots', 'nightly', 'replica', 'demo', 'cli'],
  audit: [
    'clearinghouse',
    'cases',
    'history',
    'verify',
    'sync',
    'snapshots',
    'nightly',
    'replica',
    'demo',
    'cli',
  ],
  verify: ['audit', 'sync', 'snapshots', 'nightly', 'replica', 'demo', 'cli'],
  snapshots: ['clearinghouse', 'cases', 'audit', 'verify', 'sync', 'nightly', 'replica', 'demo', 'cli'],
  sync: ['history', 'audit', 'verify', 'snapshots', 'nightly', 'replica', 'demo', 'cli'],
  nightly: ['history', 'audit', 'replica', 'demo', 'cli'],
  replica: ['cases', 'mirror', 'history', 'audit', 'verify', 'sync', 'demo', 'cli'],
  init: ['history', 'audit', 'verify', 'snapshots', 'sync', 'replica', 'demo', 'cli'],
  demo: ['audit', 'cli'],
};

/** Which SQLite engine is loaded depends on the running Node. */
const ENGINE_BY_ONE_MODULE = {
  paths: [
    {
      name: 'better-sqlite3',
      allowTypeImports: true,
      message:
        'Open files with openSqlite() of src/mirror/sqlite-engine.ts, which picks the engine for this Node.',
    },
    {
      name: 'drizzle-orm/better-sqlite3',
      allowTypeImports: true,
      message:
        'Use toDrizzle() of src/mirror/open-mirror.ts: this module imports better-sqlite3 by its name.',
    },
  ],
};

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '.stryker-tmp/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-restricted-imports': ['error', ENGINE_BY_ONE_MODULE],
    },
  },
  {
    files: ['**/*.cjs', '**/*.js'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: ENGINE_BY_ONE_MODULE.paths.map(({ name, message }) => ({ name, message })) },
      ],
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { require: 'readonly', module: 'readonly', __dirname: 'readonly' },
    },
  },
  ...Object.entries(FORBIDDEN_IMPORTS).map(([folder, forbidden]) => ({
    files: [`src/${folder}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: forbidden.map((name) => `**/${name}/**`), message: 'Imports go the way the data goes.' },
          ],
        },
      ],
    },
  })),
);
