import fc from 'fast-check';
import { assemble } from '../../src/assembly/assemble.js';
import type { PolicyDecision, TimeEstimate } from '../../src/core/types.js';
import { none } from '../../src/learning-rates/index.js';
import { type ThroughputKneeOptions, throughputKnee } from '../../src/policies/index.js';
import { logarithmic } from '../support/arbitraries.js';
import { type ContextChanges, ESTIMATES, policyContext } from '../support/contexts.js';
import { gradientStatistics, plainObservation } from '../support/observations.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';

function decide(time: TimeEstimate, options: ThroughputKneeOptions = {}, changes: ContextChanges = {}): PolicyDecision {
  return throughputKnee(options).update(null, { time }, policyContext(changes)).decision;
}

/** Throughput b/(a + c·b). */
const device = (a: number, c: number): TimeEstimate => ({ fixedMs: a, perExampleMs: c, perMicroBatchMs: a });

test('by hand: nine times t0/t1', () => {
  // 9·4/0.1 = 360.
  expect(decide(device(4, 0.1))).toEqual({ batchSize: 512, reason: "512 reaches 0.9 of the device's throughput" });
  expect(decide(device(4, 0.1), {}, { candidates: [16, 359, 361, 512] }).batchSize).toBe(361);
  // 1·4/0.125 = 32, to the last bit.
  expect(decide(device(4, 0.125), { share: 0.5 }).batchSize).toBe(32);
  expect(decide(device(4, 0.125), { share: 0.51 }).batchSize).toBe(64);
});

test('on any device the smallest candidate at or above share/(1 − share)·a/c', () => {
  const shares = fc.double({ min: 0.05, max: 0.99, noNaN: true });
  fc.assert(
    fc.property(logarithmic(1e-3, 1e3), logarithmic(1e-3, 1e3), shares, (a, c, share) => {
      const candidates = [16, 32, 64, 128, 256, 512, 1024];
      const { batchSize = 0, reason } = decide(device(a, c), { share });
      const knee = ((share / (1 - share)) * a) / c;
      const at = candidates.indexOf(batchSize);
      expect(at).toBeGreaterThanOrEqual(0);
      if (knee > 1024 * (1 + 1e-9)) expect(reason).toBe(`no size reaches ${share} of the device's throughput`);
      if (knee < 1024) expect(batchSize * (1 + 1e-9)).toBeGreaterThanOrEqual(knee);
      if (at > 0) expect((candidates[at - 1] as number) * (1 - 1e-9)).toBeLessThan(knee);
    }),
  );
});

test('there the log-log slope of the throughput has fallen to 1 − share', () => {
  fc.assert(
    fc.property(
      logarithmic(0.1, 10),
      logarithmic(1e-3, 0.1),
      fc.double({ min: 0.3, max: 0.9, noNaN: true }),
      (a, c, share) => {
        const candidates = Array.from({ length: 2000 }, (_, i) => Math.round(Math.exp(i / 100)));
        const { batchSize = 0 } = decide(device(a, c), { share }, { candidates: [...new Set(candidates)] });
        const throughput = (b: number): number => b / (a + c * b);
        const slopeAt = (b: number): number => Math.log(throughput(b * 1.0001) / throughput(b)) / Math.log(1.0001);
        expect(slopeAt(batchSize)).toBeLessThanOrEqual(1 - share + 1e-4);
        if (batchSize > 100) expect(slopeAt(batchSize * 0.97)).toBeGreaterThan(1 - share - 1e-4);
      },
    ),
  );
});

test('does not depend on the unit of time, nor on where the candidates end', () => {
  fc.assert(
    fc.property(logarithmic(0.1, 10), logarithmic(1e-3, 1), fc.constantFrom(0.125, 8), (a, c, unit) => {
      expect(decide(device(a * unit, c * unit))).toEqual(decide(device(a, c)));
      const few = decide(device(a, c)).batchSize as number;
      const more = decide(device(a, c), {}, { candidates: [16, 32, 64, 128, 256, 512, 1024, 2048, 1e6] });
      expect(more.batchSize as number).toBeGreaterThanOrEqual(few);
      if ((more.batchSize as number) <= 1024) expect(more.batchSize).toBe(few);
    }),
  );
});

test('a device that is full at once takes the smallest, one that never fills the largest', () => {
  expect(decide(device(0, 1)).batchSize).toBe(16);
  expect(decide(device(5, 0))).toEqual({ batchSize: 1024, reason: "no size reaches 0.9 of the device's throughput" });
});

test('where batches are cut, the limit is what the cuts leave', () => {
  const facts = { baseBatchSize: 16, baseLearningRate: 0.01, maxMicroBatchSize: 64 };
  // In pieces of 64 at 4 + 6.4 ms each no batch runs faster than one of 64; 32 at 7.2 ms runs at 0.72 of it.
  expect(decide(device(4, 0.1), {}, { facts }).batchSize).toBe(64);
  expect(decide(device(4, 0.1), { share: 0.7 }, { facts }).batchSize).toBe(32);
});

test('holds until the time of a step is known, and between measured steps', () => {
  const policy = throughputKnee();
  expect(policy.update(null, {}, policyContext())).toEqual({ state: null, decision: { reason: 'timing the steps' } });
  const between = policyContext({ observation: plainObservation() });
  const reason = 'held until the next measured step';
  expect(policy.update(null, ESTIMATES, between)).toEqual({ state: null, decision: { reason } });
});

test('in a training on a device of 2 + 0.05·b ms the batch goes to the first size over 360', () => {
  const pipeline = assemble(
    { policy: throughputKnee(), learningRate: none(), measure: { every: 2 } },
    { baseBatchSize: 16, baseLearningRate: 0.1 },
  );
  let [state, examplesSeen] = [pipeline.start(), 0];
  for (let step = 1; step <= 60; step++) {
    const { batchSize, measure } = state.decision;
    examplesSeen += batchSize;
    const cut = measure ? 2 : 1;
    const seen = plainObservation({
      step,
      examplesSeen,
      batchSize,
      microBatches: cut,
      stepMs: 2 * cut + 0.05 * batchSize,
    });
    const gradient = gradientStatistics();
    ({ state } = pipeline.advance(state, measure ? { ...seen, gradient, measureMs: 0 } : seen));
  }
  expect(state.decision.batchSize).toBe(512);
});

test('says what it is', () => {
  expect(throughputKnee()).toMatchObject({ options: { share: 0.9 }, needs: ['gradient', 'time'] });
  expect(throughputKnee().init()).toBeNull();
});

rejects([
  [() => throughputKnee({ share: -0.1 }), 'throughputKnee: share', 'between 0 and 1', '-0.1'],
  [() => throughputKnee({ share: 1.1 }), 'throughputKnee: share', 'between 0 and 1', '1.1'],
  [() => throughputKnee({ share: Number.NaN }), 'throughputKnee: share', 'between 0 and 1', 'NaN'],
]);
rejectsUnknown('throughputKnee', throughputKnee);
