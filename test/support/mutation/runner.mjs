import path from 'node:path';
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import { determineHitLimitReached, DryRunStatus, MutantRunStatus, TestStatus } from '@stryker-mutator/api/test-runner';
import MutationEnvironment from './environment.cjs';
import jestParts from './jest-parts.cjs';

const { createContext, readConfig, TestRunner } = jestParts;
const { currentRun } = MutationEnvironment;

/** Separates a test's file from its title. */
const separator = ' > ';

/**
 * Runs jest file by file in Stryker's worker process. A mutant meets the tests that reach it, the likeliest file first,
 * and the run ends at the first test that fails.
 *
 * @implements {import('@stryker-mutator/api/test-runner').TestRunner}
 */
class JestFileRunner {
  static inject = tokens(commonTokens.options);

  /** The test files that killed a mutant, the latest first: neighbouring mutants tend to fail in the same tests. */
  killers = [];

  constructor(options) {
    this.ignoredTests = options.mutationRun.ignoredTests;
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    // As the command jest does.
    process.env.NODE_ENV ??= 'test';
    const { default: baseConfig } = await import(path.resolve('jest.config.cjs'));
    const config = {
      ...baseConfig,
      id: 'mutation',
      rootDir: process.cwd(),
      testEnvironment: path.join(import.meta.dirname, 'environment.cjs'),
      transform: { '^.+\\.ts$': path.join(import.meta.dirname, 'transform.cjs') },
      collectCoverage: false,
    };
    delete config.coverageThreshold;
    const argv = { _: [], $0: 'jest', config: JSON.stringify(config), silent: true, runInBand: true };
    const { globalConfig, projectConfig } = await readConfig(argv, process.cwd());
    this.globalConfig = globalConfig;
    this.context = await createContext(projectConfig, { console, maxWorkers: 1, watch: false, watchman: false });
    this.testFiles = this.context.hasteFS
      .getAllFiles()
      .map((file) => path.relative(process.cwd(), file))
      .filter((file) => file.endsWith('.test.ts') && !this.ignoredTests.some((part) => file.startsWith(part)))
      .sort();
    // A mutant may leave a timer or a socket behind that throws after its tests: that is not the next mutant's failure.
    process.on('uncaughtException', () => undefined);
    process.on('unhandledRejection', () => undefined);
  }

  async dryRun() {
    const tests = [];
    const mutantCoverage = { static: {}, perTest: {} };
    for (const file of this.testFiles) {
      const { report, error } = await this.runFile(file, {});
      if (error) return { status: DryRunStatus.Error, errorMessage: `${file}: ${error}` };
      const { static: onLoad, perTest } = report.instrumentation.mutantCoverage;
      for (const { id, timeSpentMs, failureMessage } of report.tests) {
        const name = file + separator + id;
        tests.push({
          id: name,
          name,
          fileName: path.resolve(file),
          timeSpentMs: timeSpentMs + report.loadMs / report.tests.length,
          ...(failureMessage === undefined
            ? { status: TestStatus.Success }
            : { status: TestStatus.Failed, failureMessage }),
        });
        // What runs while a file loads can decide each of its tests. It loads anew for each mutant: nothing is static.
        mutantCoverage.perTest[name] = addCounts(onLoad, perTest[id] ?? {});
      }
    }
    return { status: DryRunStatus.Complete, tests, mutantCoverage };
  }

  async mutantRun({ activeMutant, sandboxFileName, testFilter, hitLimit }) {
    const selection = this.groupByFile(testFilter);
    let nrOfTests = 0;
    for (const file of this.inOrder(selection, path.relative(path.resolve('lib'), sandboxFileName))) {
      const selected = selection.get(file);
      const request = { activeMutant: activeMutant.id, hitLimit, selected, stopAtFailure: true };
      const { report, error } = await this.runFile(file, request);
      nrOfTests += report?.tests.length ?? 0;
      const hits = determineHitLimitReached(report?.instrumentation.hitCount, hitLimit);
      if (hits) return { status: MutantRunStatus.Timeout, reason: hits.reason };
      const failed = report?.tests.find(({ failureMessage }) => failureMessage !== undefined);
      if (failed || error) {
        this.killers = [file, ...this.killers.filter((other) => other !== file)];
        const killedBy = [file + separator + (failed?.id ?? [...selected][0])];
        return { status: MutantRunStatus.Killed, killedBy, failureMessage: failed?.failureMessage ?? error, nrOfTests };
      }
    }
    return { status: MutantRunStatus.Survived, nrOfTests };
  }

  /** Runs one test file as `request` says; `error` is set if it failed outside of a test, such as while it loaded. */
  async runFile(file, request) {
    Object.assign(currentRun, {
      activeMutant: undefined,
      hitLimit: undefined,
      selected: undefined,
      stopAtFailure: false,
      report: undefined,
      ...request,
    });
    // Programs that a test starts read the mutant from their environment.
    process.env.__STRYKER_ACTIVE_MUTANT__ = request.activeMutant ?? '';
    let error;
    const runner = new TestRunner(this.globalConfig, {});
    runner.on('test-file-success', ([, result]) => (error = result.testExecError));
    runner.on('test-file-failure', ([, failure]) => (error = failure));
    const watcher = { isInterrupted: () => false, isWatchMode: () => false };
    await runner.runTests([{ context: this.context, path: path.resolve(file) }], watcher, { serial: true });
    return { report: currentRun.report, error: error && (error.message ?? String(error)) };
  }

  groupByFile(testFilter) {
    if (!testFilter) return new Map(this.testFiles.map((file) => [file, undefined]));
    const selection = new Map();
    for (const name of testFilter) {
      const [file, id] = split(name);
      selection.set(file, (selection.get(file) ?? new Set()).add(id));
    }
    return selection;
  }

  /** The mutated file's own tests, then what killed lately, then its folder's tests, then the rest; few before many. */
  inOrder(selection, mutatedFile) {
    const rank = (file) => {
      const killer = this.killers.indexOf(file);
      if (killer !== -1) return killer - this.killers.length;
      if (file === `test/${mutatedFile.replace(/\.ts$/, '.test.ts')}`) return -Infinity;
      return path.dirname(file) === `test/${path.dirname(mutatedFile)}` ? 1 : 2;
    };
    const size = (file) => selection.get(file)?.size ?? 0;
    return [...selection.keys()].sort((a, b) => rank(a) - rank(b) || size(a) - size(b));
  }
}

function split(name) {
  const end = name.indexOf(separator);
  return [name.slice(0, end), name.slice(end + separator.length)];
}

function addCounts(one, other) {
  const sum = { ...one };
  for (const [mutant, count] of Object.entries(other)) sum[mutant] = (sum[mutant] ?? 0) + count;
  return sum;
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'jest-file', JestFileRunner)];

export const strykerValidationSchema = {
  properties: {
    mutationRun: {
      type: 'object',
      properties: { ignoredTests: { type: 'array', items: { type: 'string' } } },
    },
  },
};
