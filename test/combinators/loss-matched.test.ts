import fc from 'fast-check';
import { assemble } from '../../src/assembly/assemble.js';
import { type LossMatchedOptions, lossMatched } from '../../src/combinators/index.js';
import type { Estimates, LearningRateRule, Policy } from '../../src/core/types.js';
import { linear, none } from '../../src/learning-rates/index.js';
import { fixed } from '../../src/policies/index.js';
import { ESTIMATES } from '../support/contexts.js';
import { gradientStatistics } from '../support/observations.js';
import { answering, asking, obeying, type ShownStep, scripted } from '../support/policies.js';
import { mean, normal, uniform } from '../support/random.js';
import { type Rejection, rejects, rejectsUnknown } from '../support/rejections.js';

/** What makes `factor` the least factor that suits at 16 examples of the user's 0.01, with floor 0.3: 16·(loss − 0.3)/trΣ = 0.01·factor. */
const suiting = (factor: number): Estimates => ({
  ...ESTIMATES,
  noise: { ...ESTIMATES.noise, traceOfCovariance: 3200 / factor },
});
const KNOWN = { floor: 0.3 };

/** Measured steps, 1,000 examples apart, at which the least suiting factor is that. */
const steps = (...factors: readonly number[]): ShownStep[] =>
  factors.map((factor, i) => ({
    seen: 1000 * (i + 1),
    estimates: suiting(factor),
    shows: { gradient: gradientStatistics(), learningRate: 0.01 },
  }));
/** The factors put on the rate, of a policy that keeps its size unless told otherwise. */
const scales = (
  shown: readonly ShownStep[],
  options: LossMatchedOptions = {},
  inner: Policy<never> = scripted([]) as never,
): (number | undefined)[] => loop(shown, options, inner).map(({ learningRateScale }) => learningRateScale);

/** A loop that obeys the factor on the rate too. */
function loop(
  shown: readonly ShownStep[],
  options: LossMatchedOptions = {},
  inner: Policy<never> = scripted([]) as never,
  { rule = none(), start = 16, most = Infinity }: { rule?: LearningRateRule; start?: number; most?: number } = {},
) {
  const policy = lossMatched(inner, { ...KNOWN, ...options });
  let [state, scale, size] = [policy.init(), 1, start];
  return shown.map((step) => {
    const at = scale;
    const learningRateAt = (of: number) => Math.min(0.01 * at * rule.factor(of, 16, {}, {} as never), most);
    const from: Policy<typeof state> = { ...policy, init: () => state };
    const done = obeying(from, [step], { batchSize: size, learningRateAt });
    ({ state } = done);
    const decision = done.decisions[0] as (typeof done.decisions)[number];
    scale = decision.learningRateScale ?? scale;
    size = done.sizes[0] as number;
    return { ...decision, scale, size, rate: Math.min(0.01 * scale * rule.factor(size, 16, {}, {} as never), most) };
  });
}

test('lets the rate be between the suiting one and twice that', () => {
  expect(scales(steps(1, 0.51, 0.99))).toEqual([undefined, undefined, undefined]);
});

test('raises it to the least that suits, lowers it to the most, and says so', () => {
  const [up] = loop(steps(1.5));
  expect(up?.learningRateScale).toBeCloseTo(1.5, 12);
  expect(up?.reason).toBe("script 0; the rate 1.5 times the user's");
  expect(scales(steps(0.4))).toEqual([expect.closeTo(0.8, 12)]);
  expect(scales(steps(1.5, 1.2, 1.6, 0.5))).toEqual([
    expect.closeTo(1.5, 12),
    undefined,
    expect.closeTo(1.6, 12),
    expect.closeTo(1, 12),
  ]);
});

test('κ scales it', () => {
  for (const share of [0.5, 1, 1.6]) {
    expect(scales(steps(1.2), { share })[0] ?? 1).toBeCloseTo(Math.max(1, 1.2 * share), 12);
  }
});

test('grows twofold and falls fourfold over a thousand examples at most, however long ago it was weighed', () => {
  expect(scales(steps(100, 100, 0.001, 0.001))).toEqual([2, 4, 1, 0.25].map((x) => expect.closeTo(x, 12)));
  const late = steps(100).map((step) => ({ ...step, seen: 1e6 }));
  expect(scales(late)).toEqual([expect.closeTo(2, 12)]);
  const soon = steps(100, 100).map((step, i) => ({ ...step, seen: 1000 + 500 * i }));
  expect(scales(soon)[1]).toBeCloseTo(2 * Math.SQRT2, 12);
});

test('waits for a measured step, and then makes up for the examples in between', () => {
  const [one, two] = steps(100, 100) as [ShownStep, ShownStep];
  expect(
    scales([
      { ...one, shows: {} },
      { ...two, seen: 500 },
    ]),
  ).toEqual([undefined, expect.closeTo(Math.SQRT2, 12)]);
});

