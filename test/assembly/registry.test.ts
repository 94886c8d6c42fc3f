import fc from 'fast-check';
import { assemble } from '../../src/assembly/assemble.js';
import { type Description, learningRateFrom, policyFrom, scheduleFrom } from '../../src/assembly/registry.js';
import * as combinators from '../../src/combinators/index.js';
import {
  asLearningRate,
  batchNormFloor,
  clamped,
  cooled,
  followed,
  generalizationGuard,
  informed,
  laddered,
  lossMatched,
  maxOf,
  minOf,
  noiseKept,
  oscillationDamped,
  ramped,
  steadied,
  traced,
  warmedUp,
} from '../../src/combinators/index.js';
import { describePolicy } from '../../src/combinators/restricted.js';
import type {
  Decision,
  LearningRateRule,
  LearningRateSchedule,
  Policy,
  StepObservation,
} from '../../src/core/types.js';
import * as rules from '../../src/learning-rates/index.js';
import * as policies from '../../src/policies/index.js';
import * as schedules from '../../src/schedules/index.js';
import { throughJson } from '../support/json.js';
import { anyRun } from '../support/observations.js';
import { SIMULATED_FACTS } from '../support/simulated-training.js';

/** With an Adam, for the rule that needs one. */
const FACTS = { ...SIMULATED_FACTS, adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } };

function decisions(
  policy: Policy,
  learningRate: LearningRateRule,
  run: readonly StepObservation[],
  schedule: LearningRateSchedule = schedules.constant(),
): Decision[] {
  const pipeline = assemble({ policy, learningRate, schedule }, FACTS);
  let state = pipeline.start();
  return run.map((seen) => {
    ({ state } = pipeline.advance(state, seen));
    return state.decision;
  });
}

const { fixed, gaussianWalk, gaussianWalkWithRebound, growOnPlateau, lossDamping, smallBatch, stages, throughputKnee } =
  policies;
const { cabs, goodput, gradientDiversity, gradientSimilarity } = policies;
const { innerProductTest, noiseScale, normTest } = policies;
const { growWhenStationary, progressRate } = policies;
const POLICIES = [
  cabs({ factor: 2, floor: 0.1 }),
  fixed(),
  fixed(40),
  gaussianWalk(),
  gaussianWalk({ floor: -0.5, minGain: 1.2 }),
  gaussianWalkWithRebound({ drawSize: 8, floor: 0.1 }),
  gaussianWalkWithRebound({ sequential: false }),
  growOnPlateau(),
  growOnPlateau({ factor: 2, patience: { examples: 300 }, minDelta: 0.01, cooldown: { examples: 100 } }),
  lossDamping(),
  lossDamping({ floor: -1, settle: 10, exact: true }),
  smallBatch(),
  smallBatch({ min: 8, max: 64, efficiency: 0.9 }),
  stages(),
  stages({ every: { examples: 1000 }, batchFactor: 3, rateFactor: 0.5 }),
  stages({
    at: [
      { epochs: 1, batchSize: 40, learningRateScale: 0.5 },
      { epochs: 3, batchFactor: 4 },
    ],
  }),
  stages({ ramp: { from: 8, to: 40, increment: 8, examples: 1500 } }),
  throughputKnee(),
  throughputKnee({ share: 0.5 }),
  goodput({ minGain: 1.2 }),
  gradientDiversity({ factor: 0.5, atEpochEnds: false }),
  gradientSimilarity({ target: 0.2, grow: 1.5, shrink: 0.7 }),
  innerProductTest({ theta: 0.5, nu: 2, shrink: true }),
  noiseScale({ factor: 0.5 }),
  normTest({ theta: 0.5, shrink: true }),
  growWhenStationary(),
  growWhenStationary({ test: 'pflug', window: 200, confidence: 0.6, needsFlatLoss: false, factor: 1.5 }),
  growWhenStationary({ test: 'yaida', window: 100, tolerance: 2 }),
  progressRate(),
  progressRate({ window: 100, rest: 50, evidence: 0.5, floor: -0.5 }),
  clamped(gaussianWalk(), { max: 128 }),
  laddered(gaussianWalkWithRebound({ sequential: false }), { factor: 3 }),
  steadied(ramped(gaussianWalk(), { factor: 4 })),
  informed(gaussianWalk()),
  ramped(informed(gaussianWalk(), { degreesOfFreedom: 4, relativeError: 0.3 })),
  cooled(clamped(laddered(ramped(steadied(gaussianWalkWithRebound(), { factor: 1.1 })), { factor: 1.5 }), { min: 4 }), {
    steps: 3,
  }),
  asLearningRate(gaussianWalk(), { leastScale: 0.1, mostScale: 2 }),
  batchNormFloor(gaussianWalk(), { min: 32 }),
  followed([gaussianWalk(), fixed(1)], { afterExamples: 300 }),
  followed([gaussianWalk(), fixed(1)], { afterEpochs: 2, belowLoss: -1, atLargestFor: 900 }),
  generalizationGuard(gaussianWalk(), { tolerance: 0.01, rest: 2 }),
  lossMatched(gaussianWalk(), { share: 0.5, window: 100 }),
  lossMatched(fixed(40), { floor: 0.1, most: 4 }),
  maxOf([fixed(24), gaussianWalk(), fixed(40)]),
  minOf([gaussianWalkWithRebound(), fixed(40)]),
  noiseKept(gaussianWalk(), { window: 100, smallness: 1 }),
  oscillationDamped(gaussianWalk(), { window: 50, evidence: 0 }),
  traced(gaussianWalk(), { label: 'the walk' }),
  warmedUp(gaussianWalk(), { examples: 500, factor: 0.1 }),
  // Several in one in several.
  maxOf([
    clamped(minOf([gaussianWalk(), cooled(fixed(64))]), { max: 90 }),
    followed([fixed(8), fixed(9)], { belowLoss: 1 }),
  ]),
] as unknown as Policy[];

