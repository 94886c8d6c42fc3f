import fc from 'fast-check';
import type { NoiseEstimate, StepObservation } from '../../src/core/types.js';
import { noiseScale } from '../../src/estimators/index.js';
import {
  covarianceOf,
  dot,
  drawParts,
  exampleGradients,
  measuredStep,
  multiply,
  type Population,
  partOf,
  type StepOf,
  type Vector,
} from '../support/gradients.js';
import { anyStatistics, gradientStatistics, observation, plainObservation } from '../support/observations.js';
import { errorsAway, mean, sampleVariance } from '../support/random.js';
import { sharedOut } from '../support/subsets.js';

/** So long a memory that nothing fades. */
const ALL = { memory: 1e18, leastReadings: 1e18 };

const POPULATION: Population = {
  gradient: [1, -0.5, 0.25, 0],
  factor: [
    [2, 0, 0, 0],
    [1, 1.5, 0, 0],
    [0, 0.5, 1, 0],
    [0.3, 0, 0, 3],
  ],
  noise: 'gaussian',
};
const SKEWED: Population = { ...POPULATION, noise: 'skewed' };

const SIZES = [
  ['two halves', [12, 12]],
  ['equal sizes', [6, 6, 6, 6]],
  ['unequal sizes', [1, 4, 11, 8]],
] as const;

/** The estimate after these steps, seen one after another. */
function estimateOf(steps: readonly StepObservation[], memory = ALL) {
  const estimator = noiseScale(memory);
  let state = estimator.init();
  let examplesSeen = 0;
  for (const step of steps) {
    examplesSeen += step.batchSize;
    state = estimator.update(state, { ...step, examplesSeen });
  }
  return estimator.estimate(state, steps.at(-1) as StepObservation);
}

/** Ŝ and Ĝ² of one step alone. */
function single(step: StepObservation): { trace: number; norm: number } {
  const estimator = noiseScale(ALL);
  const { trace, norm } = estimator.update(estimator.init(), step);
  return { trace: trace.mean, norm: norm.mean };
}

function drawSteps(population: Population, sizes: readonly number[], count: number, seed: number, step?: StepOf) {
  const example = exampleGradients(population, seed);
  return Array.from({ length: count }, () => measuredStep(drawParts(example, sizes), step));
}

const traceOf = (matrix: readonly (readonly number[])[]): number =>
  matrix.reduce((sum, row, i) => sum + (row[i] as number), 0);

describe.each([
  ['gaussian', POPULATION],
  ['skewed', SKEWED],
] as const)('of %s gradients', (_noise, population) => {
  test.each(SIZES)('is unbiased in %s', (_name, sizes) => {
    const estimates = drawSteps(population, sizes, 400, 6).map(single);
    const g = population.gradient;
    const traces = estimates.map(({ trace }) => trace);
    const norms = estimates.map(({ norm }) => norm);
    expect(errorsAway(traces, traceOf(covarianceOf(population)))).toBeLessThan(2);
    expect(errorsAway(norms, dot(g, g))).toBeLessThan(2);
  });
});

test('plain |g|² would be biased by trΣ/B: the data can tell', () => {
  const norms = drawSteps(POPULATION, [12, 12], 400, 1).map(({ gradient }) => gradient?.squaredNormOfMean as number);
  expect(errorsAway(norms, dot(POPULATION.gradient, POPULATION.gradient))).toBeGreaterThan(5);
});

test('the noise scale is that of the metric of the step, tr(DΣ) / GᵀDG', () => {
  // Many coordinates, as a network has them: one step's own trΣ and tr(DΣ) are near their means.
  const gradient = Array.from({ length: 60 }, (_, i) => Math.cos(i));
  const factor = gradient.map((_, i) => gradient.map((_, j) => (i === j ? 1 + (i % 3) : 0)));
  const preconditioner = gradient.map((_, i) => 1 / (1 + (i % 3)));
  const covariance = covarianceOf({ gradient, factor, noise: 'gaussian' });
  const traceInMetric = preconditioner.reduce((sum, d, i) => sum + d * (covariance[i]?.[i] as number), 0);
  const truth = traceInMetric / dot(gradient, multiply(preconditioner, gradient));
  const steps = drawSteps({ gradient, factor, noise: 'gaussian' }, [4, 4, 4, 4, 4, 4], 100, 4, { preconditioner });
  expect(Math.abs((estimateOf(steps)?.noiseScale as number) / truth - 1)).toBeLessThan(0.04);
  expect(Math.abs(traceOf(covariance) / dot(gradient, gradient) / truth - 1)).toBeGreaterThan(0.1);
});

