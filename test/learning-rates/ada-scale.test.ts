import fc from 'fast-check';
import type { Estimates } from '../../src/core/types.js';
import { adaScale } from '../../src/learning-rates/index.js';
import { logarithmic } from '../support/arbitraries.js';
import { ESTIMATES, RUN_FACTS } from '../support/contexts.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';

const noisy = (noiseScale: number): Estimates => ({ noise: { ...ESTIMATES.noise, noiseScale } });
const sizes = fc.integer({ min: 1, max: 10_000 });

test('is (trΣ/B0 + |G|²) / (trΣ/B + |G|²)', () => {
  fc.assert(
    fc.property(logarithmic(1e-3, 1e6), logarithmic(1e-6, 1e3), sizes, sizes, (trace, norm, size, base) => {
      const expected = (trace / base + norm) / (trace / size + norm);
      expect(adaScale().factor(size, base, noisy(trace / norm), RUN_FACTS) / expected).toBeCloseTo(1, 9);
      expect(
        adaScale({ power: 0.5 }).factor(size, base, noisy(trace / norm), RUN_FACTS) / Math.sqrt(expected),
      ).toBeCloseTo(1, 9);
    }),
  );
});

test('lies between 1 and k = B/B0', () => {
  fc.assert(
    fc.property(logarithmic(1e-6, 1e12), sizes, sizes, (noiseScale, size, base) => {
      const factor = adaScale().factor(size, base, noisy(noiseScale), RUN_FACTS);
      const [low, high] = size > base ? [1, size / base] : [size / base, 1];
      expect(factor).toBeGreaterThanOrEqual(low * (1 - 1e-12));
      expect(factor).toBeLessThanOrEqual(high * (1 + 1e-12));
    }),
  );
});

test('is near k where noise rules and near 1 where more examples add nothing', () => {
  expect(adaScale().factor(256, 16, noisy(1e9), RUN_FACTS)).toBeCloseTo(16, 4);
  expect(adaScale().factor(256, 16, noisy(1e-6), RUN_FACTS)).toBeCloseTo(1, 6);
});

test('grows with the noise and with the batch', () => {
  fc.assert(
    fc.property(logarithmic(1e-3, 1e6), sizes, logarithmic(1, 100), (noiseScale, more, factor) => {
      const at = (size: number, noise: number): number => adaScale().factor(size, 16, noisy(noise), RUN_FACTS);
      expect(at(16 + more, noiseScale * factor)).toBeGreaterThanOrEqual(at(16 + more, noiseScale) * (1 - 1e-12));
      expect(at(17 + more, noiseScale)).toBeGreaterThan(at(16 + more, noiseScale));
    }),
  );
});

test('of power 1 and 0.5 to the last bit, of others by the logarithm', () => {
  for (const noiseScale of [3, 100, 700]) {
    const at = (power: number): number => adaScale({ power }).factor(96, 16, noisy(noiseScale), RUN_FACTS);
    const gain = (1 + noiseScale / 16) / (1 + noiseScale / 96);
    expect(at(1)).toBe(gain);
    expect(at(0.5)).toBe(Math.sqrt(gain));
    expect(at(0.25)).toBeCloseTo(Math.sqrt(Math.sqrt(gain)), 12);
    expect(at(0)).toBe(1);
  }
});

test('asks for statistics of the gradient', () => {
  expect(adaScale().needs).toEqual(['gradient']);
});

test('is 1 as long as there is no estimate', () => {
  expect(adaScale().factor(512, 16, {}, RUN_FACTS)).toBe(1);
});

test('reaches so many times as far', () => {
  const at = (reach: number | 'optimizer', facts = {}): number =>
    adaScale({ reach }).factor(256, 16, noisy(64), { ...RUN_FACTS, ...facts });
  expect(at(3)).toBe(adaScale().factor(256, 16, noisy(192), RUN_FACTS));
  expect(at('optimizer')).toBe(at(2));
  expect(at('optimizer', { momentum: 0.6 })).toBeCloseTo(at(4), 12);
  expect(adaScale().options).toEqual({ power: 1, reach: 1 });
});

rejects([
  [() => adaScale({ reach: 0 }), 'adaScale: reach', 'a finite number > 0', '0'],
  [() => adaScale({ reach: 'far' as never }), 'adaScale: reach', 'a finite number > 0', '"far"'],
  [() => adaScale({ power: -0.1 }), 'adaScale: power', 'between 0 and 1', '-0.1'],
  [() => adaScale({ power: 1.01 }), 'adaScale: power', 'between 0 and 1', '1.01'],
  [() => adaScale({ power: Number.NaN }), 'adaScale: power', 'between 0 and 1', 'NaN'],
]);
rejectsUnknown('adaScale', adaScale);
