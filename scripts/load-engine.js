import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Loads the SQLite engine that src/db/engine.ts chooses, for processes that have nothing else of the program. */
export function loadEngine() {
  const hasNodeApi10 = Number(process.versions.napi) >= 10;
  process.env.SQLITE_USE_URI = '1';
  return require(hasNodeApi10 ? 'better-sqlite3-node22' : 'better-sqlite3');
}
