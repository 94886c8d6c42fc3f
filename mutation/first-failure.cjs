const environment = require('@stryker-mutator/jest-runner/jest-env/node');

const Environment = environment.default ?? environment;

/** Skips what is left of a file once a test in it has failed: the mutant is killed. */
module.exports = class FirstFailure extends Environment {
  hasFailed = false;

  async handleTestEvent(event, state) {
    if (event.name === 'test_fn_failure' || event.name === 'hook_failure') this.hasFailed = true;
    if (event.name === 'test_start' && this.hasFailed) event.test.mode = 'skip';
    await super.handleTestEvent?.(event, state);
  }
};
