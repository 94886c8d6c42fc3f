import fc from 'fast-check';
import { NO_SCALES, refuseSteps, scaledBy, withNoise } from '../../src/combinators/passing.js';
import type { LearningRateRule } from '../../src/core/types.js';
import { linear, none } from '../../src/learning-rates/index.js';
import { logarithmic } from '../support/arbitraries.js';
import { drawContext } from '../support/contexts.js';

describe('a factor of one’s own on the rate', () => {
  const said = (learningRateScale?: number) => ({
    ...(learningRateScale !== undefined && { learningRateScale }),
    batchSize: 32,
    reason: 'asked',
  });

  test('multiplies the inner one, which stays until there is another', () => {
    const first = scaledBy(NO_SCALES, said(0.5), 0.25);
    expect(first).toEqual({ scales: { inner: 0.5, given: 0.125 }, decision: said(0.125) });
    const kept = scaledBy(first.scales, said(), 0.25);
    expect(kept).toEqual({ scales: first.scales, decision: said() });
    expect(kept.scales).toBe(first.scales);
    const released = scaledBy(kept.scales, said(), 1);
    expect(released).toEqual({ scales: { inner: 0.5, given: 0.5 }, decision: said(0.5) });
    expect(scaledBy(released.scales, said(2), 1).decision).toEqual(said(2));
  });

  test('without one the decision is the same object', () => {
    const [silent, loud] = [said(), said(0.5)];
    expect(scaledBy(NO_SCALES, silent, 1).decision).toBe(silent);
    expect(scaledBy(NO_SCALES, loud, 1).decision).toBe(loud);
    expect(scaledBy(NO_SCALES, silent, 1).scales).toBe(NO_SCALES);
  });

  test('said again, the product is said again', () => {
    expect(scaledBy({ inner: 0.5, given: 1 }, said(0.5), 2).decision).toEqual(said(1));
    expect(scaledBy({ inner: 0.5, given: 1 }, said(), 2).decision).toEqual(said());
  });
});

describe('so many times the noise of a size', () => {
  const context = (rule: LearningRateRule) => drawContext({ rule });

  test.each([
    [64, 4, none(), 1, { batchSize: 16, scale: 1 }],
    [64, 2, none(), 1, { batchSize: 32, scale: 1 }],
    // The rate of 64 is kept at 16.
    [64, 4, linear(), 1, { batchSize: 16, scale: 4 }],
    [64, 8, none(), 1, { batchSize: 16, scale: 1 }],
    [64, 8, none(), 4, { batchSize: 16, scale: 2 }],
    [64, 8, linear(), 4, { batchSize: 16, scale: 8 }],
    [16, 8, none(), 4, { batchSize: 16, scale: 4 }],
    [64, 1 / 4, none(), 1, { batchSize: 256, scale: 1 }],
    [64, 1 / 4, linear(), 1, { batchSize: 256, scale: 0.25 }],
    [512, 1 / 8, none(), 1, { batchSize: 1024, scale: 0.25 }],
    [512, 1 / 8, linear(), 1, { batchSize: 1024, scale: 0.125 }],
    [1024, 1 / 2, none(), 1, { batchSize: 1024, scale: 0.5 }],
    // Beyond the candidates already: never the other way.
    [2000, 1 / 2, none(), 1, { batchSize: 2000, scale: 0.5 }],
    [4, 2, none(), 3, { batchSize: 4, scale: 2 }],
  ])('at %d, %d times, with $name, up to %d times the rate', (size, noise, rule, most, expected) => {
    expect(withNoise(size, noise, context(rule), most)).toEqual(expected);
  });

  test('the rate is not raised unless allowed', () => {
    expect(withNoise(16, 2, context(none()))).toEqual({ batchSize: 16, scale: 1 });
  });

  test('a rate of 0 is left alone', () => {
    const still = { candidates: [16, 32], learningRateAt: () => 0 };
    expect(withNoise(16, 1 / 4, still)).toEqual({ batchSize: 32, scale: 0.5 });
    const rising = { candidates: [16, 32], learningRateAt: (size: number) => (size === 16 ? 1 : 0) };
    expect(withNoise(16, 1 / 2, rising)).toEqual({ batchSize: 32, scale: 1 });
  });

  test('is so many times the rate over the batch size, whatever the rule, where the size is a candidate', () => {
    const rungs = Array.from({ length: 12 }, (_, i) => 2 ** i);
    fc.assert(
      fc.property(fc.integer({ min: -11, max: 11 }), fc.nat(11), logarithmic(0.1, 10), (up, at, power) => {
        const rate = (size: number): number => 0.1 * size ** power;
        const size = rungs[at] as number;
        const { batchSize, scale } = withNoise(size, 2 ** up, { candidates: rungs, learningRateAt: rate }, Infinity);
        const noise = (scale * rate(batchSize)) / batchSize / (rate(size) / size);
        expect(noise / 2 ** up).toBeCloseTo(1, 9);
      }),
    );
  });
});

test.each(['steps', 'afterSteps', 'warmupSteps'])('%s are refused, with the reason', (key) => {
  expect(() => refuseSteps('unit', { [key]: 5 }, 'examples')).toThrow(
    new RangeError(
      `unit has no option '${key}': a step is as long as its batch, so a number of them says nothing of how far the training is; give examples`,
    ),
  );
});

test('other options are not', () => {
  expect(() => refuseSteps('unit', { stepsize: 1, examples: 2 }, 'examples')).not.toThrow();
});