test('the table holds every policy and combinator', () => {
  const text = JSON.stringify(POLICIES.map(describePolicy));
  for (const name of [...Object.keys(policies), ...Object.keys(combinators)]) expect(text).toContain(`"${name}"`);
});

test.each(POLICIES.map((policy) => [JSON.stringify(describePolicy(policy)), policy] as const))(
  'rebuilds %s from its JSON to the same decisions',
  (text, policy) => {
    const description = JSON.parse(text) as Description;
    const again = policyFrom(description);
    expect(describePolicy(again)).toEqual(describePolicy(policy));
    expect(again.draw?.size).toBe(policy.draw?.size);
    fc.assert(
      fc.property(anyRun, (run) => {
        expect(decisions(again, rules.linear(), run)).toEqual(decisions(policy, rules.linear(), run));
      }),
      { numRuns: 10 },
    );
  },
);

const RULES = [
  rules.adaScale(),
  rules.adaScale({ power: 0.5 }),
  rules.adamSquareRoot(),
  rules.linear(),
  rules.noiseMatched(),
  rules.noiseMatched({ mostShare: 0.5 }),
  rules.none(),
  rules.squareRoot(),
  rules.surge(),
];

test('the table holds every rule', () => {
  expect(new Set(RULES.map(({ name }) => name))).toEqual(new Set(Object.keys(rules)));
});

test.each(RULES)('rebuilds $name $options from its JSON to the same decisions', (rule) => {
  const again = learningRateFrom(throughJson({ name: rule.name, options: rule.options ?? {} }));
  expect(again.options ?? {}).toEqual(rule.options ?? {});
  fc.assert(
    fc.property(anyRun, (run) => {
      const policy = gaussianWalk() as Policy;
      expect(decisions(policy, again, run)).toEqual(decisions(policy, rule, run));
    }),
    { numRuns: 10 },
  );
});

