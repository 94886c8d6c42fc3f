import fc from 'fast-check';
import type { StepObservation } from '../../src/core/types.js';
import { noiseScale } from '../../src/estimators/index.js';
import {
  covarianceOf,
  dot,
  drawParts,
  exampleGradients,
  measuredStep,
  multiply,
  type Population,
  type StepOf,
} from '../support/gradients.js';
import { anyStatistics, gradientStatistics, observation, plainObservation } from '../support/observations.js';
import { errorsAway, mean } from '../support/random.js';

/** So long a memory that nothing fades. */
const ALL = { memory: 1e12, leastReadings: 1e12 };

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

test('where |G|² drowns, its standard error stands in: at least this much', () => {
  const norms = [-1, 1, -3, -1].map((norm) =>
    observation({ gradient: gradientStatistics({ freshProjection: norm + 6.25 }) }),
  );
  // Ĝ² = −1, 1, −3, −1: mean −1, standard error √(8/3/4)
  expect(estimateOf(norms)?.noiseScale).toBeCloseTo(100 / Math.sqrt(8 / 3 / 4), 10);
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
