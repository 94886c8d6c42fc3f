import fc from 'fast-check';
import { assemble } from '../../src/assembly/assemble.js';
import type { Estimates, PolicyDecision } from '../../src/core/types.js';
import { none } from '../../src/learning-rates/index.js';
import { type LossDampingOptions, lossDamping } from '../../src/policies/index.js';
import { logarithmic } from '../support/arbitraries.js';
import { type ContextChanges, policyContext } from '../support/contexts.js';
import { plainObservation } from '../support/observations.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';

const seen = (loss: number | undefined, examples = 256): Estimates => ({
  ...(loss !== undefined && { loss }),
  progress: { examples, gainedExamples: examples },
});

/** What is asked for at a loss, where the loss at the start was `first`. */
function damped(
  first: number | null,
  loss: number,
  options: LossDampingOptions = {},
  changes: ContextChanges = {},
): PolicyDecision {
  return lossDamping(options).update(first, seen(loss), policyContext(changes)).decision;
}

test('by hand: from 2.4 to 0.3 the batch grows eightfold', () => {
  expect(damped(2.4, 0.3)).toEqual({
    batchSize: 128,
    learningRateScale: 1,
    reason: 'B = 128; loss 0.300, 2.40 at the start',
  });
  // 16·2/0.7 = 45.7, and 46 is nearer to 64 than to 32.
  expect(damped(2, 0.7)).toMatchObject({
    batchSize: 64,
    learningRateScale: 1,
    reason: expect.stringMatching(/^B = 46; /),
  });
  expect(damped(2, 0.7, { exact: true }).batchSize).toBe(46);
  // 16·2/0.75 = 42.7, and 43 is nearer to 32: √(32·64) = 45.3.
  expect(damped(2, 0.75).batchSize).toBe(32);
});

test('past the largest candidate the rate falls instead', () => {
  // 16·2/0.008 = 4000, candidates up to 1024.
  for (const exact of [true, false]) {
    expect(damped(2, 0.008, { exact })).toEqual({
      batchSize: 1024,
      learningRateScale: 0.256,
      reason: 'B = 4000, past 1024: rate x0.256; loss 0.00800, 2.00 at the start',
    });
  }
  expect(damped(2, 2 / 64)).toEqual({
    batchSize: 1024,
    learningRateScale: 1,
    reason: expect.not.stringMatching(/past/),
  });
});

test('is the formula, to the example or to the nearest candidate', () => {
  const floors = fc.double({ min: -3, max: 0.5, noNaN: true });
  fc.assert(
    fc.property(
      logarithmic(0.6, 10),
      logarithmic(0.6, 10),
      floors,
      fc.integer({ min: 1, max: 99 }),
      (first, loss, floor, base) => {
        const candidates = [1, 2, 4, 8].map((k) => k * base);
        const formula = (base * (first - floor)) / (loss - floor);
        const changes = { baseBatchSize: base, candidates };
        const { batchSize = 0, learningRateScale = 0 } = damped(first, loss, { floor, exact: true }, changes);
        const within = Math.min(Math.ceil(formula), 8 * base);
        // The ceiling of a number that is whole but for rounding may be either neighbour.
        expect(Math.abs(batchSize - within)).toBeLessThanOrEqual(
          Math.abs(formula - Math.round(formula)) < 1e-9 ? 1 : 0,
        );
        expect(learningRateScale).toBeCloseTo(formula > 8 * base ? (8 * base) / Math.ceil(formula) : 1, 2);
        const near = damped(first, loss, { floor }, changes);
        expect(near.learningRateScale).toBe(learningRateScale);
        const away = (size: number): number => Math.abs(Math.log(size / batchSize));
        expect(away(near.batchSize as number)).toBeCloseTo(Math.min(...candidates.map(away)), 12);
      },
    ),
  );
});

test('a lower loss never means a smaller batch, nor a higher rate', () => {
  fc.assert(
    fc.property(logarithmic(1e-6, 10), logarithmic(1e-6, 10), fc.boolean(), (one, other, exact) => {
      const [high, low] = [damped(2, Math.max(one, other), { exact }), damped(2, Math.min(one, other), { exact })];
      expect(low.batchSize as number).toBeGreaterThanOrEqual(high.batchSize as number);
      expect(low.learningRateScale as number).toBeLessThanOrEqual(high.learningRateScale as number);
    }),
  );
});

test('at the loss of the start the batch is that of the start, whatever the digits', () => {
  fc.assert(
    fc.property(logarithmic(1e-6, 1e6), fc.integer({ min: 1, max: 999 }), (loss, baseBatchSize) => {
      const changes = { baseBatchSize, candidates: [baseBatchSize, 9999] };
      expect(damped(loss, loss, { exact: true }, changes)).toMatchObject({
        batchSize: baseBatchSize,
        learningRateScale: 1,
      });
    }),
  );
});

