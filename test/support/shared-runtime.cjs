// Jest loads everything anew for each test file. To load the program and its dependencies, and to have V8 compile and
// optimize them, takes longer than most files of tests. So the files that a worker runs share one runtime: the modules of
// src/, node_modules/ and test/support/once/ stay, those of test/ and of Jest itself are loaded for each file.
const { default: Runtime } = require('jest-runtime');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const TESTS = pathToFileURL(join(__dirname, '../')).href;
const ONCE = pathToFileURL(join(__dirname, 'once/')).href;
const isOfOneFile = (key) =>
  key.startsWith('@jest/globals/') || (key.startsWith(TESTS) && !key.startsWith(ONCE));

/** The modules of Jest itself that keep what a test file registers or expects. The others only compute. */
const KEEPS_STATE = /[\\/](?:jest-circus|@jest[\\/]expect|expect|jest-snapshot)[\\/]build[\\/]/;

/** The runtime of this worker, and its environment. */
let shared;

module.exports = class SharedRuntime extends Runtime {
  constructor(...args) {
    const [, environment, , , , , testPath] = args;
    if (shared?.environment === environment) {
      shared.runtime.beginFile(testPath);
      return shared.runtime;
    }
    super(...args);
    if (environment.isShared) shared = { runtime: this, environment };
  }

  beginFile(testPath) {
    this._testPath = testPath;
    this.esmLoader.testPath = testPath;
    this.executor.testPath = testPath;
    this.testState.state = 'loading';
  }

  teardown() {
    if (shared?.runtime !== this) {
      super.teardown();
      return;
    }
    this.restoreAllMocks();
    const { esModuleRegistry, internalModuleRegistry } = this.registries;
    for (const key of esModuleRegistry.keys()) if (isOfOneFile(key)) esModuleRegistry.delete(key);
    for (const path of internalModuleRegistry.keys())
      if (KEEPS_STATE.test(path)) internalModuleRegistry.delete(path);
    this.testMainModule.reset();
    this.mockState.clear();
    this.jestGlobals.clearJestObjectCache();
    this.jestGlobals.cachedEnvGlobals = undefined;
    this.testState.state = 'loading';
  }
};
