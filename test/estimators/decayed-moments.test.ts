import fc from 'fast-check';
import {
  addReading,
  type DecayedMoments,
  keepAfter,
  NO_MOMENTS,
  standardError,
} from '../../src/estimators/decayed-moments.js';
import { mean, normal, sampleVariance, uniform } from '../support/random.js';

type Reading = { readonly x: number; readonly weight: number; readonly keep: number };

function momentsOf(readings: readonly Reading[]): DecayedMoments {
  return readings.reduce((moments, { x, weight, keep }) => addReading(moments, x, weight, keep), NO_MOMENTS);
}

const readings = fc.array(
  fc.record({
    x: fc.double({ min: -100, max: 100, noNaN: true }),
    weight: fc.double({ min: 0.5, max: 500, noNaN: true }),
    keep: fc.double({ min: 0.05, max: 1, noNaN: true }),
  }),
  { minLength: 1, maxLength: 40 },
);

test('is the weighted mean and spread with the weights faded one by one', () => {
  fc.assert(
    fc.property(readings, (given) => {
      const faded = given.map(({ weight }, i) => given.slice(i + 1).reduce((left, { keep }) => left * keep, weight));
      const sum = (f: (x: number, weight: number) => number): number =>
        given.reduce((total, { x }, i) => total + f(x, faded[i] as number), 0);
      const weight = sum((_x, w) => w);
      const middle = sum((x, w) => w * x) / weight;
      const found = momentsOf(given);
      expect(found.weight / weight).toBeCloseTo(1, 10);
      expect(found.squaredWeight / sum((_x, w) => w * w)).toBeCloseTo(1, 10);
      expect(found.mean).toBeCloseTo(middle, 9);
      expect(found.spread / weight).toBeCloseTo(sum((x, w) => w * (x - middle) ** 2) / weight, 7);
    }),
  );
});

describe('standardError', () => {
  const equal = (xs: readonly number[]): DecayedMoments => momentsOf(xs.map((x) => ({ x, weight: 16, keep: 1 })));

  test('of n equal weights is that of the textbook, s/√n', () => {
    const gaussian = normal(uniform(1));
    const xs = Array.from({ length: 30 }, gaussian);
    expect(standardError(equal(xs))).toBeCloseTo(Math.sqrt(sampleVariance(xs) / 30), 12);
  });

  test('is infinite as long as one reading carries the weight', () => {
    expect(standardError(equal([3]))).toBe(Infinity);
    expect(standardError(addReading(equal([3]), 4, 1, 0))).toBe(Infinity);
  });

  test('of a fading mean is the spread of that mean over many runs', () => {
    const gaussian = normal(uniform(2));
    const ends = Array.from({ length: 400 }, () =>
      momentsOf(Array.from({ length: 60 }, () => ({ x: gaussian(), weight: 1, keep: 0.9 }))),
    );
    const claimed = mean(ends.map((moments) => standardError(moments) ** 2));
    const actual = sampleVariance(ends.map((moments) => moments.mean));
    expect(claimed / actual).toBeGreaterThan(0.8);
    expect(claimed / actual).toBeLessThan(1.25);
  });
});

test('keepAfter fades by examples, but never below the least number of readings', () => {
  const memory = { memory: 1000, leastReadings: 4 };
  expect(keepAfter(100, memory)).toBeCloseTo(Math.exp(-0.1), 15);
  expect(keepAfter(250, memory)).toBeCloseTo(Math.exp(-0.25), 15);
  expect(keepAfter(9999, memory)).toBeCloseTo(Math.exp(-0.25), 15);
  expect(keepAfter(-5, memory)).toBe(1);
  expect(keepAfter(100, memory) ** 2).toBeCloseTo(keepAfter(200, memory), 15);
});
