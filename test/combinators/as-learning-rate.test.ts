import fc from 'fast-check';
import { assemble } from '../../src/assembly/assemble.js';
import { type AsLearningRateOptions, asLearningRate } from '../../src/combinators/index.js';
import type { Policy, PolicyContext } from '../../src/core/types.js';
import { linear, none } from '../../src/learning-rates/index.js';
import { fixed } from '../../src/policies/index.js';
import { type ContextChanges, drawContext } from '../support/contexts.js';
import { plainObservation } from '../support/observations.js';
import { answering, asking, drawing, greedy, obeying, scripted } from '../support/policies.js';
import { mean, normal, uniform } from '../support/random.js';
import { type Rejection, rejects, rejectsUnknown } from '../support/rejections.js';

const decide = (asked: number | undefined, options: AsLearningRateOptions = {}, changes: ContextChanges = {}) =>
  obeying(asLearningRate(asking(asked), options), [{}], changes).decisions[0];

test('within the candidates, and in a hold, it changes nothing', () => {
  for (const asked of [16, 100, 1024]) expect(decide(asked)).toEqual({ batchSize: asked, reason: 'asked' });
  expect(decide(undefined)).toEqual({ reason: 'asked' });
  for (const batchSize of [5, 2000]) expect(decide(undefined, {}, { batchSize })).toEqual({ reason: 'asked' });
});

test('asked for k times the largest it gives that, and a k-th of the rate', () => {
  expect(decide(4096)).toEqual({
    batchSize: 1024,
    learningRateScale: 0.25,
    reason: 'asked; 4096 is beyond 1024: the rate times 0.25 does the rest',
  });
  expect(decide(3000)?.learningRateScale).toBe(1024 / 3000);
  expect(decide(3000)?.reason).toBe('asked; 3000 is beyond 1024: the rate times 0.341 does the rest');
  expect(decide(1025)?.learningRateScale).toBe(1024 / 1025);
});

test('no less than leastScale, a sixteenth unless told otherwise', () => {
  expect(decide(16_384)?.learningRateScale).toBe(0.0625);
  expect(decide(16_385)?.learningRateScale).toBe(0.0625);
  expect(decide(Infinity)?.learningRateScale).toBe(0.0625);
  expect(decide(1e6, { leastScale: 0.01 })?.learningRateScale).toBe(0.01);
  expect(decide(4096, { leastScale: 1 })).toEqual({
    batchSize: 1024,
    reason: 'asked; 4096 is beyond 1024: the rate is left alone',
  });
});

test('asked for less than the smallest it raises the rate only where told to, by mostScale at most', () => {
  expect(decide(4)).toEqual({ batchSize: 16, reason: 'asked; 4 is beyond 16: the rate is left alone' });
  expect(decide(4, { mostScale: 8 })).toEqual({
    batchSize: 16,
    learningRateScale: 4,
    reason: 'asked; 4 is beyond 16: the rate times 4 does the rest',
  });
  for (const asked of [1, 0, -5, -Infinity]) expect(decide(asked, { mostScale: 8 })?.learningRateScale).toBe(8);
});

test('nonsense is left to the pipeline, which reports it', () => {
  expect(decide(Number.NaN)?.batchSize).toBeNaN();
});

test('back within the bounds the rate is back too', () => {
  const { decisions } = obeying(asLearningRate(scripted([4096, 512, undefined])), [{}, {}, {}]);
  expect(decisions.map(({ batchSize, learningRateScale }) => [batchSize, learningRateScale])).toEqual([
    [1024, 0.25],
    [512, 1],
    [undefined, undefined],
  ]);
});

test('a factor of the policy multiplies', () => {
  const inner = answering({ batchSize: 64, learningRateScale: 0.5 }, { batchSize: 2048 }, { batchSize: 64 });
  const scales = obeying(asLearningRate(inner), [{}, {}, {}]).decisions.map((d) => d.learningRateScale);
  expect(scales).toEqual([0.5, 0.25, 0.5]);
});

