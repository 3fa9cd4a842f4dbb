// Jest reads every global (Object, JSON, Map ...) of a test through a proxy, which takes ten times as long; Drizzle reads
// some of them thousands of times in a test. This is Jest's environment for Node, in a context whose globals are plain.
const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');

const { createContext, constants } = vm;

module.exports = class PlainGlobals extends TestEnvironment {
  constructor(config, context) {
    vm.createContext = () => createContext(constants.DONT_CONTEXTIFY);
    try {
      super(config, context);
    } finally {
      vm.createContext = createContext;
    }
  }
};
