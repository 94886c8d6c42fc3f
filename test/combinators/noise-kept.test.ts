import fc from 'fast-check';
import { assemble } from '../../src/assembly/assemble.js';
import { type NoiseKeptOptions, noiseKept } from '../../src/combinators/index.js';
import type { Estimates } from '../../src/core/types.js';
import { linear, none } from '../../src/learning-rates/index.js';
import { fixed } from '../../src/policies/index.js';
import { type ContextChanges, ESTIMATES } from '../support/contexts.js';
import { plainObservation } from '../support/observations.js';
import { answering, asking, obeying, type ShownStep, scripted } from '../support/policies.js';
import { normal, uniform } from '../support/random.js';
import { type Rejection, rejects, rejectsUnknown } from '../support/rejections.js';

const known = (loss: number | undefined, squaredGradientNorm: number | undefined): Estimates => ({
  ...(loss !== undefined && { loss }),
  ...(squaredGradientNorm !== undefined && { noise: { ...ESTIMATES.noise, squaredGradientNorm } }),
});
const at = (seen: number, loss: number | undefined, norm: number | undefined): ShownStep => ({
  seen,
  estimates: known(loss, norm),
});

/** Stuck from the start: a loss of 1, the gradient gone after the first step. */
const STUCK = [at(0, 1, 10), at(50, 1, 1), at(100, 1, 1)];
const WINDOW = { window: 100 };
/** The size and the factor on the rate after each step, the batch 64 at the start unless told otherwise. */
const over = (
  steps: readonly ShownStep[],
  options: NoiseKeptOptions = {},
  inner = scripted([]),
  changes: ContextChanges = {},
) => obeying(noiseKept(inner, { ...WINDOW, ...options }), steps, { batchSize: 64, ...changes });

test('stuck over a window, it brings four times the noise, and says so', () => {
  const { decisions } = over(STUCK);
  expect(decisions).toEqual([
    { reason: 'script 0' },
    { reason: 'script 1' },
    { batchSize: 16, reason: 'stuck, 4 times the noise: script 2' },
  ]);
});

describe('acts only where', () => {
  const acts = (steps: readonly ShownStep[], options?: NoiseKeptOptions) => over(steps, options).sizes.at(-1) !== 64;

  test('a whole window is over', () => {
    expect(acts([at(0, 1, 10), at(99, 1, 1)])).toBe(false);
    expect(acts([at(0, 1, 10), at(100, 1, 1)])).toBe(true);
    expect(acts([at(30, 1, 10), at(129, 1, 1)])).toBe(false);
    expect(acts([at(30, 1, 10), at(130, 1, 1)])).toBe(true);
  });

  test('the window is counted from the first known loss', () => {
    expect(acts([at(0, undefined, 10), at(60, 1, 1), at(150, 1, 1)])).toBe(false);
    expect(acts([at(0, undefined, 10), at(60, 1, 1), at(160, 1, 1)])).toBe(true);
  });

  test('the lowest loss fell by less than a hundredth', () => {
    expect(acts([at(0, 1, 10), at(100, 0.9901, 1)])).toBe(true);
    expect(acts([at(0, 1, 10), at(100, 0.99, 1)])).toBe(false);
    expect(acts([at(0, 1, 10), at(50, 0.9, 1), at(100, 1, 1)])).toBe(false);
    expect(acts([at(0, 1, 10), at(100, 5, 1)])).toBe(true);
    expect(acts([at(0, -1, 10), at(100, -1.009, 1)])).toBe(true);
    expect(acts([at(0, -1, 10), at(100, -1.01, 1)])).toBe(false);
    expect(acts([at(0, 1, 10), at(100, 0.9, 1)], { flatness: 0.11 })).toBe(true);
  });

  test('the squared gradient norm is a tenth of the largest, or less', () => {
    expect(acts([at(0, 1, 10), at(100, 1, 1.01)])).toBe(false);
    expect(acts([at(0, 1, 4), at(50, 1, 10), at(100, 1, 1)])).toBe(true);
    expect(acts([at(0, 1, 10), at(100, 1, -3)])).toBe(true);
    expect(acts([at(0, 1, 10), at(100, 1, 5)], { smallness: 0.5 })).toBe(true);
    expect(acts([at(0, 1, 10), at(100, 1, 10)], { smallness: 1 })).toBe(true);
  });

  test('both are known', () => {
    expect(acts([at(0, 1, 10), at(100, 1, undefined)])).toBe(false);
    expect(acts([at(0, 1, -1), at(100, 1, -1)])).toBe(false);
    expect(acts([at(0, undefined, 10), at(100, undefined, 1)])).toBe(false);
  });

  test('the window after is flat too, if this one was not', () => {
    expect(acts([at(0, 1, 10), at(100, 0.5, 1), at(199, 0.5, 1)])).toBe(false);
    expect(acts([at(0, 1, 10), at(100, 0.5, 1), at(200, 0.5, 1)])).toBe(true);
  });
});

