import fc from 'fast-check';
import { advanceProgress, gainOf, reachOf } from '../../src/core/gain.js';
import { logarithmic } from '../support/arbitraries.js';
import { ESTIMATES } from '../support/contexts.js';

const sizes = fc.integer({ min: 1, max: 10_000 });

test('the gain is (trΣ/B0 + |G|²) / (trΣ/B + |G|²)', () => {
  fc.assert(
    fc.property(logarithmic(1e-3, 1e6), logarithmic(1e-6, 1e3), sizes, sizes, (trace, norm, size, base) => {
      const expected = (trace / base + norm) / (trace / size + norm);
      expect(gainOf(trace / norm, size, base) / expected).toBeCloseTo(1, 9);
    }),
  );
  expect(gainOf(96, 32, 16)).toBe(7 / 4);
});

test('a step counts for its examples, and for as many of the base as its gain says', () => {
  const first = advanceProgress({}, { batchSize: 32 }, 16);
  expect(first).toEqual({ examples: 32, gainedExamples: 16 });
  const noise = { ...ESTIMATES.noise, noiseScale: 96 };
  expect(advanceProgress({ progress: first, noise }, { batchSize: 32 }, 16)).toEqual({
    examples: 64,
    gainedExamples: 16 + 28,
  });
});

test('the noise scale reaches 2·√((1 + ρ)/(1 − ρ)) times as far, ρ the momentum or Adam’s β₁', () => {
  expect(reachOf({})).toBe(2);
  expect(reachOf({ momentum: 0 })).toBe(2);
  expect(reachOf({ momentum: 0.6 })).toBeCloseTo(4, 12);
  expect(reachOf({ momentum: 0.9 })).toBeCloseTo(2 * Math.sqrt(19), 12);
  expect(reachOf({ momentum: 0.999 })).toBeCloseTo(2 * Math.sqrt(1999), 9);
  expect(reachOf({ momentum: 1 })).toBe(reachOf({ momentum: 0.999 }));
  expect(reachOf({ adam: { beta1: 0.8, beta2: 0.999, epsilon: 1e-7 } })).toBeCloseTo(6, 12);
  expect(reachOf({ momentum: 0, adam: { beta1: 0.8, beta2: 0.999, epsilon: 1e-7 } })).toBe(2);
});
