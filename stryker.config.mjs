/**
 * Breaks the code on purpose, one small change at a time, to see which changes no test notices:
 * npm run mutation -- 'lib/login/*.ts'
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  plugins: ['./test/support/mutation/runner.mjs'],
  testRunner: 'jest-file',
  // Tests that need a browser, Redis or the built example take too long for a run per mutant.
  mutationRun: { ignoredTests: ['test/browser/', 'test/example-app/', 'test/express/cluster.test.ts'] },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // The words of a page or an error are no behaviour that a mutant could break.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignorePatterns: ['/dist', '/coverage', '/reports', '/example-app/dist', '/example-app/.data'],
  incremental: true,
  incrementalFile: 'reports/mutation/incremental.json',
  reporters: ['clear-text'],
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
  allowConsoleColors: false,
  checkers: [],
  disableTypeChecks: false,
  timeoutMS: 20_000,
  timeoutFactor: 2,
  tempDirName: '.stryker-tmp',
};
