import fc from 'fast-check';
import { advanceProgress, gainOf } from '../../src/core/gain.js';
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
