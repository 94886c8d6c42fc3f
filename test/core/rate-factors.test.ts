import { assemble } from '../../src/assembly/assemble.js';
import type { DecisionOptions } from '../../src/assembly/options.js';
import type { LearningRateSchedule, Policy, RunFacts } from '../../src/core/types.js';
import { linear, none } from '../../src/learning-rates/index.js';
import { throughJson } from '../support/json.js';
import { observation } from '../support/observations.js';

const FACTS: RunFacts = { baseBatchSize: 16, baseLearningRate: 0.01, momentum: 0.9 };

/** Asks for these factors on the rate, one a step; where a step has none, leaves it. */
const scaling = (scales: readonly (number | undefined)[], batchSize = 16): Policy<number> => ({
  name: 'scaling',
  init: () => 0,
  update(state) {
    const learningRateScale = scales[state];
    return {
      state: state + 1,
      decision: { batchSize, ...(learningRateScale !== undefined && { learningRateScale }), reason: 'asked' },
    };
  },
});

/** Halves the rate every 32 examples. */
const halving: LearningRateSchedule = {
  name: 'halving',
  factor: ({ examples }) => 0.5 ** Math.floor(examples / 32),
};

function factorsOver(options: DecisionOptions, steps: number, changes = {}): (number | string)[] {
  const pipeline = assemble(options, FACTS);
  let state = pipeline.start();
  return Array.from({ length: steps }, (_, i) => {
    const advanced = pipeline.advance(state, observation({ step: i + 1, ...changes }));
    state = throughJson(advanced.state);
    return advanced.error?.message ?? advanced.decision.learningRateFactor;
  });
}

test('the factor of a policy stays until it gives another, through JSON too', () => {
  const policy = scaling([undefined, 0.5, undefined, 2]);
  expect(factorsOver({ policy, learningRate: none() }, 5)).toEqual([1, 0.5, 0.5, 2, 2]);
});

test('the factors of rule, schedule and policy multiply, and the bounds hold', () => {
  const options = { policy: scaling([0.5], 64), learningRate: linear(), schedule: halving };
  expect(factorsOver(options, 4)).toEqual([2, 1, 1, 0.5]);
  const pipeline = assemble({ ...options, minLearningRate: 0.0125 }, FACTS);
  let state = pipeline.start();
  const rates = [1, 2, 3, 4].map((step) => {
    ({ state } = pipeline.advance(state, observation({ step })));
    return [state.decision.learningRate, pipeline.learningRateAt(state, 32, 0.02)];
  });
  // At 32 examples the rule gives 2 of the user's rate, not 4.
  expect(rates).toEqual([
    [0.02, 0.02],
    // A factor of 1 leaves the user's rate, which nothing bounds.
    [0.01, 0.0125],
    [0.01, 0.0125],
    [0.0125, 0.0125],
  ]);
});

test('a policy sees the factor it has put on the rate', () => {
  const seen: number[] = [];
  const policy: Policy<null> = {
    name: 'looking',
    init: () => null,
    update(state, _estimates, { learningRateAt }) {
      seen.push(learningRateAt(32));
      return { state, decision: { learningRateScale: 0.25, reason: 'a quarter' } };
    },
  };
  factorsOver({ policy, learningRate: linear() }, 2);
  expect(seen).toEqual([0.02, 0.005]);
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
  'a factor of %d on the rate is an error, and held',
  (scale) => {
    const [message, after] = factorsOver({ policy: scaling([scale, 0.5]), learningRate: none() }, 2);
    expect(message).toBe(`policy 'scaling': learningRateScale must be a finite number > 0; got ${scale}`);
    // The state of a policy that failed stands: it asks the same again.
    expect(after).toBe(message);
  },
);

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('so is a factor of %d of a schedule', (factor) => {
  const broken: LearningRateSchedule = { name: 'broken', factor: ({ examples }) => (examples === 0 ? 1 : factor) };
  const [message] = factorsOver({ learningRate: none(), schedule: broken }, 1);
  expect(message).toBe(`schedule 'broken': factor must be a finite number > 0; got ${factor}`);
});

test('after the loss jumped the ceiling bounds all of the factors together', () => {
  const pipeline = assemble({ policy: scaling([0.5], 64), learningRate: linear() }, FACTS);
  let state = pipeline.start();
  for (let step = 1; step <= 60; step++) {
    const seen = observation({ step, batchSize: 64, learningRate: 0.02, loss: step < 40 ? 1 : 100 });
    ({ state } = pipeline.advance(state, seen));
  }
  expect(state.estimates.rateCeiling).toBe(1);
  expect(state.decision.learningRateFactor).toBe(1);
});
