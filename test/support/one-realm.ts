// Jest gives each test file its own realm, but Node's core and native addons throw errors of the main realm.
// Without this, `error instanceof Error` is false for them, in our code and in the libraries that we call.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { types } from 'node:util';
import { listInstalled, pickEngines } from '../../src/db/engine.ts';

const plainHasInstance = Function.prototype[Symbol.hasInstance];
Object.defineProperty(Error, Symbol.hasInstance, {
  configurable: true,
  value(this: unknown, candidate: unknown) {
    return plainHasInstance.call(this, candidate) || (this === Error && types.isNativeError(candidate));
  },
});

interface Addon {
  isInitialized: boolean;
}

// The addon remembers the SqliteError class of the first realm that loaded it; this makes it take the current one.
const require = createRequire(import.meta.url);
const [engine] = pickEngines(listInstalled(), {
  node: process.versions.node,
  napi: process.versions.napi ?? '0',
});
if (engine !== undefined) {
  const root = dirname(require.resolve(`${engine.name}/package.json`));
  const addon =
    engine.name === 'better-sqlite3-node22'
      ? (require(join(root, 'lib/binding.js')) as { getBinding: () => Addon }).getBinding()
      : (require(join(root, 'build/Release/better_sqlite3.node')) as Addon);
  addon.isInitialized = false;
}
