import fc from 'fast-check';
import { adamSquareRoot } from '../../src/learning-rates/index.js';
import { logarithmic } from '../support/arbitraries.js';
import { RUN_FACTS } from '../support/contexts.js';

const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const at = (batchSize: number, adam = ADAM) => adamSquareRoot().adamParameters?.(batchSize, 16, adam);

test.each([
  [16, 1],
  [64, 2],
  [4, 0.5],
])('the rate at %d of 16 examples is %d of the base', (batchSize, factor) => {
  expect(adamSquareRoot().factor(batchSize, 16, {}, RUN_FACTS)).toBe(factor);
});

test('at four times the base: 1 − β fourfold, ε halved', () => {
  const { beta1 = 0, beta2 = 0, epsilon } = at(64) ?? {};
  expect(beta1).toBeCloseTo(0.6, 14);
  expect(beta2).toBeCloseTo(0.996, 14);
  expect(epsilon).toBe(5e-8);
});

test('at a quarter of the base: 1 − β a quarter, ε doubled', () => {
  const { beta1 = 0, beta2 = 0, epsilon } = at(4) ?? {};
  expect(beta1).toBeCloseTo(0.975, 14);
  expect(beta2).toBeCloseTo(0.99975, 14);
  expect(epsilon).toBe(2e-7);
});

test('at the base what the user made Adam of, to the last bit', () => {
  expect(at(16)).toBe(ADAM);
});

test('from k(1 − β) = 1 on β is 0', () => {
  const halves = { beta1: 0.75, beta2: 0.875, epsilon: 1 };
  expect(at(60, halves)?.beta1).toBe(1 - 3.75 / 4);
  expect(at(64, halves)).toEqual({ beta1: 0, beta2: 0.5, epsilon: 0.5 });
  expect(at(128, halves)).toMatchObject({ beta1: 0, beta2: 0 });
  expect(at(4096, halves)).toMatchObject({ beta1: 0, beta2: 0 });
});

test('the means remember as many examples at every size, until they remember one batch only', () => {
  const beta = fc.double({ min: 0.5, max: 0.9999, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4096 }), fc.integer({ min: 1, max: 4096 }), beta, (size, base, beta1) => {
      const scaled = adamSquareRoot().adamParameters?.(size, base, { ...ADAM, beta1 })?.beta1 as number;
      // 1 - scaled can be as small as 1e-4 / 4096, where a double holds it to 5e-9.
      expect(size / (1 - scaled) / Math.max(base / (1 - beta1), size)).toBeCloseTo(1, 7);
      expect(scaled >= 0 && scaled < 1).toBe(true);
    }),
  );
});

test('noise in the step, over ε, is the same at every size: ε·√k is constant', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4096 }), logarithmic(1e-10, 1), (size, epsilon) => {
      const scaled = at(size, { ...ADAM, epsilon })?.epsilon as number;
      expect((scaled * Math.sqrt(size / 16)) / epsilon).toBeCloseTo(1, 12);
    }),
  );
});
