// Jest's own packages, in the versions that jest itself uses: they are not dependencies of this package.
const { createRequire } = require('node:module');

const fromJest = createRequire(require.resolve('jest'));
const fromCore = createRequire(fromJest.resolve('@jest/core'));
const fromConfig = createRequire(fromCore.resolve('jest-config'));

module.exports = {
  readConfig: fromCore('jest-config').readConfig,
  createContext: fromCore('jest-runtime').default.createContext,
  TestRunner: fromConfig('jest-runner').default,
  TestEnvironment: fromConfig('jest-environment-node').TestEnvironment,
};