describe('an attempt', () => {
  test('ends when the loss falls below the lowest by a hundredth; the size is the one before', () => {
    const { decisions } = over([...STUCK, at(150, 0.9901, 1), at(160, 0.99, 1), at(170, 0.98, 1)]);
    expect(decisions.slice(3)).toEqual([
      { batchSize: 16, reason: 'stuck, 4 times the noise: script 3' },
      { batchSize: 64, reason: 'the loss moves, noise back: script 4' },
      { reason: 'script 5' },
    ]);
  });

  test('ends when the loss has risen by over a fifth', () => {
    const { decisions, sizes } = over([...STUCK, at(150, 1.2, 1), at(160, 1.21, 1)]);
    expect(sizes.slice(3)).toEqual([16, 64]);
    expect(decisions[4]?.reason).toBe('the loss rises, noise back: script 4');
    expect(over([at(0, -1, 10), at(100, -1, 1), at(110, -0.81, 1), at(120, -0.79, 1)]).sizes).toEqual([64, 16, 16, 64]);
  });

  test('ends with the window', () => {
    const { decisions, sizes } = over([...STUCK, at(199, 1, 1), at(200, 1, 1)]);
    expect(sizes.slice(3)).toEqual([16, 64]);
    expect(decisions[4]?.reason).toBe('no way out found, noise back: script 4');
  });

  test('goes on where a loss is missing', () => {
    expect(over([...STUCK, at(150, undefined, undefined)]).sizes[3]).toBe(16);
  });

  test('what the policy asks for at its end is given', () => {
    const inner = scripted([undefined, undefined, 256, 128, 32]);
    const { sizes } = over([...STUCK, at(150, 1, 1), at(160, 0.5, 1)], {}, inner);
    // From 256, which was asked for as it began.
    expect(sizes).toEqual([64, 64, 64, 64, 32]);
  });

  test('smaller sizes asked for are given', () => {
    const inner = scripted([undefined, undefined, undefined, 8, 16]);
    const { decisions } = over([...STUCK, at(150, 1, 1), at(160, 1, 1)], {}, inner);
    expect(decisions[3]).toEqual({ batchSize: 8, reason: 'script 3' });
    expect(decisions[4]).toEqual({ batchSize: 16, reason: 'stuck, 4 times the noise: script 4' });
  });
});

describe('noise is rate over batch size', () => {
  const given = (batchSize: number, changes: ContextChanges, options: NoiseKeptOptions = {}) => {
    const { batchSize: size, learningRateScale } = over(STUCK, options, undefined, { batchSize, ...changes })
      .decisions[2] as { batchSize?: number; learningRateScale?: number };
    return [size, learningRateScale];
  };

  test('the rate stays that of the size before, whatever the rule', () => {
    expect(given(256, { rule: none() })).toEqual([64, undefined]);
    expect(given(256, { rule: linear() })).toEqual([64, 4]);
  });

  test('what the candidates do not allow the rate does, twice as much at most', () => {
    expect(given(32, { rule: none() })).toEqual([16, 2]);
    expect(given(16, { rule: none() })).toEqual([16, 2]);
    expect(given(16, { rule: none() }, { mostScale: 3 })).toEqual([16, 3]);
    expect(given(16, { rule: none() }, { mostScale: 9 })).toEqual([16, 4]);
    expect(given(16, { rule: none() }, { mostScale: 1 })).toEqual([16, undefined]);
    expect(given(256, {}, { factor: 2 })).toEqual([128, undefined]);
  });

  test('times the factor of the policy, and back', () => {
    const inner = answering({ learningRateScale: 0.5 }, {});
    const steps = [...STUCK, at(150, 1, 1), at(160, 0.5, 1)];
    const scales = obeying(noiseKept(inner, WINDOW), steps, { rule: none() }).decisions.map((d) => d.learningRateScale);
    expect(scales).toEqual([0.5, undefined, 1, undefined, 0.5]);
  });
});

/** A minimum, every fifty examples. */
const minimum = (steps: number) => Array.from({ length: steps }, (_, i) => at(50 * i, 1, i === 0 ? 10 : 1));
/** At which steps attempts begin. */
const begins = (sizes: readonly number[]) => sizes.flatMap((size, i) => (size < 64 && sizes[i - 1] === 64 ? [i] : []));

test('gives up after three attempts in vain, or as many as told; a window lies between them', () => {
  expect(begins(over(minimum(400)).sizes)).toEqual([2, 6, 10]);
  expect(begins(over(minimum(400), { attempts: 1 }).sizes)).toEqual([2]);
  expect(begins(over(minimum(400), { attempts: 5 }).sizes)).toEqual([2, 6, 10, 14, 18]);
});

