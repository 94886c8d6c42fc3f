import fc from 'fast-check';
import { smoothedLoss } from '../../src/estimators/index.js';
import { logarithmic } from '../support/arbitraries.js';
import { plainObservation } from '../support/observations.js';

type Batch = { readonly loss: number; readonly batchSize: number };

function smoothed(memory: number, batches: readonly Batch[]): number | undefined {
  const estimator = smoothedLoss(memory);
  const seen = batches.map((batch) => plainObservation(batch));
  return estimator.estimate(seen.reduce(estimator.update, estimator.init()), plainObservation());
}

test('is the mean weighted by examples, each batch faded by the examples after it', () => {
  const batches = fc.array(fc.record({ loss: logarithmic(1e-3, 10), batchSize: fc.integer({ min: 1, max: 500 }) }), {
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(batches, logarithmic(10, 1e5), (given, memory) => {
      const after = (i: number): number => given.slice(i + 1).reduce((sum, { batchSize }) => sum + batchSize, 0);
      const weights = given.map(({ batchSize }, i) => batchSize * Math.exp(-after(i) / memory));
      const total = weights.reduce((a, b) => a + b);
      const expected = given.reduce((sum, { loss }, i) => sum + loss * (weights[i] as number), 0) / total;
      expect(smoothed(memory, given)).toBeCloseTo(expected, 10);
    }),
  );
});

test('is unbiased from the first step on and absent before it', () => {
  expect(smoothed(2000, [])).toBeUndefined();
  expect(smoothed(2000, [{ loss: 3, batchSize: 8 }])).toBe(3);
});

test('means nearly the same at any batch size', () => {
  const falling = (batchSize: number): number =>
    smoothed(
      500,
      Array.from({ length: 2048 / batchSize }, (_, i) => ({ loss: 5 - ((i + 0.5) * batchSize) / 1000, batchSize })),
    ) as number;
  expect(falling(64) / falling(8)).toBeCloseTo(1, 1);
});
