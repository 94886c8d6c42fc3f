import fc from 'fast-check';
import { extentOf, padded, type Range, type ScaleKind, shareOf, ticksOf } from '../../src/report/scale.js';
import { logarithmic } from '../support/arbitraries.js';

const anyKind = fc.constantFrom<ScaleKind>('linear', 'log2', 'log10');
const anyRange = fc
  .tuple(logarithmic(1e-6, 1e6), logarithmic(1.001, 1e9))
  .map(([low, factor]): Range => [low, low * factor]);

test('ticks lie within the range, ascend, and are not too many', () => {
  fc.assert(
    fc.property(anyKind, anyRange, fc.integer({ min: 2, max: 20 }), (kind, range, most) => {
      const ticks = ticksOf(kind, range, most);
      expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b));
      expect(ticks.length).toBeLessThanOrEqual(most + 1);
      for (const tick of ticks) {
        expect(tick).toBeGreaterThanOrEqual(range[0] * (1 - 1e-6));
        expect(tick).toBeLessThanOrEqual(range[1] * (1 + 1e-6));
      }
    }),
  );
});

test.each<[ScaleKind, Range, number, number[]]>([
  ['linear', [0, 10], 5, [0, 2, 4, 6, 8, 10]],
  ['linear', [-1.3, 1.2], 5, [-1, -0.5, 0, 0.5, 1]],
  ['linear', [3, 3], 5, [3]],
  ['log2', [16, 128], 5, [16, 32, 64, 128]],
  ['log2', [1, 4096], 7, [1, 4, 16, 64, 256, 1024, 4096]],
  ['log2', [1, 4096], 6, [1, 8, 64, 512, 4096]],
  ['log10', [0.001, 10], 8, [0.001, 0.01, 0.1, 1, 10]],
  ['log10', [0.2, 0.9], 8, [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]],
])('ticks of %s %j, about %i', (kind, range, most, expected) => {
  expect(ticksOf(kind, range, most)).toEqual(expected);
});

test('shareOf goes from 0 to 1, in even steps for even ratios on a logarithmic axis', () => {
  expect([2, 4, 8, 16, 32].map((x) => shareOf('log2', [2, 32], x))).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect([-1, 0, 1].map((x) => shareOf('linear', [-1, 1], x))).toEqual([0, 0.5, 1]);
  expect(shareOf('log10', [0.1, 10], 1)).toBeCloseTo(0.5, 12);
});

test('extentOf leaves out what the axis cannot show', () => {
  const columns = [[Number.NaN, 3, Number.POSITIVE_INFINITY], Float64Array.of(-2, 0, 5)];
  expect(extentOf('linear', columns)).toEqual([-2, 5]);
  expect(extentOf('log10', columns)).toEqual([3, 5]);
  expect(extentOf('linear', [[Number.NaN], []])).toBeUndefined();
});

test('a padded range holds the values, is never empty and keeps to the sign', () => {
  fc.assert(
    fc.property(anyKind, anyRange, fc.boolean(), (kind, [low, high], isPoint) => {
      const range: Range = [low, isPoint ? low : high];
      const [from, to] = padded(kind, range);
      expect(from).toBeLessThan(to);
      expect(from).toBeLessThanOrEqual(range[0]);
      expect(to).toBeGreaterThanOrEqual(range[1]);
      expect(from).toBeGreaterThanOrEqual(0);
    }),
  );
  expect(padded('linear', [0, 0])).toEqual([0, 1e-9]);
  expect(padded('linear', [-5, -5])).toEqual([-5.5, -4.5]);
});