test('the unit of the metric cancels, step by step', () => {
  const parts = Array.from({ length: 6 }, (_, i) => drawParts(exampleGradients(POPULATION, i), [5, 7]));
  const plain = estimateOf(parts.map((one) => measuredStep(one)))?.noiseScale as number;
  const scaled = parts.map((one, i) => measuredStep(one, { preconditioner: POPULATION.gradient.map(() => 10 ** i) }));
  expect((estimateOf(scaled)?.noiseScale as number) / plain).toBeCloseTo(1, 9);
});

test('smoothing numerator and denominator apart beats the mean of ratios', () => {
  const far: Population = { ...POPULATION, gradient: [1.2, -0.8, 0.8, 0.8] };
  const truth = traceOf(covarianceOf(far)) / dot(far.gradient, far.gradient);
  const steps = drawSteps(far, [16, 16, 16, 16], 2000, 5);
  const ratios = steps.map(single).map((one) => one.trace / one.norm);
  const apart = estimateOf(steps)?.noiseScale as number;
  expect(errorsAway(ratios, truth)).toBeGreaterThan(5);
  expect(Math.abs(apart - truth)).toBeLessThan(Math.abs(mean(ratios) - truth) / 5);
});

test('is absent before four measured steps', () => {
  const step = observation();
  expect(estimateOf([step, step, step])).toBeUndefined();
  expect(estimateOf([step, step, step, step])).toMatchObject({
    traceOfCovariance: 100,
    squaredGradientNorm: 1,
    noiseScale: 100,
    measurements: 4,
  });
});

test('steps that were not measured leave the state as it is', () => {
  const estimator = noiseScale(ALL);
  const state = estimator.update(estimator.init(), observation());
  expect(estimator.update(state, plainObservation())).toBe(state);
});

test('weighs by examples and fades by examples', () => {
  const pair = (size: number, first: number, second: number) =>
    measuredStep([first, second].map((x) => ({ size, gradient: [x] })));
  const small = pair(1, 9, 7);
  const large = pair(3, 9, 5);
  // Ŝ = 2 of 2 examples, 24 of 6
  expect(estimateOf([small, small, large, large])?.traceOfCovariance).toBeCloseTo((2 * 2 + 6 * 24) / 8, 10);
  const keep = Math.exp(-6 / 100);
  const faded = estimateOf([small, large, large, large], { memory: 100, leastReadings: 1 });
  const weights = [2 * keep ** 3, 6 * keep ** 2, 6 * keep, 6];
  const expected = weights.reduce((sum, weight, i) => sum + weight * (i === 0 ? 2 : 24), 0);
  expect(faded?.traceOfCovariance).toBeCloseTo(expected / weights.reduce((a, b) => a + b), 10);
});

describe('where |G|² drowns', () => {
  /** The estimate of readings of Ĝ² in the metric of the step. */
  const of = (norms: readonly number[]): NoiseEstimate =>
    estimateOf(
      norms.map((norm) => observation({ gradient: gradientStatistics({ freshProjection: norm + 6.25 }) })),
    ) as NoiseEstimate;

  test('its standard error stands in: at least this much, and no less uncertain than that', () => {
    // Ĝ² = −1, 1, −3, −1: mean −1, standard error √(8/3/4)
    const found = of([-1, 1, -3, -1]);
    expect(found.noiseScale).toBeCloseTo(100 / Math.sqrt(8 / 3 / 4), 10);
    expect(found.standardError).toBeCloseTo(found.noiseScale, 10);
    expect(found.isLowerBound).toBe(true);
  });

  test('begins exactly where it is below its standard error', () => {
    // Mean m of m − 1, m + 1, m − 1, m + 1: standard error 1/√3
    const around = (mean: number) => of([mean - 1, mean + 1, mean - 1, mean + 1]);
    const error = 1 / Math.sqrt(3);
    for (const mean of [-5, 0, 0.5 * error, error - 1e-9]) {
      expect(around(mean)).toMatchObject({ isLowerBound: true });
      expect(around(mean).noiseScale).toBeCloseTo(100 / error, 8);
    }
    for (const mean of [error + 1e-9, 2 * error, 50]) {
      expect(around(mean)).not.toHaveProperty('isLowerBound');
      expect(around(mean).noiseScale).toBeCloseTo(100 / mean, 8);
    }
  });
});

