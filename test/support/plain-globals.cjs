// Jest's environment for Node, with two differences. Its globals are plain: Jest reads every global (Object, JSON, Map ...)
// of a test through a proxy, which takes ten times as long, and Drizzle reads some of them thousands of times in a test.
// And the test files that a worker runs share one environment, as shared-runtime.cjs needs it.
const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');

const { createContext, constants } = vm;
// Jest sets FORCE_COLOR in its workers. With both variables in its environment, a process that a test starts prints a
// warning of Node.
delete process.env.NO_COLOR;
const SHARED_RUNTIME = require.resolve('./shared-runtime.cjs');

/** The environment of this worker. */
let shared;

module.exports = class PlainGlobals extends TestEnvironment {
  constructor(config, context) {
    if (shared !== undefined) {
      shared.beginFile();
      return shared;
    }
    vm.createContext = () => createContext(constants.DONT_CONTEXTIFY);
    try {
      super(config, context);
    } finally {
      vm.createContext = createContext;
    }
    // In watch mode, the program changes between two runs in one process.
    const { watch, watchAll } = config.globalConfig;
    this.isShared = config.projectConfig.runtime === SHARED_RUNTIME && !watch && !watchAll;
    if (!this.isShared) return;
    this.exit = this.global.process.exit;
    this.env = { ...this.global.process.env };
    this.names = new Set([...Reflect.ownKeys(this.global), 'console']);
    shared = this;
  }

  /** Removes what the previous test file left. */
  beginFile() {
    const { global } = this;
    global.process.exit = this.exit;
    for (const name of Object.keys(global.process.env))
      if (!(name in this.env)) delete global.process.env[name];
    Object.assign(global.process.env, this.env);
    for (const name of Reflect.ownKeys(global))
      if (!this.names.has(name)) Reflect.deleteProperty(global, name);
  }

  async teardown() {
    if (!this.isShared) await super.teardown();
    else this.fakeTimersModern.dispose();
  }
};
