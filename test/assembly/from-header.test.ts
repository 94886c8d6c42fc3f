import { assemble, describeOptions } from '../../src/assembly/assemble.js';
import { pipelineFromHeader } from '../../src/assembly/from-header.js';
import type { DecisionOptions } from '../../src/assembly/options.js';
import { clamped, informed, ramped } from '../../src/combinators/index.js';
import type { PipelineState } from '../../src/core/pipeline.js';
import type { RunFacts } from '../../src/core/types.js';
import { linear, none, squareRoot } from '../../src/learning-rates/index.js';
import * as policies from '../../src/policies/index.js';
import { formatHeader, type RunLogHeader } from '../../src/run-log/format.js';
import { throughJson } from '../support/json.js';
import { asking } from '../support/policies.js';
import { SIMULATED_FACTS, simulatedTraining } from '../support/simulated-training.js';

const { fixed, gaussianWalk, gaussianWalkWithRebound } = policies;

const headerOf = (options: DecisionOptions, facts: RunFacts = SIMULATED_FACTS): RunLogHeader =>
  JSON.parse(formatHeader({ facts, options: describeOptions(options, facts), about: {} })) as RunLogHeader;

test.each([
  ['the defaults', {}, SIMULATED_FACTS],
  ['the defaults for Adam', {}, { ...SIMULATED_FACTS, optimizer: 'adaptive' }],
  [
    'every number',
    {
      minBatchSize: 8,
      maxBatchSize: 99,
      minLearningRate: 0.001,
      maxLearningRate: 0.05,
      ladder: 1.5,
      memory: 300,
      measure: { every: 1 },
    },
    SIMULATED_FACTS,
  ],
  [
    'a combinator',
    {
      policy: clamped(ramped(gaussianWalk({ floor: 0 })), { max: 64 }),
      learningRate: linear(),
      measure: { budget: 0.3 },
    },
    SIMULATED_FACTS,
  ],
  [
    'a combinator that waits for evidence, each layer measured',
    {
      policy: informed(gaussianWalk({ floor: 0 }), { degreesOfFreedom: 6, relativeError: 0.4 }),
      measure: { budget: 0.3, route: 'microBatches', layers: true },
    },
    SIMULATED_FACTS,
  ],
  ['the published rule', { policy: gaussianWalkWithRebound(), learningRate: squareRoot() }, SIMULATED_FACTS],
] as [string, DecisionOptions, RunFacts][])(
  '%s: rebuilds the pipeline to the same decisions',
  (_name, options, facts) => {
    const pipeline = assemble(options, facts);
    const again = pipelineFromHeader(headerOf(options, facts));
    const training = simulatedTraining();
    let state = pipeline.start();
    let replayed = again.state;
    expect(replayed).toEqual(state);
    for (let i = 0; i < 200; i++) {
      const seen = training(state.decision);
      ({ state } = pipeline.advance(state, seen));
      ({ state: replayed } = again.pipeline.advance(replayed, throughJson(seen)));
      expect(replayed.decision).toEqual(state.decision);
    }
  },
);

test('begins with the state of a resumed run', () => {
  const pipeline = assemble({ policy: fixed(32) }, SIMULATED_FACTS);
  const training = simulatedTraining();
  const state = Array.from({ length: 9 }).reduce<PipelineState>(
    (before) => pipeline.advance(before, training(before.decision)).state,
    pipeline.start(),
  );
  const header = { ...headerOf({ policy: fixed(32) }), state: throughJson({ pipeline: state }) };
  expect(pipelineFromHeader(header).state).toEqual(state);
});

test('takes a policy and a rule of one’s own, which the header can only name', () => {
  const header = headerOf({ policy: asking(64), learningRate: { name: 'mine', factor: () => 3 } });
  expect(() => pipelineFromHeader(header)).toThrow(
    new RangeError(`there is no policy 'asking'; there are ${Object.keys(policies).join(', ')}`),
  );
  expect(() => pipelineFromHeader(header, { policy: asking(64) })).toThrow("there is no learning-rate rule 'mine'");
  const { pipeline, state } = pipelineFromHeader(header, { policy: asking(64), learningRate: none() });
  expect(pipeline.advance(state, simulatedTraining()(state.decision)).decision).toMatchObject({
    batchSize: 64,
    learningRate: 0.02,
  });
});
