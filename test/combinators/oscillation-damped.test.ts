import fc from 'fast-check';
import { assemble } from '../../src/assembly/assemble.js';
import { type OscillationDampedOptions, oscillationDamped } from '../../src/combinators/index.js';
import type { Policy, PolicyContext } from '../../src/core/types.js';
import { linear, none } from '../../src/learning-rates/index.js';
import { fixed } from '../../src/policies/index.js';
import type { ContextChanges } from '../support/contexts.js';
import { gradientStatistics, plainObservation } from '../support/observations.js';
import { answering, asking, obeying, type ShownStep, scripted } from '../support/policies.js';
import { mean, normal, uniform } from '../support/random.js';
import { type Rejection, rejects, rejectsUnknown } from '../support/rejections.js';

/** A measured step whose gradient has `along` along the remembered part of the step. */
const reading = (along: number, seen?: number): ShownStep => ({
  ...(seen !== undefined && { seen }),
  shows: { gradient: gradientStatistics({ meanProjection: 5 + along, freshProjection: 5 }) },
});

/** A window of 100 examples with eight readings, the last at its end: all the same unless there are as many. */
const window = (index: number, ...along: readonly number[]): ShownStep[] =>
  Array.from({ length: 8 }, (_, i) =>
    reading(
      along.length === 1 ? (along[0] as number) : (along[i] as number),
      100 * index + Math.ceil((100 * (i + 1)) / 8),
    ),
  );
const windows = (...along: readonly number[]): ShownStep[] => along.flatMap((x, i) => window(i, x));

const over = (
  steps: readonly ShownStep[],
  options: OscillationDampedOptions = {},
  inner: Policy<number> | Policy<null> = fixed(64),
  changes: ContextChanges = {},
) => obeying(oscillationDamped(inner as Policy, { window: 100, ...options }), steps, { batchSize: 64, ...changes });

/** The sizes at the ends of windows whose readings are all the same. */
const sizesAfter = (along: readonly number[], options?: OscillationDampedOptions, inner?: Policy<null>) =>
  over(windows(...along), options, inner).sizes.filter((_, i) => i % 8 === 7);

test('a window whose step leads uphill on the mean doubles the batch, and says so', () => {
  const { decisions } = over(windows(-1));
  expect(decisions.slice(0, 7)).toEqual(Array(7).fill({ batchSize: 64, reason: 'fixed' }));
  expect(decisions[7]).toEqual({ batchSize: 128, reason: 'oscillates, noise divided by 2: fixed' });
});

test('each window damps once more, eightfold at most, or as much as told', () => {
  expect(sizesAfter([-1, -1, -1, -1, -1])).toEqual([128, 256, 512, 512, 512]);
  expect(sizesAfter([-1, -1, -1], { most: 3 })).toEqual([128, 256, 256]);
  expect(sizesAfter([-1, -1], { factor: 4 })).toEqual([256, 512]);
});

test('each calm one takes one back', () => {
  expect(sizesAfter([-1, -1, 1, 0, 1])).toEqual([128, 256, 128, 64, 64]);
  // From 3 to 1.5, whose 96 is nearest to 128, and to nothing.
  expect(sizesAfter([-1, -1, 1, 1, 1], { most: 3 })).toEqual([128, 256, 128, 64, 64]);
});

test('the remembered part of the step counts alone', () => {
  const fresh = { shows: { gradient: gradientStatistics({ meanProjection: -3, freshProjection: -3 }) } };
  expect(over(Array(30).fill(fresh)).sizes.every((size) => size === 64)).toBe(true);
});

