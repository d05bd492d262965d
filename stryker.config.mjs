/** They need a browser, Redis, the built package or example, or other processes: too long for a run per mutant. */
const slowTests = [
  'test/api-reference.test.ts',
  'test/browser/',
  'test/documents/',
  'test/example-app/',
  'test/express/cluster.test.ts',
  'test/frameworks/',
  'test/loading.test.ts',
  'test/recipes/',
  'test/client/replay.test.ts',
  'test/login/exit.test.ts',
  'test/login/rate-limit-memory.test.ts',
];

/** What decides a login is held by its own tests; those of the floors above would only repeat them, slowly. */
const testsAboveCore = ['test/express/', 'test/provider/', 'test/cli/', 'test/pages/'];
const isCore = !process.argv.some((argument) => /lib\/(express|pages|provider|cli|\*)/.test(argument));

/**
 * Breaks the code on purpose, one small change at a time, to see which changes no test notices:
 * npm run mutation -- 'lib/login/*.ts'
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  plugins: ['./test/support/mutation/runner.mjs'],
  testRunner: 'jest-file',
  mutationRun: { ignoredTests: [...slowTests, ...(isCore ? testsAboveCore : [])] },
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