test('lies within `most` and its inverse, 16 by default', () => {
  const up = steps(...Array.from({ length: 6 }, () => 1e6));
  expect(loop(up).at(-1)?.scale).toBeCloseTo(16, 9);
  expect(loop(up, { most: 3 }).at(-1)?.scale).toBeCloseTo(3, 9);
  const down = steps(...Array.from({ length: 6 }, () => 1e-6));
  expect(loop(down).at(-1)?.scale).toBeCloseTo(1 / 16, 9);
  expect(loop(down, { most: 3 }).at(-1)?.scale).toBeCloseTo(1 / 3, 9);
});

test('goes down with a batch that shrinks, at once', () => {
  const inner = scripted([undefined, 4]) as never;
  // At 4 examples a quarter suits, twice that is the most.
  const [, shrunk] = loop(
    steps(1, 1).map((step) => ({ ...step, seen: 1000 })),
    {},
    inner,
  );
  expect(shrunk).toMatchObject({ size: 4, rate: expect.closeTo(0.005, 12) });
});

test('what a rule adds is divided out, outside of what suits', () => {
  const inner = scripted([64]) as never;
  // At 64 examples 0.4 to 0.8 suits of the four that the rule would set.
  const [grown] = loop(steps(0.1), {}, inner, { rule: linear() });
  expect(grown).toMatchObject({ size: 64, scale: expect.closeTo(0.25, 12), rate: expect.closeTo(0.01, 12) });
  const further = loop(steps(0.1, 0.1), {}, inner, { rule: linear() }).at(-1);
  expect(further?.rate).toBeCloseTo(0.008, 12);
  // 3 to 6 suits: four is let be.
  expect(loop(steps(0.75), {}, inner, { rule: linear() })[0]).toMatchObject({ scale: 1, rate: 0.04 });
});

test('does not pile up behind a bound on the rate', () => {
  const held = loop(steps(9, 9, 9, 9, 9), {}, undefined, { most: 0.011 });
  expect(held.at(-1)?.scale).toBeCloseTo(2, 9);
  const ceiling = steps(9, 9, 9).map((step) => ({ ...step, estimates: { ...step.estimates, rateCeiling: 1.5 } }));
  expect(loop(ceiling).at(-1)?.scale).toBeCloseTo(1.5, 12);
});

test('a factor of the policy comes on top', () => {
  const inner = answering({ learningRateScale: 0.5 }, {}) as never;
  expect(scales(steps(1.5, 1.2, 1.8), {}, inner)).toEqual([
    expect.closeTo(0.75, 12),
    undefined,
    expect.closeTo(0.9, 12),
  ]);
});

test('leaves large and small factors of a rule alone where nothing is known', () => {
  const blind = [{ seen: 100 }, { seen: 200 }];
  const inner = scripted([1024]) as never;
  expect(loop(blind, { most: 2 }, inner, { rule: linear() }).map(({ scale }) => scale)).toEqual([1, 1]);
  const small = scripted([16]) as never;
  expect(loop(blind, { most: 2 }, small, { rule: linear(), start: 1024 }).map(({ scale }) => scale)).toEqual([1, 1]);
});

/** Two batches a window of 32: losses and the factor that was in force. */
const windows = (losses: readonly number[], factor: number): ShownStep[] =>
  losses.flatMap((loss) => [0, 1].map(() => ({ shows: { loss, learningRate: 0.01 * factor } })));

test('the guard lowers the rate at once where the loss rises, whatever suits', () => {
  const risen = loop(windows([1, 1.2], 1), { window: 32 });
  expect(risen.map(({ learningRateScale }) => learningRateScale)).toEqual([undefined, undefined, undefined, 0.5]);
  expect(loop(windows([1, 1.2], 1)).at(-1)?.learningRateScale).toBeUndefined();
});

test('three rises in a row above the user rate, and it is left alone for good', () => {
  const rising = windows([1, 1.2, 1.3, 1.4], 4);
  const all = loop([...rising, ...steps(8, 8)], { window: 32 });
  const last = all[rising.length - 1];
  expect(last?.reason).toBe('script 7; the loss kept rising: the rate is left alone');
  expect(all.slice(rising.length).map(({ scale }) => scale)).toEqual([1, 1]);
  const gentle = loop([...windows([1, 1.2, 1.3], 4), ...steps(8)], { window: 32 });
  expect(gentle.at(-1)?.reason).not.toMatch(/left alone/);
});

test('holds where the user rate is 0, and with losses that have no square', () => {
  const zero = steps(9).map((step) => ({ ...step, shows: { ...step.shows, baseLearningRate: 0, learningRate: 0 } }));
  expect(scales(zero)).toEqual([undefined]);
  const policy = lossMatched(fixed(16));
  const { state } = obeying(
    policy,
    [1e300, -1e300, 1e300, 5, 6].map((loss) => ({ shows: { loss, batchSize: 700 } })),
  );
  expect(JSON.stringify(state)).not.toMatch(/null,"variance"|"mean":null|"spread":null/);
});

test('more noise never means a larger rate, a larger gap never a smaller one', () => {
  const factor = fc.double({ min: 0.01, max: 100, noNaN: true });
  fc.assert(
    fc.property(factor, factor, (one, other) => {
      const after = (least: number) => loop(steps(least))[0]?.scale as number;
      expect(after(Math.max(one, other))).toBeGreaterThanOrEqual(after(Math.min(one, other)));
    }),
  );
});

