import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { order } from './scripts/lint/layers.js';

/** Which SQLite engine is loaded depends on the running Node. */
const ENGINE_BY_ONE_MODULE = {
  paths: [
    {
      name: 'better-sqlite3',
      allowTypeImports: true,
      message: 'Open files with openSqlite() of src/db/engine.ts, which picks the engine for this Node.',
    },
    {
      name: 'drizzle-orm/better-sqlite3',
      allowTypeImports: true,
      message: 'Use toDrizzle() of src/db/open-mirror.ts: this module imports better-sqlite3 by its name.',
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
      '@typescript-eslint/no-unsafe-enum-assignment': 'off', // the compiler allows no enum (erasableSyntaxOnly)
    },
  },
  {
    // What these find does harm where the program runs, and to look for it takes a third of the linter's time. A promise
    // that a test does not await still fails here: such a test proves nothing.
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: Object.fromEntries(
      [
        'no-deprecated',
        'no-unsafe-argument',
        'no-unsafe-assignment',
        'no-unsafe-call',
        'no-unsafe-class-instance-assignment',
        'no-unsafe-member-access',
        'no-unsafe-return',
        'unbound-method',
      ].map((rule) => [`@typescript-eslint/${rule}`, 'off']),
    ),
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
  {
    files: ['src/**/*.ts', 'fake-api/**/*.ts'],
    plugins: { layers: { rules: { order } } },
    rules: { 'layers/order': 'error' },
  },
);