describe('judges', () => {
  test('by standard errors: two, or as many as told', () => {
    // Mean −1, standard deviation √(8·a²/7), error a/√7: two errors are 1 where a = √7/2.
    const at = (spread: number, options?: OscillationDampedOptions) =>
      over(
        window(0, ...Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? -1 - spread : -1 + spread))),
        options,
      ).sizes.at(-1);
    expect(at(1.32)).toBe(128);
    expect(at(1.33)).toBe(64);
    expect(at(2.64, { evidence: 1 })).toBe(128);
    expect(at(2.65, { evidence: 1 })).toBe(64);
    expect(at(100, { evidence: 0 })).toBe(128);
  });

  test('in between nothing changes', () => {
    const unsure = window(1, -10, 8, -10, 8, -10, 8, -10, 8);
    expect(over([...window(0, -1), ...unsure]).sizes.at(-1)).toBe(128);
  });

  test('only at the end of a window', () => {
    const steps = Array.from({ length: 20 }, (_, i) => reading(-1, 5 * i + 4));
    expect(over(steps).sizes.every((size) => size === 64)).toBe(true);
    expect(over([...steps, reading(-1, 100)]).sizes.at(-1)).toBe(128);
  });

  test('on eight readings at least', () => {
    const seven = Array.from({ length: 7 }, (_, i) => reading(-1, 100 + 50 * i));
    expect(over(seven).sizes.at(-1)).toBe(64);
    expect(over([...seven, { seen: 500 }]).sizes.at(-1)).toBe(64);
    expect(over([...seven, reading(-1, 500)]).sizes.at(-1)).toBe(128);
  });

  test('each window anew', () => {
    expect(sizesAfter([-1, 0.001])).toEqual([128, 64]);
    expect(sizesAfter([1000, -1])).toEqual([64, 128]);
  });

  test('without statistics, never', () => {
    expect(over(Array(50).fill({})).sizes.every((size) => size === 64)).toBe(true);
  });

  test('whatever the unit of the gradient', () => {
    // Of a size whose squares a double holds.
    const reading = fc.integer({ min: -4e6, max: 2e6 }).map((x) => x / 1e6);
    const along = fc.array(reading, { minLength: 8, maxLength: 40 });
    fc.assert(
      fc.property(along, fc.constantFrom(0.25, 1024), (all, unit) => {
        const at = (by: number) =>
          over(
            all.map((x, i) => ({
              seen: 20 * i,
              shows: { gradient: gradientStatistics({ meanProjection: by * x, freshProjection: 0 }) },
            })),
          ).sizes;
        expect(at(unit)).toEqual(at(1));
      }),
    );
  });

  test('as the mean and the standard error of the readings say', () => {
    const along = fc.array(fc.double({ min: -10, max: 9, noNaN: true }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(along, (all) => {
        const middle = mean(all);
        const error = Math.sqrt(all.reduce((sum, x) => sum + (x - middle) ** 2, 0) / 7 / 8);
        fc.pre(Math.abs(middle + 2 * error) > 1e-9);
        expect(over(window(0, ...all)).sizes.at(-1)).toBe(middle < -2 * error ? 128 : 64);
      }),
    );
  });
});

describe('noise is rate over batch size', () => {
  const given = (along: readonly number[], batchSize: number, changes: ContextChanges) => {
    const { decisions } = over(windows(...along), {}, fixed(batchSize), { batchSize, ...changes });
    return decisions.filter((_, i) => i % 8 === 7).map((d) => [d.batchSize, d.learningRateScale]);
  };

  test('the rate stays that of the size asked for, whatever the rule', () => {
    expect(given([-1, -1], 64, { rule: none() })).toEqual([
      [128, undefined],
      [256, undefined],
    ]);
    expect(given([-1, -1, 1, 1], 64, { rule: linear() })).toEqual([
      [128, 0.5],
      [256, 0.25],
      [128, 0.5],
      [64, 1],
    ]);
  });

  test('what the candidates do not allow, the rate does', () => {
    expect(given([-1, -1, -1, 1, 1], 512, { rule: none() })).toEqual([
      [1024, undefined],
      [1024, 0.5],
      [1024, 0.25],
      [1024, 0.5],
      [1024, 1],
    ]);
  });

  test('times the factor of the policy', () => {
    const inner = answering({ batchSize: 1024, learningRateScale: 0.5 }, { batchSize: 1024 });
    const { decisions } = over(windows(-1, 1), {}, inner, { rule: none() });
    const said = decisions.flatMap((d, i) => (d.learningRateScale === undefined ? [] : [[i, d.learningRateScale]]));
    expect(said).toEqual([
      [0, 0.5],
      [7, 0.25],
      [15, 0.5],
    ]);
  });
});

