import fc from 'fast-check';
import { expectedDecrease } from '../../src/core/rebound.js';
import type { PolicyContext } from '../../src/core/types.js';
import { adaScale } from '../../src/learning-rates/index.js';
import { type GaussianWalkWithReboundOptions, gaussianWalkWithRebound } from '../../src/policies/index.js';
import { logarithmic } from '../support/arbitraries.js';
import { type ContextChanges, drawContext, policyContext } from '../support/contexts.js';
import { observation } from '../support/observations.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';

const HAND = { loss: 2, drift: 1, variance: 4, batchSize: 32, degreesOfFreedom: 20 };

function decide(walkAtHand: typeof HAND, changes: ContextChanges = {}, options: GaussianWalkWithReboundOptions = {}) {
  const context = policyContext({
    facts: { baseBatchSize: 16, baseLearningRate: 0.01, datasetSize: 1000 },
    ...changes,
  });
  return gaussianWalkWithRebound(options).update(null, { walkAtHand }, context).decision;
}

const atRate = (baseLearningRate: number): ContextChanges => ({ observation: observation({ baseLearningRate }) });

test('is the m in 1..N with the largest utility per example', () => {
  const hands = fc.record({
    loss: logarithmic(0.01, 10),
    degreesOfFreedom: fc.constant(1),
    drift: logarithmic(1e-3, 10),
    variance: logarithmic(1e-2, 1e5),
    rate: logarithmic(1e-3, 1),
    datasetSize: fc.integer({ min: 10, max: 1500 }),
  });
  fc.assert(
    fc.property(hands, ({ rate, datasetSize, ...walk }) => {
      const facts = { baseBatchSize: 16, baseLearningRate: rate, datasetSize };
      const asked = decide({ ...walk, batchSize: 32 }, { ...atRate(rate), facts }).batchSize as number;
      const walker = { height: walk.loss, drift: rate * walk.drift, spread: rate * Math.sqrt(walk.variance) };
      const utilities = Array.from({ length: datasetSize }, (_, i) => expectedDecrease(walker, i + 1) / (i + 1));
      const most = Math.max(...utilities);
      expect(Number.isInteger(asked)).toBe(true);
      expect(most - (utilities[asked - 1] as number)).toBeLessThanOrEqual(1e-12 * Math.abs(most));
    }),
  );
});

test('far from the floor asks for one example, near it for more', () => {
  expect(decide(HAND).batchSize).toBe(1);
  expect(decide({ ...HAND, loss: 0.011, variance: 9 }).batchSize as number).toBeGreaterThan(1);
});

test.each([
  ['uphill', -0.1],
  ['level', 0],
])('%s every utility is negative and the literal rule takes the whole set', (_name, drift) => {
  expect(decide({ ...HAND, drift })).toEqual({
    batchSize: 1000,
    reason: 'm* = 1000: the step leads uphill, every utility is negative',
  });
});

test('without the size of the data N is the largest candidate', () => {
  const facts = { baseBatchSize: 16, baseLearningRate: 0.01 };
  expect(decide({ ...HAND, drift: -1 }, { facts, candidates: [16, 48] }).batchSize).toBe(48);
});

test('measures the height above the floor; at the floor keeps the size', () => {
  const near = { ...HAND, loss: 0.6, variance: 9 };
  expect(decide(near).batchSize).toBe(1);
  expect(decide(near, {}, { floor: 0.589 })).toEqual(decide({ ...near, loss: 0.6 - 0.589 }));
  expect(decide(near, { batchSize: 24 }, { floor: 0.6 }).batchSize).toBe(24);
  expect(decide({ ...near, loss: -0.5 }, {}, { floor: -1 })).toEqual(decide({ ...near, loss: 0.5 }));
});

test('takes the learning rate now applied', () => {
  const hand = { ...HAND, loss: 0.05, variance: 9 };
  const rule = { name: 'fourfold', factor: (size: number) => (size === 64 ? 4 : 1) };
  expect(decide(hand, { rule, batchSize: 64 })).toEqual(decide(hand, atRate(0.04)));
  expect(decide(hand, { rule, batchSize: 64 })).not.toEqual(decide(hand));
});

test('without statistics at hand keeps the size', () => {
  const policy = gaussianWalkWithRebound();
  expect(policy.update(null, {}, policyContext({ rule: adaScale() })).decision).toEqual({
    reason: 'held until the next measured step',
  });
});

test('sequential: draws until the batch is as large as its own statistics ask', () => {
  const { draw } = gaussianWalkWithRebound({ drawSize: 8 });
  expect(draw?.size).toBe(8);
  const facts = { baseBatchSize: 16, baseLearningRate: 0.01, datasetSize: 1000 };
  fc.assert(
    fc.property(logarithmic(1e-3, 1), logarithmic(0.1, 100), (loss, variance) => {
      const hand = { ...HAND, loss, variance };
      expect(draw?.target(hand, drawContext({ facts }))).toBe(decide(hand).batchSize);
    }),
  );
});

test('not sequential: the statistics set the next batch', () => {
  expect(gaussianWalkWithRebound({ sequential: false }).draw).toBeUndefined();
  const hand = { ...HAND, loss: 0.05, variance: 9 };
  expect(decide(hand, {}, { sequential: false })).toEqual(decide(hand));
});

test('a variance that rounding made negative is none', () => {
  const context: PolicyContext = policyContext();
  const walkAtHand = { ...HAND, variance: -1e-18 };
  expect(gaussianWalkWithRebound().update(null, { walkAtHand }, context).decision.batchSize).toBe(1);
});

rejects([
  [
    () => gaussianWalkWithRebound({ floor: Number.NaN }),
    'gaussianWalkWithRebound: floor',
    'a finite number >= -1.7976931348623157e+308',
    'NaN',
  ],
  [() => gaussianWalkWithRebound({ drawSize: 1 }), 'gaussianWalkWithRebound: drawSize', 'a whole number >= 2', '1'],
  [() => gaussianWalkWithRebound({ drawSize: 8.5 }), 'gaussianWalkWithRebound: drawSize', 'a whole number >= 2', '8.5'],
]);
rejectsUnknown('gaussianWalkWithRebound', gaussianWalkWithRebound);
