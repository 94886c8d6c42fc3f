import fc from 'fast-check';
import type { RunFacts } from '../../src/core/types.js';
import { linear, noiseMatched } from '../../src/learning-rates/index.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';

const facts = (datasetSize?: number): RunFacts => ({
  ...{ baseBatchSize: 16, baseLearningRate: 0.01, momentum: 0.9 },
  ...(datasetSize !== undefined && { datasetSize }),
});
const at = (size: number, base: number, datasetSize?: number, options = {}): number =>
  noiseMatched(options).factor(size, base, {}, facts(datasetSize));

test('by hand: 1,000 examples, base 10', () => {
  // (100 − 1)/(20 − 1)
  expect(at(50, 10, 1000)).toBeCloseTo(99 / 19, 12);
  expect(at(100, 10, 1000)).toBeCloseTo(11, 12);
  expect(at(5, 10, 1000)).toBeCloseTo(99 / 199, 12);
});

test('keeps η·(N/B − 1)/(1 − ρ) up to a tenth of the data', () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 1_000_000 }), fc.nat(), fc.nat(), (datasetSize, one, other) => {
      const most = Math.floor(datasetSize / 10);
      const [size, base] = [1 + (one % most), 1 + (other % most)];
      const noiseAt = (batchSize: number, rate: number): number => (rate * (datasetSize / batchSize - 1)) / (1 - 0.9);
      expect(noiseAt(size, at(size, base, datasetSize)) / noiseAt(base, 1)).toBeCloseTo(1, 9);
    }),
  );
});

test('stops growing at the share of the data', () => {
  const most = at(100, 10, 1000);
  for (const size of [101, 500, 999, 1000]) expect(at(size, 10, 1000)).toBe(most);
  expect(at(99, 10, 1000)).toBeLessThan(most);
  expect(at(500, 10, 1000, { mostShare: 0.5 })).toBeCloseTo(99, 12);
  expect(at(1000, 10, 1000, { mostShare: 0.5 })).toBe(at(500, 10, 1000, { mostShare: 0.5 }));
  // A base above the share counts as the share.
  expect(at(1000, 200, 1000)).toBe(1);
  expect(at(50, 200, 1000)).toBeCloseTo(9 / 19, 12);
});

test('is the linear rule where the size of the data is not known, and nearly so where it is large', () => {
  expect(at(77, 16)).toBe(linear().factor(77, 16, {}, facts()));
  expect(at(64, 16, 1e9)).toBeCloseTo(4, 6);
});

test('says what it was given', () => {
  expect(noiseMatched().options).toEqual({ mostShare: 0.1 });
  expect(noiseMatched({ mostShare: 0.001 }).options).toEqual({ mostShare: 0.001 });
  expect(noiseMatched({ mostShare: 0.9 }).options).toEqual({ mostShare: 0.9 });
});

rejects([
  [() => noiseMatched({ mostShare: 0 }), 'noiseMatched: mostShare', 'between 0.001 and 0.9', '0'],
  [() => noiseMatched({ mostShare: 0.0009 }), 'noiseMatched: mostShare', 'between 0.001 and 0.9', '0.0009'],
  [() => noiseMatched({ mostShare: 0.91 }), 'noiseMatched: mostShare', 'between 0.001 and 0.9', '0.91'],
]);
rejectsUnknown('noiseMatched', noiseMatched);