describe('the policy', () => {
  test('is shown the size that it asked for, so that a hold holds', () => {
    const shown: number[] = [];
    const holding: Policy<null> = {
      ...asking(undefined),
      update(state, _estimates, context: PolicyContext) {
        shown.push(context.batchSize);
        return { state, decision: { reason: 'held' } };
      },
    };
    const { sizes } = over(windows(-1, -1, 1, 1), {}, holding);
    expect(sizes.filter((_, i) => i % 8 === 7)).toEqual([128, 256, 128, 64]);
    expect(shown.every((size) => size === 64)).toBe(true);
  });

  test('a size forced from outside is what it is', () => {
    const forced = [...windows(-1), { ...reading(-1, 101), forced: 32 }];
    expect(over(forced, {}, asking(undefined)).sizes.at(-1)).toBe(64);
  });

  test('asks for the size that is multiplied', () => {
    const inner = scripted([...Array(8).fill(64), 32, 128, undefined]);
    const { sizes } = over([...windows(-1), {}, {}, {}], {}, inner);
    expect(sizes.slice(7)).toEqual([128, 64, 256, 256]);
  });

  test('its nonsense is left to the pipeline, which reports it', () => {
    expect(over(windows(-1), {}, asking(Number.NaN)).decisions[7]?.batchSize).toBeNaN();
  });
});

/** Momentum on ½θ², the gradient with noise of variance 1/B: sizes and mean squares of θ, a third of the run each. */
function training(policy: Policy, { start = 0, deviation = 1, learningRate = 0.3, examples = 1.2e6 } = {}) {
  const momentum = 0.5;
  const facts = { baseBatchSize: 16, baseLearningRate: learningRate, momentum, optimizer: 'momentum' as const };
  const pipeline = assemble({ policy, learningRate: none(), measure: { every: 1 } }, facts);
  const noise = normal(uniform(3));
  let [state, theta, velocity, seen] = [pipeline.start(), start, 0, 0];
  const steps: { readonly seen: number; readonly size: number; readonly square: number }[] = [];
  for (let step = 1; seen < examples; step++) {
    const { batchSize, learningRate: rate } = state.decision;
    seen += batchSize;
    const gradient = theta + (deviation * noise()) / Math.sqrt(batchSize);
    velocity = momentum * velocity + gradient;
    steps.push({ seen, size: batchSize, square: theta * theta });
    const statistics = gradientStatistics({
      ...{ meanProjection: gradient * velocity, freshProjection: gradient * gradient },
      ...{ squaredNormOfMean: gradient * gradient, freshDeviations: 1, squaredDeviations: 1 },
    });
    const base = plainObservation({ step, batchSize, examplesSeen: seen, loss: 1, baseLearningRate: learningRate });
    ({ state } = pipeline.advance(state, { ...base, gradient: statistics, measureMs: 1 }));
    theta -= rate * velocity;
  }
  return steps;
}

test('in a training at rest above its minimum: an eighth of the noise, and of the height', () => {
  const steps = training(oscillationDamped(fixed(16), { window: 48_000 }) as unknown as Policy);
  const height = (from: number, to: number, size: number) =>
    mean(steps.flatMap((s) => (s.seen > from && s.seen < to && s.size === size ? [s.square] : [])));
  // Var θ = η/B·(1 + ρ)/((1 − ρ)(2(1 + ρ) − η)), for a curvature of 1.
  const atRest = (size: number) => ((0.3 / size) * 1.5) / (0.5 * (3 - 0.3));
  expect(steps.at(-1)?.size).toBe(128);
  expect(height(1000, 48_000, 16) / atRest(16)).toBeCloseTo(1, 0);
  const damped = height(4e5, 1.2e6, 128) / atRest(128);
  expect(Math.abs(damped - 1)).toBeLessThan(0.15);
});

test('in a training that goes straight down it does nothing', () => {
  const down = { start: 1e6, deviation: 0, learningRate: 0.01, examples: 20_000 };
  const steps = training(oscillationDamped(fixed(16), { window: 1000 }) as unknown as Policy, down);
  expect(steps.every(({ size }) => size === 16)).toBe(true);
});

test('its description holds the defaults', () => {
  expect(oscillationDamped(asking(1)).options).toEqual({
    ...{ window: 4000, evidence: 2, factor: 2, most: 8 },
    policy: { name: 'asking', options: {} },
  });
});

const bad = (options: object, name: string, range: string, value: string): Rejection => [
  () => oscillationDamped(asking(1), options),
  `oscillationDamped: ${name}`,
  range,
  value,
];
rejects([
  bad({ window: 0 }, 'window', 'a whole number >= 1', '0'),
  bad({ evidence: -0.1 }, 'evidence', 'a finite number >= 0', '-0.1'),
  bad({ factor: 1 }, 'factor', 'a finite number > 1', '1'),
  bad({ most: 1.9 }, 'most', 'a finite number >= 2', '1.9'),
  bad({ factor: 10 }, 'most', 'a finite number >= 10', '8'),
]);
rejectsUnknown('oscillationDamped', (options) => oscillationDamped(asking(1), options));
