import fc from 'fast-check';
import { wholePower } from '../../src/core/power.js';

test.each([
  [2, 0, 1],
  [2, 1, 2],
  [2, 10, 1024],
  [0.5, 3, 0.125],
  [5, 7, 78_125],
  [1, 1e15, 1],
  [3, 10_000, Infinity],
  [0.5, 10_000, 0],
])('%d to the power %d is %d', (base, exponent, expected) => {
  expect(wholePower(base, exponent)).toBe(expected);
});

test('is the product, exact for whole numbers', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 16 }), (base, exponent) => {
      expect(wholePower(base, exponent)).toBe(Array.from({ length: exponent }).reduce<number>((x) => x * base, 1));
    }),
  );
});

test('is the product, to the last digits, for others', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.2, max: 3, noNaN: true }), fc.integer({ min: 0, max: 60 }), (base, exponent) => {
      const product = Array.from({ length: exponent }).reduce<number>((x) => x * base, 1);
      expect(Math.abs(wholePower(base, exponent) / product - 1)).toBeLessThan(1e-13);
    }),
  );
});
