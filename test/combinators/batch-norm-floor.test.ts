import fc from 'fast-check';
import { assemble } from '../../src/assembly/assemble.js';
import { batchNormFloor } from '../../src/combinators/index.js';
import type { Policy, RunFacts } from '../../src/core/types.js';
import { fixed } from '../../src/policies/index.js';
import { drawContext, policyContext } from '../support/contexts.js';
import { plainObservation } from '../support/observations.js';
import { answering, asking, drawing, greedy } from '../support/policies.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';

const FACTS: RunFacts = { baseBatchSize: 16, baseLearningRate: 0.01 };
const NORMALIZED: RunFacts = { ...FACTS, hasBatchNorm: true };
const decide = (policy: Policy<null>, min?: number, changes = {}) =>
  batchNormFloor(policy, min === undefined ? {} : { min }).update(
    null,
    {},
    policyContext({ facts: NORMALIZED, ...changes }),
  ).decision;

test('without batch normalization it changes nothing', () => {
  for (const asked of [1, 16, 63, 64, undefined]) {
    expect(decide(asking(asked), 64, { facts: FACTS })).toEqual(
      asking(asked).update(null, {}, policyContext()).decision,
    );
  }
  expect(decide(greedy('first'), 64, { facts: FACTS }).batchSize).toBe(16);
});

test('with it, what is below 64 goes to 64', () => {
  expect(decide(asking(16))).toEqual({ batchSize: 64, reason: 'asked; 16 is too small for batch normalization: 64' });
  expect(decide(asking(63)).batchSize).toBe(64);
  expect(decide(asking(64))).toEqual({ batchSize: 64, reason: 'asked' });
  expect(decide(asking(100))).toEqual({ batchSize: 100, reason: 'asked' });
});

test('a hold below it is no hold', () => {
  expect(decide(asking(undefined)).batchSize).toBe(64);
  expect(decide(asking(undefined), 64, { batchSize: 128 })).toEqual({ reason: 'asked' });
});

test('gives candidates: the least from there on, else the largest, but never less than was asked for', () => {
  expect(decide(asking(16), 100).batchSize).toBe(128);
  expect(decide(asking(16), 64, { candidates: [8, 24, 48] }).batchSize).toBe(48);
  expect(decide(asking(50), 64, { candidates: [8, 24, 48] })).toEqual({ batchSize: 50, reason: 'asked' });
});

test('offers only candidates from there on; all of them where there is none', () => {
  expect(decide(greedy('first')).batchSize).toBe(64);
  expect(decide(greedy('first'))).toEqual({ batchSize: 64, reason: 'the first' });
  expect(decide(greedy('first'), 64, { candidates: [8, 24] }).reason).toBe(
    'the first; 8 is too small for batch normalization: 24',
  );
});

test('starts, draws and scales the rate within it', () => {
  const context = drawContext({ facts: NORMALIZED });
  const policy = batchNormFloor(drawing(16, 20));
  expect(policy.start?.(context)).toBe(64);
  expect(policy.draw?.target({ loss: 1, drift: 1, variance: 1, batchSize: 8, degreesOfFreedom: 9 }, context)).toBe(64);
  expect(policy.start?.(drawContext({ facts: FACTS }))).toBe(16);
  const scaled = batchNormFloor(answering({ batchSize: 16, learningRateScale: 0.5 }));
  expect(scaled.update(0, {}, policyContext({ facts: NORMALIZED })).decision).toMatchObject({
    ...{ batchSize: 64, learningRateScale: 0.5 },
  });
});

test('no batch of a normalized training is smaller, whatever the policy asks for', () => {
  const asked = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(asked, fc.integer({ min: 1, max: 512 }), (sizes, min) => {
      const policy = batchNormFloor(answering(...sizes.map((batchSize) => ({ batchSize }))), { min });
      const pipeline = assemble({ policy }, NORMALIZED);
      let state = pipeline.start();
      for (const _ of sizes) {
        expect(state.decision.batchSize).toBeGreaterThanOrEqual(min);
        ({ state } = pipeline.advance(state, plainObservation({ batchSize: state.decision.batchSize })));
      }
    }),
  );
});

test("the loop's own bound for batch normalization, and the user's, stay above it", () => {
  const sizeWith = (min: number, bounds: object) =>
    assemble({ policy: batchNormFloor(fixed(1), { min }), ...bounds }, NORMALIZED).start().decision.batchSize;
  expect(sizeWith(4, { minBatchSize: 16 })).toBe(16);
  expect(sizeWith(64, { minBatchSize: 16, maxBatchSize: 32 })).toBe(32);
});

test('its description holds the default', () => {
  expect(batchNormFloor(asking(1)).options).toEqual({ min: 64, policy: { name: 'asking', options: {} } });
});

rejects([
  [() => batchNormFloor(asking(1), { min: 0 }), 'batchNormFloor: min', 'a whole number >= 1', '0'],
  [() => batchNormFloor(asking(1), { min: 2.5 }), 'batchNormFloor: min', 'a whole number >= 1', '2.5'],
]);
rejectsUnknown('batchNormFloor', (options) => batchNormFloor(asking(1), options));
