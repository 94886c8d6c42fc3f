import fc from 'fast-check';
import { assemble } from '../../src/assembly/assemble.js';
import type { PolicyDecision, TimeEstimate } from '../../src/core/types.js';
import { none } from '../../src/learning-rates/index.js';
import { type SmallBatchOptions, smallBatch } from '../../src/policies/index.js';
import { logarithmic } from '../support/arbitraries.js';
import { type ContextChanges, drawContext, ESTIMATES, policyContext } from '../support/contexts.js';
import { gradientStatistics, observation, plainObservation } from '../support/observations.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';

const CANDIDATES = [1, 2, 4, 8, 16, 32, 64];

function decide(time: TimeEstimate, options: SmallBatchOptions = {}, changes: ContextChanges = {}): PolicyDecision {
  const context = policyContext({ candidates: CANDIDATES, ...changes });
  return smallBatch(options).update(null, { time }, context).decision;
}

const device = (fixedMs: number, perExampleMs: number): TimeEstimate => ({
  fixedMs,
  perExampleMs,
  perMicroBatchMs: fixedMs,
});

test('by hand: T(m) = 4 + 0.5·m', () => {
  // m/T(m): 32/20 = 1.6; 2/5 = .4, 4/6 = .67, 8/8 = 1 of it .25, .42, .63.
  expect(decide(device(4, 0.5))).toEqual({ batchSize: 8, reason: '8 runs at 0.63 of the throughput of 32' });
  expect(decide(device(4, 0.5), { efficiency: 0.25 }).batchSize).toBe(2);
  expect(decide(device(4, 0.5), { efficiency: 0.251 }).batchSize).toBe(4);
  expect(decide(device(4, 0.5), { efficiency: 0.625 }).batchSize).toBe(8);
  expect(decide(device(4, 0.5), { efficiency: 0.626 }).batchSize).toBe(16);
  expect(decide(device(4, 0.5), { efficiency: 1 })).toEqual({
    batchSize: 32,
    reason: '32 runs at 1.0 of the throughput of 32',
  });
});

test('a device that is full at once takes 2, one that never fills takes 16: half of 32', () => {
  expect(decide(device(0, 1)).batchSize).toBe(2);
  expect(decide(device(5, 0)).batchSize).toBe(16);
});

test('stays within its range whatever the device and the candidates', () => {
  fc.assert(
    fc.property(
      logarithmic(1e-3, 1e3),
      logarithmic(1e-3, 1e3),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (a, c, share) => {
        const { batchSize = 0 } = decide(device(a, c), { min: 4, max: 20, efficiency: share });
        expect([4, 8, 16]).toContain(batchSize);
        // Share of the throughput of 16, solved for m: m = share·16·a / (a + 16·c·(1 − share)).
        const exact = (share * 16 * a) / (a + 16 * c * (1 - share));
        expect(batchSize * (1 + 1e-9)).toBeGreaterThanOrEqual(exact);
        if (batchSize > 4) expect((batchSize / 2) * (1 - 1e-9)).toBeLessThan(exact);
      },
    ),
  );
});

test('the bounds belong to the range', () => {
  expect(decide(device(0, 1), { min: 8 }).batchSize).toBe(8);
  expect(decide(device(0, 1), { min: 9 }).batchSize).toBe(16);
  expect(decide(device(0, 1), { min: 1 }).batchSize).toBe(1);
  expect(decide(device(5, 0), { max: 64, efficiency: 1 }).batchSize).toBe(64);
  expect(decide(device(5, 0), { max: 63, efficiency: 1 }).batchSize).toBe(32);
});

test('where no candidate lies in the range, the nearest to it', () => {
  expect(decide(device(5, 0), {}, { candidates: [64, 128] }).batchSize).toBe(64);
  expect(decide(device(5, 0), { min: 100, max: 200 }).batchSize).toBe(64);
});

test('micro-batches cost what they cost', () => {
  const facts = { baseBatchSize: 16, baseLearningRate: 0.01, maxMicroBatchSize: 4 };
  // In fours at 4 ms each a batch of 32 takes 32 + 16 ms, as much an example as one of 4; 2 runs at 0.6 of it.
  expect(decide(device(4, 0.5), { efficiency: 0.9 }, { facts }).batchSize).toBe(4);
  expect(decide(device(4, 0.5), { efficiency: 0.9 }).batchSize).toBe(32);
});

test('starts at the base, or at the end of the range that is nearest', () => {
  const start = (baseBatchSize: number, options: SmallBatchOptions = {}) =>
    smallBatch(options).start?.(drawContext({ baseBatchSize, candidates: CANDIDATES }));
  expect([start(16), start(64), start(1)]).toEqual([16, 32, 2]);
  expect(smallBatch().start?.(drawContext({ baseBatchSize: 64, candidates: [64, 128] }))).toBe(64);
});

test('holds until the time of a step is known, and between measured steps', () => {
  const policy = smallBatch();
  expect(policy.update(null, {}, policyContext())).toEqual({ state: null, decision: { reason: 'timing the steps' } });
  const between = policyContext({ observation: plainObservation() });
  const reason = 'held until the next measured step';
  expect(policy.update(null, ESTIMATES, between)).toEqual({ state: null, decision: { reason } });
});

test.each([
  // Share of 32's throughput at m: m(a + 32c)/(32(a + mc)); a = 1: at c = 1 it is .69 for 2, at .1 .55 for 8 and .32 for 4, at .01 .59 for 16.
  [1, 2],
  [0.1, 8],
  [0.01, 16],
])('in a training on a device of 1 + %d·m ms the batch goes to %d', (perExampleMs, expected) => {
  const pipeline = assemble(
    { policy: smallBatch(), learningRate: none(), minBatchSize: 2, measure: { every: 2 } },
    { baseBatchSize: 32, baseLearningRate: 0.1 },
  );
  let [state, examplesSeen] = [pipeline.start(), 0];
  for (let step = 1; step <= 60; step++) {
    const { batchSize, measure } = state.decision;
    examplesSeen += batchSize;
    const cut = measure && batchSize > 1 ? 2 : 1;
    const stepMs = 1 + perExampleMs * batchSize + (cut - 1);
    const seen = plainObservation({ step, examplesSeen, batchSize, microBatches: cut, stepMs });
    const gradient = gradientStatistics();
    ({ state } = pipeline.advance(state, cut === 2 ? { ...seen, gradient, measureMs: 0 } : seen));
  }
  expect(state.decision.batchSize).toBe(expected);
});

test('says what it is', () => {
  const options = { min: 2, max: 32, efficiency: 0.5 };
  expect(smallBatch()).toMatchObject({ options, needs: ['gradient', 'time'] });
  expect(smallBatch().init()).toBeNull();
  expect(smallBatch().update(null, ESTIMATES, policyContext({ observation: observation() })).state).toBeNull();
});

rejects([
  [() => smallBatch({ min: 0 }), 'smallBatch: min', 'a whole number >= 1', '0'],
  [() => smallBatch({ max: 1 }), 'smallBatch: max', 'a whole number >= 2', '1'],
  [() => smallBatch({ min: 8, max: 7 }), 'smallBatch: max', 'a whole number >= 8', '7'],
  [() => smallBatch({ efficiency: -0.1 }), 'smallBatch: efficiency', 'between 0 and 1', '-0.1'],
  [() => smallBatch({ efficiency: 1.1 }), 'smallBatch: efficiency', 'between 0 and 1', '1.1'],
]);
rejectsUnknown('smallBatch', smallBatch);