const FIXED = { name: 'fixed', options: {} };
const SCHEDULES = [
  schedules.bottou(),
  schedules.bottou({ lambda: 0.5, clock: 'gainedExamples' }),
  schedules.constant(),
  schedules.cosine(),
  schedules.cosine({ examples: 640, floor: 0.2, clock: 'gainedExamples' }),
  schedules.inverseTime(),
  schedules.inverseTime({ decay: 3, over: { examples: 100 } }),
  schedules.step(),
  schedules.step({ every: { examples: 160 }, factor: 0.5, floor: 0.1 }),
  schedules.step({ at: [{ epochs: 0.02 }, { examples: 400 }] }),
];

test('the table holds every schedule', () => {
  expect(new Set(SCHEDULES.map(({ name }) => name))).toEqual(new Set(Object.keys(schedules)));
});

test.each(SCHEDULES)('rebuilds the schedule $name $options from its JSON to the same decisions', (schedule) => {
  const again = scheduleFrom(throughJson({ name: schedule.name, options: schedule.options ?? {} }));
  expect(again.options).toEqual(schedule.options);
  fc.assert(
    fc.property(anyRun, (run) => {
      const policy = gaussianWalk() as Policy;
      const decided = decisions(policy, rules.linear(), run, schedule);
      expect(decisions(policy, rules.linear(), run, again)).toEqual(decided);
    }),
    { numRuns: 10 },
  );
});

test.each([
  [
    { name: 'gausianWalk', options: {} },
    `there is no policy 'gausianWalk'; there are ${Object.keys(policies).join(', ')}`,
  ],
  [{ name: 'toString', options: {} }, "there is no policy 'toString'"],
  [{ name: 'clamped', options: {} }, "there is no policy 'clamped'"],
  [
    { name: 'wrapped', options: { policy: { name: 'fixed', options: {} } } },
    "there is no combinator 'wrapped'; there are asLearningRate, batchNormFloor, clamped, cooled, followed, generalizationGuard, informed, laddered, lossMatched, maxOf, minOf, noiseKept, oscillationDamped, ramped, steadied, traced, warmedUp",
  ],
  [{ name: 'clamped', options: { policy: 'fixed' } }, "combinator 'clamped': its policy has no name"],
  [{ name: 'clamped', options: { policy: { name: 'lost', options: {} } } }, "there is no policy 'lost'"],
  [{ name: 'clamped', options: { policies: [FIXED, FIXED] } }, 'a combinator must be given a policy; got a list of 2'],
  [{ name: 'maxOf', options: { policy: FIXED } }, 'maxOf: policies must be a list of at least two; got no list'],
  [{ name: 'maxOf', options: { policies: [FIXED] } }, 'maxOf: policies must be a list of at least two; got 1'],
  [{ name: 'minOf', options: { policies: ['fixed'] } }, "combinator 'minOf': its policy has no name"],
  [{ name: 'gaussianWalk', options: { minGain: 0 } }, 'gaussianWalk: minGain must be a finite number >= 1; got 0'],
  [{ name: 'gaussianWalk', options: { mingain: 2 } }, "gaussianWalk has no option 'mingain'"],
] as const)('rejects the policy %j', (description, message) => {
  expect(() => policyFrom(description as Description)).toThrow(RangeError);
  expect(() => policyFrom(description as Description)).toThrow(message);
});

test('rejects an unknown rule', () => {
  expect(() => learningRateFrom({ name: 'adascale', options: {} })).toThrow(
    new RangeError(
      "there is no learning-rate rule 'adascale'; there are adaScale, adamSquareRoot, linear, noiseMatched, none, squareRoot, surge",
    ),
  );
  expect(() => learningRateFrom({ name: 'adaScale', options: { power: 3 } })).toThrow(RangeError);
});

test('rejects an unknown schedule', () => {
  expect(() => scheduleFrom({ name: 'cosin', options: {} })).toThrow(
    new RangeError("there is no schedule 'cosin'; there are bottou, constant, cosine, inverseTime, step"),
  );
  expect(() => scheduleFrom({ name: 'cosine', options: { steps: 3 } })).toThrow("cosine has no option 'steps': a step");
});
