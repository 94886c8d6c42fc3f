import fc from 'fast-check';
import type { Estimates, PolicyDecision } from '../../src/core/types.js';
import { adaScale, none } from '../../src/learning-rates/index.js';
import { type GoodputOptions, gaussianWalk, goodput } from '../../src/policies/index.js';
import { type ContextChanges, ESTIMATES, knownEstimates, policyContext } from '../support/contexts.js';
import { plainObservation } from '../support/observations.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';
import { STILL_NOISE_SCALE, sizesOfStill } from '../support/still-training.js';

function decide(estimates: Estimates, changes: ContextChanges = {}, options: GoodputOptions = {}): PolicyDecision {
  return goodput(options).update(null, estimates, policyContext({ estimates, ...changes })).decision;
}

const CANDIDATES = [16, 32, 64, 128, 256, 512, 1024];

// √(t0·φ/t1) = √(4·100/0.1) = 63; g(64)/g(16) = 64/(4 + 6.4)·(1/164) : 16/(4 + 1.6)·(1/116)
test('by hand: √(t0·φ/t1), whatever the rule for the rate', () => {
  for (const rule of [none(), adaScale()]) {
    expect(decide(ESTIMATES, { rule })).toEqual({ batchSize: 64, reason: '1.52x the goodput at 64, noise scale 100' });
    expect(decide(ESTIMATES, { rule, candidates: [16, 50, 63, 80] }).batchSize).toBe(63);
  }
  expect(decide(ESTIMATES, { batchSize: 64 })).toEqual({ reason: 'best goodput, noise scale 100' });
  expect(decide(ESTIMATES, { batchSize: 1024 }).batchSize).toBe(64);
});

test('micro-batches cost what they cost', () => {
  const facts = { baseBatchSize: 16, baseLearningRate: 0.01, maxMicroBatchSize: 32 };
  expect(decide(ESTIMATES, { facts }).batchSize).toBe(32);
});

test('is the candidate nearest to the optimum of the formula, without a minimum gain', () => {
  fc.assert(
    fc.property(knownEstimates, fc.constantFrom(...CANDIDATES), fc.integer({ min: 1, max: 99 }), (known, at, base) => {
      const { fixedMs, perExampleMs } = known.time;
      const best = Math.sqrt((fixedMs * known.noise.noiseScale) / perExampleMs);
      const asked = decide(known, { batchSize: at, baseBatchSize: base }, { minGain: 1 }).batchSize ?? at;
      // B/((t0 + t1·B)(φ + B)) is even in ln(B/best): the nearest in log size is the best.
      const distance = (size: number): number => Math.abs(Math.log(size / best));
      expect(distance(asked)).toBeLessThanOrEqual(Math.min(...CANDIDATES.map(distance)) + 1e-6);
    }),
    { numRuns: 300 },
  );
});

test('says what the free Gaussian walk says with AdaScale', () => {
  fc.assert(
    fc.property(knownEstimates, fc.constantFrom(...CANDIDATES), (known, batchSize) => {
      const context = policyContext({ estimates: known, batchSize, rule: adaScale() });
      const walk = gaussianWalk().update(null, known, context).decision.batchSize;
      expect(goodput().update(null, known, context).decision.batchSize).toBe(walk);
    }),
    { numRuns: 300 },
  );
});

test('moves only for the gain', () => {
  const gain = (64 / 10.4 / 164 / (16 / 5.6 / 116)) as number;
  expect(decide(ESTIMATES, {}, { minGain: gain * 0.999 }).batchSize).toBe(64);
  expect(decide(ESTIMATES, {}, { minGain: 1.6 })).toEqual({
    reason: '64 would gain under 1.6x in goodput, noise scale 100',
  });
  // g(64)/g(32) = 1.077, g(64)/g(48) = 1.02
  expect(decide(ESTIMATES, { batchSize: 32 }).batchSize).toBe(64);
  expect(decide(ESTIMATES, { batchSize: 48 }).batchSize).toBeUndefined();
  expect(decide(ESTIMATES, { batchSize: 48 }, { minGain: 1 }).batchSize).toBe(64);
});

test('a lower bound of the noise scale is no reason to shrink', () => {
  const bound = { ...ESTIMATES, noise: { ...ESTIMATES.noise, isLowerBound: true as const } };
  expect(decide(bound).batchSize).toBe(64);
  expect(decide(bound, { batchSize: 512 }).reason).toMatch(
    /x the goodput at 64, noise scale at least 100: no smaller, \|G\|² is lost in the noise$/,
  );
});

test('holds without fresh statistics, noise or time', () => {
  expect(decide(ESTIMATES, { observation: plainObservation() })).toEqual({
    reason: 'held until the next measured step',
  });
  const { noise, time } = ESTIMATES;
  expect(decide({ time })).toEqual({ reason: 'collecting gradient statistics' });
  expect(decide({ noise })).toEqual({ reason: 'timing the steps' });
});

test('settles at the best goodput of a training that stands still', () => {
  const value = (size: number): number => size / (4 + 0.05 * size) / (STILL_NOISE_SCALE + size);
  const best = CANDIDATES.reduce((a, b) => (value(b) > value(a) ? b : a));
  // √(4·128/0.05) = 101.
  expect(value(sizesOfStill(goodput()).at(-1) as number) * 1.07).toBeGreaterThan(value(best));
});

test('tells its options', () => {
  const { options, needs } = goodput();
  expect({ options, needs }).toEqual({ options: { minGain: 1.05 }, needs: ['gradient', 'time'] });
});

rejects([
  [() => goodput({ minGain: 0.99 }), 'goodput: minGain', 'a finite number >= 1', '0.99'],
  [() => goodput({ minGain: Number.NaN }), 'goodput: minGain', 'a finite number >= 1', 'NaN'],
]);
rejectsUnknown('goodput', goodput);