test('the standard error is that of the ratio, linearized: the relative errors of both add in squares', () => {
  const readings = [
    [90, 2],
    [110, 4],
    [130, 3],
    [70, 3],
  ] as const;
  const steps = readings.map(([trace, norm]) => {
    const gradient = { squaredDeviations: trace, freshDeviations: trace, freshProjection: norm + trace / 16 };
    return observation({ gradient: gradientStatistics(gradient) });
  });
  const relative = (values: number[]): number => Math.sqrt(sampleVariance(values) / 4) / mean(values);
  const expected = Math.hypot(relative(readings.map(([t]) => t)), relative(readings.map(([, n]) => n)));
  expect(estimateOf(steps)?.noiseScale).toBeCloseTo(100 / 3, 10);
  expect((estimateOf(steps)?.standardError as number) / (100 / 3)).toBeCloseTo(expected, 10);
});

/** Of many coordinates, noise scale 2 to 3 times the batch of 16, as a training begins. */
const WIDE: Population = {
  gradient: Array.from({ length: 12 }, (_, i) => Math.cos(i)),
  factor: Array.from({ length: 12 }, (_, i) => Array.from({ length: 12 }, (_, j) => (i === j ? 4 / (1 + i) + 2 : 0))),
  noise: 'gaussian',
};

type Reading = readonly [batchSize: number, pieces: number];

/** The estimate of readings one after another: seen at a size each, in as many pieces. */
function run(seed: number, readings: readonly Reading[], population = WIDE): NoiseEstimate {
  const example = exampleGradients(population, seed);
  const pieces = ([size, count]: Reading): number[] => Array.from({ length: count }, () => size / count);
  return estimateOf(readings.map((reading) => measuredStep(drawParts(example, pieces(reading))))) as NoiseEstimate;
}

const repeated = (times: number, ...kinds: readonly Reading[]): Reading[] =>
  Array.from({ length: times }, () => kinds).flat();

describe('the standard error, over many runs', () => {
  test.each([
    ['two pieces', repeated(48, [16, 2])],
    ['single examples', repeated(48, [16, 16])],
    ['either, B − 1 degrees of freedom against 1', repeated(24, [16, 2], [16, 16])],
  ] as const)('is the spread of the noise scale where a batch is seen in %s', (_name, readings) => {
    const runs = Array.from({ length: 150 }, (_, seed) => run(seed, readings));
    const spread = Math.sqrt(sampleVariance(runs.map(({ noiseScale: scale }) => scale)));
    expect(runs.filter(({ isLowerBound }) => isLowerBound)).toEqual([]);
    expect(Math.abs(mean(runs.map(({ standardError }) => standardError)) / spread - 1)).toBeLessThan(0.2);
  });
});

test('degrees of freedom add up, and fade with the readings', () => {
  expect(run(1, [...repeated(4, [16, 2]), [16, 16], [64, 4]]).degreesOfFreedom).toBe(4 + 15 + 3);
  const steps = [2, 4, 6, 6].map((degreesOfFreedom) =>
    observation({ gradient: gradientStatistics({ degreesOfFreedom }) }),
  );
  const keep = Math.exp(-16 / 100);
  const expected = 2 * keep ** 3 + 4 * keep ** 2 + 6 * keep + 6;
  const found = estimateOf(steps, { memory: 100, leastReadings: 1 }) as NoiseEstimate;
  expect(found.degreesOfFreedom).toBeCloseTo(expected, 10);
});

