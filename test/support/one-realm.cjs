// Jest gives each test file its own realm, while Node's core and native addons throw errors of the main one.
// Without this, `error instanceof Error` is false for them, in our code and in the libraries that we call.
const path = require('node:path');
const { types } = require('node:util');

const plainHasInstance = Function.prototype[Symbol.hasInstance];
Object.defineProperty(Error, Symbol.hasInstance, {
  value(candidate) {
    return plainHasInstance.call(this, candidate) || (this === Error && types.isNativeError(candidate));
  },
});

// The addon remembers the SqliteError class of the first realm that loaded it; this makes it take the current one.
const root = path.dirname(require.resolve('better-sqlite3/package.json'));
require(path.join(root, 'build/Release/better_sqlite3.node')).isInitialized = false;