describe('the world of the policy', () => {
  /** What the policy is shown at each step. */
  function worlds(
    sizes: readonly (number | undefined)[],
    forced: Record<number, number>,
    changes: ContextChanges = {},
  ) {
    const seen: PolicyContext[] = [];
    const inner = scripted(sizes);
    const spy: Policy<number> = {
      ...inner,
      update(state, estimates, context) {
        seen.push(context);
        return inner.update(state, estimates, context);
      },
    };
    const steps = sizes.map((_, i) => (forced[i] === undefined ? {} : { forced: forced[i] as number }));
    const { decisions } = obeying(asLearningRate(spy, { mostScale: 4 }), steps, changes);
    return { seen, decisions };
  }

  test('has rungs beyond both ends, as far as the rate may go', () => {
    const last = (candidates: readonly number[], options = {}) => {
      let offered: readonly number[] = [];
      const spy: Policy<null> = {
        ...greedy('last'),
        update(state, _estimates, context) {
          offered = context.candidates;
          return { state, decision: { reason: 'looked' } };
        },
      };
      obeying(asLearningRate(spy, options), [{}], { candidates });
      return offered;
    };
    expect(last([16, 32, 64])).toEqual([16, 32, 64, 128, 256, 512, 1024]);
    expect(last([16, 32], { leastScale: 0.25, mostScale: 4 })).toEqual([4, 8, 16, 32, 64, 128]);
    expect(last([16, 32], { leastScale: 0.3 })).toEqual([16, 32, 64]);
    // The ratio of the last two at each end; one alone: 2. No size below 1.
    expect(last([2, 8, 24], { leastScale: 0.1, mostScale: 100 })).toEqual([1, 2, 8, 24, 72, 216]);
    expect(last([10], { leastScale: 0.5, mostScale: 2 })).toEqual([5, 10, 20]);
    expect(last([2, 3], { leastScale: 1, mostScale: 3 })).toEqual([1, 2, 3]);
    expect(last([16, 32], { leastScale: 1 })).toEqual([16, 32]);
  });

  test('holds the size that it asked for, at the rate without the cut', () => {
    // A loop that obeys applies a quarter of the rate.
    const { seen, decisions } = worlds([4096, undefined, 8192], {}, { rule: none() });
    expect(seen.map(({ batchSize }) => batchSize)).toEqual([16, 4096, 4096]);
    expect(decisions.map((d) => [d.batchSize, d.learningRateScale])).toEqual([
      [1024, 0.25],
      [1024, undefined],
      [1024, 0.125],
    ]);
    expect((seen[0] as PolicyContext).learningRateAt(64)).toBe(0.01);
    // The stub's rate has no cut in it: four times too high says that it is taken out.
    expect((seen[1] as PolicyContext).learningRateAt(64)).toBe(0.04);
  });

  test('a size forced from outside is what it is', () => {
    expect(worlds([4096, undefined], { 1: 200 }).seen[1]?.batchSize).toBe(200);
    expect(worlds([4096, undefined], { 1: 200 }).decisions[1]).toEqual({
      learningRateScale: 1,
      reason: 'script 1',
    });
  });

  test('too small a size too', () => {
    expect(worlds([8, undefined, undefined], {}).seen.map(({ batchSize }) => batchSize)).toEqual([16, 8, 8]);
    expect(worlds([1, undefined], {}).seen[1]?.batchSize).toBe(4);
  });

  test('through a pipeline the rate of a rung beyond is what the rule would set there', () => {
    const rates: number[][] = [];
    const policy: Policy<null> = {
      name: 'looking',
      init: () => null,
      update(state, _estimates, { candidates, learningRateAt }) {
        rates.push(candidates.map(learningRateAt));
        return { state, decision: { batchSize: candidates.at(-1) as number, reason: 'the last' } };
      },
    };
    const options = { policy: asLearningRate(policy, { leastScale: 0.25 }), learningRate: linear(), maxBatchSize: 64 };
    const pipeline = assemble(options, { baseBatchSize: 16, baseLearningRate: 0.01 });
    let state = pipeline.start();
    for (let step = 1; step < 4; step++) {
      ({ state } = pipeline.advance(state, plainObservation({ step, batchSize: state.decision.batchSize })));
      expect(state.decision).toMatchObject({ batchSize: 64, learningRate: 0.01 });
    }
    expect(rates).toEqual(Array(3).fill([0.01, 0.02, 0.04, 0.08, 0.16]));
  });
});