describe('means the same', () => {
  const truth = { trace: traceOf(covarianceOf(WIDE)), norm: dot(WIDE.gradient, WIDE.gradient) };

  test.each([
    ['at a size of 16', repeated(16, [16, 2])],
    ['at 16 and then at 64: the statistics carry over', [...repeated(8, [16, 2]), ...repeated(8, [64, 2])]],
    ['at 64 and then at 16', [...repeated(8, [64, 4]), ...repeated(8, [16, 4])]],
    ['of unlike degrees of freedom', repeated(8, [16, 2], [16, 16])],
  ] as const)('%s', (_name, readings) => {
    const runs = Array.from({ length: 300 }, (_, seed) => run(1000 + seed, readings));
    const traces = runs.map(({ traceOfCovariance }) => traceOfCovariance);
    const norms = runs.map(({ squaredGradientNorm }) => squaredGradientNorm);
    expect(errorsAway(traces, truth.trace)).toBeLessThan(2);
    expect(errorsAway(norms, truth.norm)).toBeLessThan(2);
  });
});

describe('of a batch drawn from few examples without replacement', () => {
  const examples = Array.from({ length: 6 }, exampleGradients(SKEWED, 9));
  const truth = partOf(examples).gradient;
  const preconditioner = [0.1, 2, 0.7, 1];

  /** Ŝ and Ĝ² of one draw; in the metric of the step too. */
  const seen = (parts: readonly (readonly Vector[])[], datasetSize: number) => {
    const estimator = noiseScale({ ...ALL, datasetSize });
    const given = measuredStep(parts.map(partOf), { preconditioner });
    const { trace, norm, stepNorm } = estimator.update(estimator.init(), given);
    const { squaredDeviations, freshDeviations } = given.gradient as NonNullable<typeof given.gradient>;
    return { trace: trace.mean, norm: norm.mean, stepNorm: (stepNorm.mean * freshDeviations) / squaredDeviations };
  };

  const overAll = (size: number, pieces: number, datasetSize: number) => {
    const draws = [...sharedOut(examples, size, pieces)].map((parts) => seen(parts, datasetSize));
    return (name: 'trace' | 'norm' | 'stepNorm'): number => mean(draws.map((one) => one[name]));
  };

  test.each([
    ['two of six', 2, 2],
    ['four of six in two pieces', 4, 2],
    ['four of six one by one', 4, 4],
    ['all six in three pieces', 6, 3],
  ] as const)('both, averaged over all draws of %s, are the true ones', (_name, size, pieces) => {
    const average = overAll(size, pieces, 6);
    const variances = truth.map((_, i) => sampleVariance(examples.map((one) => one[i] as number)));
    expect(average('trace')).toBeCloseTo(
      variances.reduce((a, b) => a + b),
      9,
    );
    expect(average('norm')).toBeCloseTo(dot(truth, truth), 9);
    expect(average('stepNorm')).toBeCloseTo(dot(truth, multiply(preconditioner, truth)), 9);
    expect(Math.abs(overAll(size, pieces, 1e12)('norm') - dot(truth, truth))).toBeGreaterThan(0.1);
  });

  test('nothing is taken off a batch of all there is, or of more', () => {
    const parts = [examples.slice(0, 2), examples.slice(2)];
    expect(seen(parts, 6).norm).toBeCloseTo(dot(truth, truth), 12);
    expect(seen(parts, 5).norm).toBeCloseTo(dot(truth, truth), 12);
    expect(seen(parts, 7).norm).toBeLessThan(dot(truth, truth));
  });
});

test('is finite and positive or absent, whatever the statistics', () => {
  fc.assert(
    fc.property(fc.array(anyStatistics, { minLength: 1, maxLength: 20 }), (run) => {
      const steps = run.map((gradient) => observation({ gradient, batchSize: gradient.degreesOfFreedom + 1 }));
      const estimate = estimateOf(steps, { memory: 2000, leastReadings: 16 });
      if (estimate === undefined) return;
      expect(estimate.noiseScale).toBeGreaterThan(0);
      const { isLowerBound: _flag, ...numbers } = estimate;
      expect(Object.values(numbers).every(Number.isFinite)).toBe(true);
    }),
    { numRuns: 300 },
  );
});
