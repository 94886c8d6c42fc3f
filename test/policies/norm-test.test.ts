import fc from 'fast-check';
import type { Estimates, PolicyDecision } from '../../src/core/types.js';
import { type NormTestOptions, normTest } from '../../src/policies/index.js';
import { logarithmic } from '../support/arbitraries.js';
import { type ContextChanges, ESTIMATES, policyContext } from '../support/contexts.js';
import { plainObservation } from '../support/observations.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';
import { sizesOfStill } from '../support/still-training.js';

function decide(estimates: Estimates, changes: ContextChanges = {}, options: NormTestOptions = {}): PolicyDecision {
  return normTest(options).update(null, estimates, policyContext({ estimates, ...changes })).decision;
}

const ofScale = (noiseScale: number) => ({ noise: { ...ESTIMATES.noise, noiseScale } });

test('by hand: trΣ/B = 100/16 is over |G|² = 1, at 128 no longer', () => {
  expect(decide(ESTIMATES)).toEqual({ batchSize: 128, reason: 'the norm test fails at 16: it needs 100' });
  expect(decide(ESTIMATES, {}, { theta: 2 }).batchSize).toBe(32);
  expect(decide(ESTIMATES, {}, { theta: 2.5 })).toEqual({ reason: 'the norm test passes at 16: it needs 16' });
  expect(decide(ofScale(64.001), { batchSize: 64 }).batchSize).toBe(128);
  expect(decide(ofScale(64), { batchSize: 64 }).batchSize).toBeUndefined();
});

test('only grows, unless told to shrink', () => {
  const reason = 'the norm test passes at 512: it needs 100';
  expect(decide(ESTIMATES, { batchSize: 512 })).toEqual({ reason });
  expect(decide(ESTIMATES, { batchSize: 512 }, { shrink: true })).toEqual({ batchSize: 128, reason });
  expect(decide(ESTIMATES, { batchSize: 128 }, { shrink: true }).batchSize).toBeUndefined();
  expect(decide(ESTIMATES, { batchSize: 110 }, { shrink: true }).batchSize).toBeUndefined();
});

test('more than is offered: to the greatest, and no smaller from beyond it', () => {
  expect(decide(ofScale(5000), { batchSize: 512 })).toEqual({
    batchSize: 1024,
    reason: 'the norm test fails at 512: it needs 5000',
  });
  const reason = (size: number) => `the norm test fails at ${size}: it needs 5000, more than is offered`;
  for (const batchSize of [1024, 2000]) {
    expect(decide(ofScale(5000), { batchSize }, { shrink: true })).toEqual({ reason: reason(batchSize) });
  }
});

test('a lower bound of the noise can fail, and never lets shrink', () => {
  const bound = { noise: { ...ESTIMATES.noise, isLowerBound: true as const } };
  expect(decide(bound)).toEqual({ batchSize: 128, reason: 'the norm test fails at 16: it needs at least 100' });
  expect(decide(bound, { batchSize: 512 }, { shrink: true })).toEqual({
    reason: 'the norm test passes at 512: it needs at least 100',
  });
});

test('the size asked for passes, the candidate below it fails, by the test as published', () => {
  const passes = (size: number, { noise }: typeof ESTIMATES, theta: number): boolean =>
    noise.traceOfCovariance / size <= theta ** 2 * noise.squaredGradientNorm;
  fc.assert(
    fc.property(logarithmic(20, 1000), logarithmic(0.5, 2), logarithmic(0.01, 100), (scale, theta, norm) => {
      const noise = {
        ...ESTIMATES.noise,
        noiseScale: scale,
        squaredGradientNorm: norm,
        traceOfCovariance: scale * norm,
      };
      const known = { ...ESTIMATES, noise };
      const { candidates } = policyContext();
      const size = decide(known, {}, { theta }).batchSize ?? 16;
      const at = candidates.indexOf(size);
      if (size < 1024) expect(passes(size, known, theta * (1 + 1e-9))).toBe(true);
      if (at > 0) expect(passes(candidates[at - 1] as number, known, theta * (1 - 1e-9))).toBe(false);
    }),
  );
});

test('holds without fresh statistics, and without an estimate', () => {
  expect(decide(ESTIMATES, { observation: plainObservation() })).toEqual({
    reason: 'held until the next measured step',
  });
  expect(decide({})).toEqual({ reason: 'collecting gradient statistics' });
});

test('settles where the test passes on a training that stands still', () => {
  // 128/1.2² = 89, 128/1.7² = 44.
  expect(sizesOfStill(normTest({ theta: 1.2, shrink: true })).at(-1)).toBe(128);
  expect(sizesOfStill(normTest({ theta: 1.7, shrink: true })).at(-1)).toBe(64);
});

test('tells its options', () => {
  const { options, needs } = normTest();
  expect({ options, needs }).toEqual({ options: { theta: 1, shrink: false }, needs: ['gradient'] });
});

rejects([
  [() => normTest({ theta: 0 }), 'normTest: theta', 'a finite number > 0', '0'],
  [() => normTest({ theta: Number.NaN }), 'normTest: theta', 'a finite number > 0', 'NaN'],
  [() => normTest({ shrink: 1 as never }), 'normTest: shrink', 'one of true, false', '1'],
]);
rejectsUnknown('normTest', normTest);
