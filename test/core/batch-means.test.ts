import fc from 'fast-check';
import { fallOf, meanOfMeans } from '../../src/core/batch-means.js';
import { sampleVariance } from '../support/random.js';

const numbers = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 3, maxLength: 12 });

test('by hand', () => {
  expect(meanOfMeans([1, 2, 6])).toEqual({ mean: 3, standardError: Math.sqrt(7 / 3) });
  // y = 5 − 2x through 5, 3, 1: falls by 2 a stretch, 6 over the three.
  expect(fallOf([5, 3, 1])).toEqual({ fall: 6, standardError: 0 });
  // Slope −1.5, left over (.5, −1, .5)/... : 4, 1, 1 is 2 + (−1.5)(i − 1) and 0.5, −1, 0.5: 3·√(1.5/1/2).
  expect(fallOf([4, 1, 1]).fall).toBeCloseTo(4.5, 12);
  expect(fallOf([4, 1, 1]).standardError).toBeCloseTo(3 * Math.sqrt(1.5 / 2), 12);
});

test('the standard error of a mean is √(s²/n)', () => {
  fc.assert(
    fc.property(numbers, (values) => {
      expect(meanOfMeans(values).standardError).toBeCloseTo(Math.sqrt(sampleVariance(values) / values.length), 9);
    }),
  );
});

test('no other line leaves smaller squares', () => {
  fc.assert(
    fc.property(numbers, fc.double({ min: -1, max: 1, noNaN: true }), (values, tilt) => {
      const { mean } = meanOfMeans(values);
      const middle = (values.length - 1) / 2;
      const left = (slope: number): number =>
        values.reduce((sum, y, i) => sum + (y - mean - slope * (i - middle)) ** 2, 0);
      const slope = -fallOf(values).fall / values.length;
      expect(left(slope)).toBeLessThanOrEqual(left(slope + tilt) + 1e-9);
      const error = fallOf(values).standardError / values.length;
      const spread = values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
      expect(error).toBeCloseTo(Math.sqrt(left(slope) / (values.length - 2) / spread), 9);
    }),
  );
});