/** Gradient noise of an example, in all. */
const TRACE = 50;

/** A bowl ½|θ|² in ten dimensions on a floor: the mean height above it in the last fifth of a run, from so many times the rate 0.02 at 16 examples. */
interface Bowl {
  readonly policy: Policy;
  readonly factor: number;
  readonly floor: number;
}

/** Statistics of two halves of a batch, each a gradient of the bowl with noise. */
function measured(weights: readonly number[], batchSize: number, gaussian: () => number) {
  const spread = Math.sqrt(TRACE / weights.length / (batchSize / 2));
  const [one, two] = [0, 1].map(() => weights.map((w) => w + gaussian() * spread)) as [number[], number[]];
  const g = one.map((x, i) => (x + (two[i] as number)) / 2);
  const norm = g.reduce((sum, x) => sum + x * x, 0);
  const deviations = (batchSize / 4) * one.reduce((sum, x, i) => sum + (x - (two[i] as number)) ** 2, 0);
  const gradient = gradientStatistics({
    ...{ squaredNormOfMean: norm, squaredDeviations: deviations, meanProjection: norm },
    ...{ freshProjection: norm, freshDeviations: deviations, projectionDeviations: norm * deviations },
  });
  return { g, gradient };
}

const EXAMPLES = 40_000;

function height({ policy, factor, floor }: Bowl, seed: number): number {
  const gaussian = normal(uniform(seed));
  const facts = { baseBatchSize: 16, baseLearningRate: 0.02 * factor };
  const pipeline = assemble({ policy, learningRate: none(), measure: { every: 4 } }, facts);
  let [state, weights] = [pipeline.start(), Array.from({ length: 10 }, () => 1)];
  const heights: number[] = [];
  for (let step = 1; step <= EXAMPLES / 16; step++) {
    const { learningRate } = state.decision;
    const above = weights.reduce((sum, w) => sum + (w * w) / 2, 0);
    if (step > (0.8 * EXAMPLES) / 16) heights.push(above);
    const { g, gradient } = measured(weights, 16, gaussian);
    ({ state } = pipeline.advance(state, {
      ...{ step, epoch: 0, examplesSeen: 16 * step, batchSize: 16, microBatches: 2, learningRate, stepMs: 1 },
      ...{
        baseLearningRate: facts.baseLearningRate,
        loss: floor + above * (1 + 0.1 * gaussian()),
        gradient,
        measureMs: 0.1,
      },
    }));
    weights = weights.map((w, i) => w - learningRate * (g[i] as number));
  }
  return mean(heights);
}

const heightOf = (bowl: Bowl): number => mean([1, 2, 3].map((seed) => height(bowl, seed)));

describe.each([1 / 8, 1, 8])('in a bowl, from a start at %d times a rate', (factor) => {
  test('the height falls as trΣ over examples, as with the best course of rates', () => {
    const policy = lossMatched(fixed(16), { floor: 0, most: 1000 }) as Policy;
    const above = heightOf({ policy, factor, floor: 0 });
    // A step of η = q·B·h/trΣ makes h·(1 − 2η) + ½η²·trΣ/B of h, so that 1/h grows by (2q − q²/2)/trΣ an example; q from 1 to 2. About 0.9 of the way.
    const [slow, fast] = [TRACE / (1.5 * 0.9 * EXAMPLES), TRACE / (2 * 0.9 * EXAMPLES)];
    // The smoothed loss lags behind, so the rate is a little higher: 1.4 times the slow one, from each start.
    expect(above).toBeLessThan(1.6 * slow);
    expect(above).toBeGreaterThan(fast);
  });

  test('with an estimated floor of 0.5 it ends within a fortieth of the loss', () => {
    const above = heightOf({ policy: lossMatched(fixed(16), { most: 100 }) as Policy, factor, floor: 0.5 });
    expect(above).toBeLessThan(0.0125);
    // What the rate untouched comes to: η·trΣ/(4B).
    if (factor === 8) expect(heightOf({ policy: fixed(16) as Policy, factor, floor: 0.5 })).toBeGreaterThan(0.12);
  });
});

test('its description holds the defaults', () => {
  expect(lossMatched(asking(1)).options).toEqual({
    ...{ share: 1, floor: 'estimated', most: 16, window: 1000 },
    policy: { name: 'asking', options: {} },
  });
});

const bad = (options: object, name: string, range: string, value: string): Rejection => [
  () => lossMatched(asking(1), options),
  `lossMatched: ${name}`,
  range,
  value,
];
rejects([
  bad({ share: 0 }, 'share', 'a finite number > 0', '0'),
  bad({ floor: Number.NaN }, 'floor', 'a finite number >= -1.7976931348623157e+308', 'NaN'),
  bad({ floor: 'guessed' }, 'floor', 'a finite number >= -1.7976931348623157e+308', '"guessed"'),
  bad({ most: 1 }, 'most', 'a finite number > 1', '1'),
  bad({ window: 0 }, 'window', 'a whole number >= 1', '0'),
]);
rejectsUnknown('lossMatched', (options) => lossMatched(asking(1), options));