test('a loss above that of the start asks for less, down to the least candidate, or to one', () => {
  expect(damped(2, 4, {}, { candidates: [4, 8, 16] })).toMatchObject({ batchSize: 8, learningRateScale: 1 });
  expect(damped(2, 4)).toMatchObject({ batchSize: 16 });
  expect(damped(2, 1e9, { exact: true })).toMatchObject({ batchSize: 1 });
});

describe('the loss at the start', () => {
  const policy = lossDamping();

  test('is that after 256 examples', () => {
    const early = policy.update(null, seen(3, 255), policyContext());
    expect(early).toEqual({ state: null, decision: { reason: 'F0 is the loss after 256 examples' } });
    const { state, decision } = policy.update(null, seen(2.4, 256), policyContext());
    expect(state).toBe(2.4);
    expect(decision).toMatchObject({ batchSize: 16, learningRateScale: 1 });
    expect(policy.update(state, seen(0.6, 300), policyContext())).toMatchObject({
      state: 2.4,
      decision: { batchSize: 64 },
    });
    expect(policy.update(2.4, seen(0.6, 0), policyContext())).toMatchObject({ decision: { batchSize: 64 } });
  });

  test('is that after as many as asked', () => {
    const late = lossDamping({ settle: 1000 });
    expect(late.update(null, seen(2, 999), policyContext()).state).toBeNull();
    expect(late.update(null, seen(2, 1000), policyContext()).state).toBe(2);
    expect(lossDamping({ settle: 1 }).update(null, seen(2, 1), policyContext()).state).toBe(2);
    expect(lossDamping().update(null, { loss: 2 }, policyContext()).state).toBeNull();
  });

  test('is taken only above the floor', () => {
    const high = lossDamping({ floor: 2 });
    expect(high.update(null, seen(2), policyContext())).toEqual({
      state: null,
      decision: { reason: 'the loss is not above its floor 2' },
    });
  });
});

test('holds without a loss, and at its floor', () => {
  const policy = lossDamping({ floor: 0.1 });
  expect(policy.update(2, seen(undefined), policyContext())).toEqual({ state: 2, decision: { reason: 'no loss yet' } });
  for (const loss of [0.1, 0.05]) {
    const reason = 'the loss is not above its floor 0.1';
    expect(policy.update(2, seen(loss), policyContext())).toEqual({ state: 2, decision: { reason } });
  }
  expect(policy.update(2, seen(0.1000001), policyContext()).decision.batchSize).toBe(1024);
});

test('a hair above the floor the numbers stay finite', () => {
  const { batchSize, learningRateScale } = damped(1e300, 5e-324);
  expect(batchSize).toBe(1024);
  expect(learningRateScale).toBe(1024 / Number.MAX_SAFE_INTEGER);
});

test('over a training whose loss is halved every 1,000 examples, the batch is doubled as often, and then the rate halved', () => {
  const facts = { baseBatchSize: 16, baseLearningRate: 0.1 };
  const options = {
    policy: lossDamping({ settle: 1, exact: true }),
    learningRate: none(),
    maxBatchSize: 128,
    memory: 1e-3,
  };
  const pipeline = assemble(options, facts);
  let [state, examplesSeen, step] = [pipeline.start(), 0, 0];
  const decided = new Map<number, readonly [number, number]>();
  while (examplesSeen < 6000) {
    const { batchSize, learningRate } = state.decision;
    const loss = 2 * 2 ** -Math.floor(examplesSeen / 1000);
    examplesSeen += batchSize;
    step += 1;
    const seenNow = plainObservation({ step, examplesSeen, batchSize, loss, learningRate, baseLearningRate: 0.1 });
    ({ state } = pipeline.advance(state, seenNow));
    decided.set(loss, [state.decision.batchSize, state.decision.learningRate]);
  }
  expect([...decided]).toEqual([
    [2, [16, 0.1]],
    [1, [32, 0.1]],
    [0.5, [64, 0.1]],
    [0.25, [128, 0.1]],
    [0.125, [128, 0.05]],
    [0.0625, [128, 0.025]],
  ]);
});

test('says what it is', () => {
  expect(lossDamping()).toMatchObject({ options: { floor: 0, settle: 256, exact: false }, needs: ['loss'] });
  expect(lossDamping().init()).toBeNull();
});

rejects([
  [
    () => lossDamping({ floor: Number.NaN }),
    'lossDamping: floor',
    'a finite number >= -1.7976931348623157e+308',
    'NaN',
  ],
  [() => lossDamping({ settle: 0 }), 'lossDamping: settle', 'a whole number >= 1', '0'],
  [() => lossDamping({ settle: 1.5 }), 'lossDamping: settle', 'a whole number >= 1', '1.5'],
  [() => lossDamping({ exact: 1 as never }), 'lossDamping: exact', 'one of true, false', '1'],
]);
rejectsUnknown('lossDamping', lossDamping);