test('starts within the bounds; the policy starts in its own world', () => {
  const start = (policy: Policy<null>) => asLearningRate(policy).start?.(drawContext());
  expect(start(drawing(4096, 8))).toBe(1024);
  expect(start(drawing(4, 8))).toBe(16);
  expect(start(asking(1))).toBe(16);
  expect(start({ ...asking(1), start: ({ candidates }) => candidates.length })).toBe(16);
  expect(start({ ...asking(1), start: ({ candidates }) => 10 * candidates.length })).toBe(110);
});

test('the larger the size asked for, the larger the batch and the smaller the rate', () => {
  const asked = fc.integer({ min: 1, max: 100_000 });
  fc.assert(
    fc.property(asked, asked, (one, other) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)].map((size) => decide(size, { mostScale: 4 }));
      expect(low?.batchSize).toBeLessThanOrEqual(high?.batchSize as number);
      expect(low?.learningRateScale ?? 1).toBeGreaterThanOrEqual(high?.learningRateScale ?? 1);
    }),
  );
});

test('in a training: the noise is that of the batch that was asked for', () => {
  // θ ← θ − η(θ + z/√B): at rest E θ² = η/(B(2 − η)).
  const atRest = (rate: number, size: number): number => rate / (size * (2 - rate));
  const policy = asLearningRate(fixed(256));
  const options = { policy, learningRate: none(), maxBatchSize: 64 };
  const pipeline = assemble(options, { baseBatchSize: 16, baseLearningRate: 0.1 });
  const noise = normal(uniform(7));
  let [state, theta] = [pipeline.start(), 0];
  const squares: number[] = [];
  for (let step = 1; step <= 40_000; step++) {
    const { batchSize, learningRate } = state.decision;
    if (step === 20) expect([batchSize, learningRate]).toEqual([64, 0.025]);
    theta -= learningRate * (theta + noise() / Math.sqrt(batchSize));
    if (step > 1000) squares.push(theta * theta);
    // Nothing that decides changes any more.
    if (step < 20) {
      ({ state } = pipeline.advance(state, plainObservation({ step, batchSize, baseLearningRate: 0.1, loss: 1 })));
    }
  }
  expect(mean(squares) / atRest(0.1, 256)).toBeGreaterThan(0.85);
  expect(mean(squares) / atRest(0.1, 256)).toBeLessThan(1.1);
  expect(mean(squares) / atRest(0.1, 64)).toBeLessThan(0.3);
});

test('its description holds the defaults', () => {
  const policy = { name: 'asking', options: {} };
  expect(asLearningRate(asking(1)).options).toEqual({ leastScale: 0.0625, mostScale: 1, policy });
});

const bad = (options: object, name: string, range: string, value: string): Rejection => [
  () => asLearningRate(asking(1), options),
  `asLearningRate: ${name}`,
  range,
  value,
];
rejects([
  bad({ leastScale: 0 }, 'leastScale', 'between 0.000001 and 1', '0'),
  bad({ leastScale: 1.01 }, 'leastScale', 'between 0.000001 and 1', '1.01'),
  bad({ mostScale: 0.99 }, 'mostScale', 'a finite number >= 1', '0.99'),
  bad({ mostScale: Infinity }, 'mostScale', 'a finite number >= 1', 'Infinity'),
]);
rejectsUnknown('asLearningRate', (options) => asLearningRate(asking(1), options));
