import fc from 'fast-check';
import type { Estimates, PolicyDecision } from '../../src/core/types.js';
import { type NoiseScaleOptions, noiseScale } from '../../src/policies/index.js';
import { logarithmic } from '../support/arbitraries.js';
import { type ContextChanges, ESTIMATES, policyContext } from '../support/contexts.js';
import { plainObservation } from '../support/observations.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';
import { sizesOfStill } from '../support/still-training.js';

function decide(estimates: Estimates, changes: ContextChanges = {}, options: NoiseScaleOptions = {}): PolicyDecision {
  return noiseScale(options).update(null, estimates, policyContext({ estimates, ...changes })).decision;
}

// Nearest to 100 in log size is 128, √(64·128) being 90.5; to 50 it is 64.
test('by hand', () => {
  expect(decide(ESTIMATES)).toEqual({ batchSize: 128, reason: 'noise scale 100' });
  expect(decide(ESTIMATES, {}, { factor: 0.5 })).toEqual({ batchSize: 64, reason: 'noise scale 100' });
  expect(decide(ESTIMATES, { batchSize: 128 })).toEqual({ reason: 'noise scale 100: kept' });
  expect(decide(ESTIMATES, { batchSize: 1024 }).batchSize).toBe(128);
});

test('is the candidate nearest to factor·B_simple, by a search through all', () => {
  fc.assert(
    fc.property(logarithmic(0.1, 1e5), logarithmic(0.1, 10), (scale, factor) => {
      const noise = { ...ESTIMATES.noise, noiseScale: scale };
      const asked = decide({ noise }, { batchSize: 3 }, { factor }).batchSize as number;
      const distances = policyContext().candidates.map((size) => Math.abs(Math.log(size / (factor * scale))));
      expect(Math.abs(Math.log(asked / (factor * scale)))).toBe(Math.min(...distances));
    }),
  );
});

test('a lower bound is grown to, but nothing shrinks to it', () => {
  const bound = { noise: { ...ESTIMATES.noise, isLowerBound: true as const } };
  expect(decide(bound)).toEqual({ batchSize: 128, reason: 'noise scale at least 100' });
  expect(decide(bound, { batchSize: 256 })).toEqual({
    reason: 'noise scale at least 100: no smaller, |G|² is lost in the noise',
  });
});

test('holds without fresh statistics, and without an estimate', () => {
  expect(decide(ESTIMATES, { observation: plainObservation() })).toEqual({
    reason: 'held until the next measured step',
  });
  expect(decide({})).toEqual({ reason: 'collecting gradient statistics' });
});

test('settles at the noise scale of a training that stands still', () => {
  expect(sizesOfStill(noiseScale()).at(-1)).toBe(128);
  expect(sizesOfStill(noiseScale({ factor: 0.25 })).at(-1)).toBe(32);
});

test('tells its options', () => {
  const { options, needs } = noiseScale();
  expect({ options, needs }).toEqual({ options: { factor: 1 }, needs: ['gradient'] });
});

rejects([
  [() => noiseScale({ factor: 0 }), 'noiseScale: factor', 'a finite number > 0', '0'],
  [() => noiseScale({ factor: Infinity }), 'noiseScale: factor', 'a finite number > 0', 'Infinity'],
]);
rejectsUnknown('noiseScale', noiseScale);