test('an attempt that found the way out does not count', () => {
  const steps = Array.from({ length: 60 }, (_, i) => at(50 * i, 0.5 ** Math.floor(i / 3), i === 0 ? 10 : 1));
  expect(begins(over(steps, { attempts: 1 }).sizes)).toEqual(Array.from({ length: 20 }, (_, i) => 3 * i + 2));
});

test('at a minimum with noise in the loss it acts a bounded number of times', () => {
  const losses = fc.array(fc.double({ min: 0.5, max: 1.5, noNaN: true }), { minLength: 200, maxLength: 200 });
  fc.assert(
    fc.property(losses, (all) => {
      const { sizes } = over(all.map((loss, i) => at(50 * i, loss, i === 0 ? 10 : 1)));
      // Each that does not count is a fall of a hundredth below the lowest: 110 of them from 1.5 to 0.5 at the very most.
      const falls = Math.log(1.5 / Math.min(...all)) / -Math.log(0.99);
      expect(begins(sizes).length).toBeLessThanOrEqual(3 + falls);
    }),
    { numRuns: 30 },
  );
});

/** The examples until the walker leaves a plateau |y| < 1; undefined: it does not within 80,000. */
function examplesToEscape(isKept: boolean, seed: number): number | undefined {
  const policy = isKept ? noiseKept(fixed(64), { factor: 16, window: 5000 }) : fixed(64);
  const facts = { baseBatchSize: 4, baseLearningRate: 0.1 };
  const pipeline = assemble({ policy, learningRate: none(), measure: { every: 1 } }, facts);
  const noise = normal(uniform(seed));
  let [state, y, seen] = [pipeline.start(), 0, 0];
  for (let step = 1; seen < 80_000; step++) {
    const { batchSize, learningRate } = state.decision;
    seen += batchSize;
    // Before: on a slope that has a gradient, for it to be small against.
    const norm = seen < 3000 ? 100 : 0.01;
    const statistics = { squaredNormOfMean: norm + 1 / batchSize, squaredDeviations: 1, meanProjection: norm };
    const base = plainObservation({
      step,
      batchSize,
      examplesSeen: seen,
      baseLearningRate: 0.1,
      learningRate,
      loss: 1,
    });
    const gradient = {
      ...{ route: 'microBatches' as const, degreesOfFreedom: 1, ...statistics },
      ...{ freshProjection: norm, freshDeviations: 1, projectionDeviations: norm },
    };
    ({ state } = pipeline.advance(state, { ...base, gradient, measureMs: 1 }));
    // In so many examples y spreads by η·√examples/B: at 64 by .44 over the whole run, at 4 by 1.8 in one attempt.
    y += (learningRate * noise()) / Math.sqrt(batchSize);
    if (Math.abs(y) >= 1) return seen;
  }
  return undefined;
}

test('in a training on a plateau the noise finds the way out, and the plain batch does not', () => {
  const seeds = [1, 2, 3, 4, 5, 6];
  const kept = seeds.map((seed) => examplesToEscape(true, seed));
  const plain = seeds.map((seed) => examplesToEscape(false, seed));
  expect(kept.every((seen) => seen !== undefined && seen > 5000)).toBe(true);
  expect(plain.filter((seen) => seen !== undefined).length).toBeLessThanOrEqual(1);
});

test('its description holds the defaults', () => {
  expect(noiseKept(asking(1)).options).toEqual({
    ...{ window: 10_000, flatness: 0.01, smallness: 0.1, factor: 4, attempts: 3, mostScale: 2 },
    policy: { name: 'asking', options: {} },
  });
});

const bad = (options: object, name: string, range: string, value: string): Rejection => [
  () => noiseKept(asking(1), options),
  `noiseKept: ${name}`,
  range,
  value,
];
rejects([
  bad({ window: 0 }, 'window', 'a whole number >= 1', '0'),
  bad({ flatness: 0 }, 'flatness', 'between 0.000001 and 1', '0'),
  bad({ flatness: 1.1 }, 'flatness', 'between 0.000001 and 1', '1.1'),
  bad({ smallness: 0 }, 'smallness', 'between 0.000001 and 1', '0'),
  bad({ smallness: 2 }, 'smallness', 'between 0.000001 and 1', '2'),
  bad({ factor: 1 }, 'factor', 'a finite number > 1', '1'),
  bad({ attempts: 0 }, 'attempts', 'a whole number >= 1', '0'),
  bad({ mostScale: 0.5 }, 'mostScale', 'a finite number >= 1', '0.5'),
]);
rejectsUnknown('noiseKept', (options) => noiseKept(asking(1), options));
