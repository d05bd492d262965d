const { TestEnvironment } = require('./jest-parts.cjs');

/** What the runner asks of the next test file, and what the file's environment reports; both run in one process. */
const currentRun = {
  activeMutant: undefined,
  hitLimit: undefined,
  selected: undefined,
  stopAtFailure: false,
  report: undefined,
};

/**
 * Runs one test file for Stryker: activates the mutant before modules load, runs the selected tests, skips the rest
 * after the first failure, and reports each test with the mutants that it reached.
 */
class MutationEnvironment extends TestEnvironment {
  static currentRun = currentRun;

  constructor(config, context) {
    super(config, context);
    const { activeMutant, hitLimit } = currentRun;
    this.loadStarted = performance.now();
    this.ids = new Map();
    this.seen = new Set();
    this.tests = [];
    this.failed = false;
    // Instrumented code counts what runs outside of a test, while modules load and in beforeAll, as static.
    this.instrumentation = { activeMutant, hitLimit, hitCount: hitLimit === undefined ? undefined : 0 };
    this.instrumentation.mutantCoverage = { static: {}, perTest: {} };
    this.global.__stryker__ = this.instrumentation;
    currentRun.report = { tests: this.tests, loadMs: 0, instrumentation: this.instrumentation };
  }

  handleTestEvent(event, state) {
    if (event.name === 'run_start') {
      currentRun.report.loadMs = performance.now() - this.loadStarted;
      this.identify(state.rootDescribeBlock, '');
    } else if (event.name === 'test_start') {
      if (this.failed && currentRun.stopAtFailure) event.test.mode = 'skip';
      this.instrumentation.currentTestId = this.ids.get(event.test);
    } else if (event.name === 'test_done') {
      this.instrumentation.currentTestId = undefined;
      const { errors, duration } = event.test;
      this.failed ||= errors.length > 0;
      this.tests.push({
        id: this.ids.get(event.test),
        timeSpentMs: duration ?? 0,
        failureMessage: errors.length > 0 ? describeError(errors[0]) : undefined,
      });
    }
  }

  /** Names each test by its title, numbered where a file has a title twice, and deselects those that shall not run. */
  identify(block, prefix) {
    for (const child of block.children) {
      const title = `${prefix} ${child.name}`;
      if (child.type === 'describeBlock') {
        this.identify(child, title);
        continue;
      }
      let id = title.trim();
      for (let count = 2; this.seen.has(id); count += 1) id = `${title.trim()} (${count})`;
      this.seen.add(id);
      this.ids.set(child, id);
      if (currentRun.selected && !currentRun.selected.has(id)) child.mode = 'skip';
    }
  }
}

function describeError(error) {
  const cause = Array.isArray(error) ? (error[0] ?? error[1]) : error;
  return String(cause?.message ?? cause);
}

module.exports = MutationEnvironment;
