import fc from 'fast-check';
import type { Estimates } from '../../src/core/types.js';
import { squareRoot, surge } from '../../src/learning-rates/index.js';
import { logarithmic } from '../support/arbitraries.js';
import { ESTIMATES, RUN_FACTS } from '../support/contexts.js';

const noisy = (noiseScale: number): Estimates => ({ noise: { ...ESTIMATES.noise, noiseScale } });
const at = (batchSize: number, noiseScale: number, base = 16): number =>
  surge().factor(batchSize, base, noisy(noiseScale), RUN_FACTS);
const sizes = fc.integer({ min: 1, max: 10_000 });

test('by hand: noise scale 64, base 16', () => {
  expect(at(64, 64)).toBe(1.25);
  expect(at(256, 64)).toBe(1);
  expect(at(1024, 64)).toBeCloseTo((8 * 80) / 1088, 14);
});

test('is the published curve over its value at the base', () => {
  const published = (size: number, scale: number): number =>
    1 / (0.5 * (Math.sqrt(scale / size) + Math.sqrt(size / scale)));
  fc.assert(
    fc.property(sizes, sizes, logarithmic(1e-2, 1e6), (size, base, scale) => {
      expect(at(size, scale, base) / (published(size, scale) / published(base, scale))).toBeCloseTo(1, 9);
    }),
  );
});

test('rises up to the noise scale and falls beyond it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 5000 }), fc.integer({ min: 1, max: 5000 }), (scale, more) => {
      expect(at(scale - 1, scale)).toBeLessThan(at(scale, scale));
      expect(at(scale + more, scale)).toBeLessThan(at(scale, scale));
      expect(at(scale + more + 1, scale)).toBeLessThan(at(scale + more, scale));
    }),
  );
});

test('is the square-root rule far below the noise scale', () => {
  expect(at(256, 1e9)).toBeCloseTo(squareRoot().factor(256, 16, {}, RUN_FACTS), 5);
});

test('is 1 as long as there is no estimate, which it needs', () => {
  expect(surge().factor(512, 16, {}, RUN_FACTS)).toBe(1);
  expect(surge().needs).toEqual(['gradient']);
});
