/*
 * Loaded into a process before the program (`--import`). SQLite does not wait for another connection: where a test holds one
 * open until the process ends, the five seconds would only pass.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

for (const name of ['better-sqlite3-node22', 'better-sqlite3']) {
  let path;
  try {
    path = require.resolve(name);
  } catch {
    continue; // npm installs only those that suit this Node.
  }
  const Engine = require(path);
  require.cache[path].exports = class extends Engine {
    constructor(file, options) {
      super(file, { ...options, timeout: 0 });
    }
  };
}
