import type { WalkEstimate } from '../../src/core/types.js';
import { walk, walkAtHand } from '../../src/estimators/index.js';
import {
  add,
  batchSizeOf,
  covarianceOf,
  dot,
  drawParts,
  exampleGradients,
  meanOf,
  measuredStep,
  multiply,
  type Population,
  partOf,
  type StepOf,
  scale,
  statisticsOf,
  type Vector,
} from '../support/gradients.js';
import { gradientStatistics, observation, plainObservation } from '../support/observations.js';
import { errorsAway, mean, sampleVariance } from '../support/random.js';
import { sharedOut, subsets } from '../support/subsets.js';

const POPULATION: Population = {
  gradient: [1, -0.5, 0.25],
  factor: [
    [2, 0, 0],
    [1, 1.5, 0],
    [0, 0.5, 1],
  ],
  noise: 'gaussian',
};
const SKEWED: Population = { ...POPULATION, noise: 'skewed' };
const G = POPULATION.gradient;
const SIZES = [
  ['two halves', [12, 12]],
  ['equal sizes', [6, 6, 6, 6]],
  ['unequal sizes', [1, 4, 11, 8]],
] as const;

function estimates(population: Population, sizes: readonly number[], step: StepOf, seed: number) {
  const estimator = walk({ memory: 1e18, leastReadings: 1e18 });
  const example = exampleGradients(population, seed);
  return Array.from({ length: 400 }, () => {
    const seen = measuredStep(drawParts(example, sizes), step);
    return estimator.estimate(estimator.update(estimator.init(), seen), seen) as { drift: number; variance: number };
  });
}

const drifts = (population: Population, sizes: readonly number[], step: StepOf, seed: number): number[] =>
  estimates(population, sizes, step, seed).map(({ drift }) => drift);

describe.each([
  ['gaussian', POPULATION],
  ['skewed', SKEWED],
] as const)('of %s gradients', (_noise, population) => {
  test.each(SIZES)('μ of SGD, p = d = g, is unbiased in %s', (_name, sizes) => {
    expect(errorsAway(drifts(population, sizes, {}, 2), dot(G, G))).toBeLessThan(2);
  });

  test.each(SIZES)('μ of momentum, p = ρP + g, is unbiased in %s', (_name, sizes) => {
    const before = scale([-2, 1, 3], 0.9);
    const values = drifts(population, sizes, { direction: (g) => add(before, g) }, 6);
    expect(errorsAway(values, dot(G, add(before, G)))).toBeLessThan(2);
  });

  test.each(SIZES)('μ of an adaptive optimizer, p = cD(M + g), is unbiased in %s', (_name, sizes) => {
    const preconditioner = [0.1, 2, 0.7];
    const before = [0.3, -0.1, 0.2];
    const direction = (g: Vector): Vector => multiply(preconditioner, add(before, g));
    const values = drifts(population, sizes, { direction, preconditioner }, 7);
    expect(errorsAway(values, dot(G, multiply(preconditioner, add(before, G))))).toBeLessThan(2);
  });

  test.each(SIZES)('σ² along a fixed d is unbiased in %s', (_name, sizes) => {
    const d = [0.5, -2, 1];
    const truth = dot(
      d,
      covarianceOf(population).map((row) => dot(row, d)),
    );
    const values = estimates(population, sizes, { fresh: d }, 4).map(({ variance }) => variance);
    expect(errorsAway(values, truth)).toBeLessThan(2);
  });
});

test.each([
  [4, 4],
  [3, 5],
  [1, 7],
])('σ² with d = g, averaged over all splits %d + %d, is the sample variance of g_j·g', (first) => {
  const example = exampleGradients(SKEWED, 3);
  const examples = Array.from({ length: 8 }, example);
  const g = partOf(examples).gradient;
  const splits = [...subsets(examples, first)].map((chosen) => {
    const rest = examples.filter((one) => !chosen.includes(one));
    const seen = measuredStep([partOf(chosen), partOf(rest)]);
    return walkAtHand(seen)?.variance as number;
  });
  const average = splits.reduce((sum, value) => sum + value, 0) / splits.length;
  expect(average).toBeCloseTo(sampleVariance(examples.map((one) => dot(one, g))), 10);
});

test('walkAtHand is the batch alone, μ with its bias', () => {
  expect(walkAtHand(observation({ loss: 0.7 }))).toEqual({
    loss: 0.7,
    batchSize: 16,
    drift: 7.25,
    variance: 30,
    degreesOfFreedom: 1,
  });
  expect(walkAtHand(plainObservation())).toBeUndefined();
  const parts = drawParts(exampleGradients(POPULATION, 1), [5, 6, 7]);
  const g = meanOf(parts);
  const deviations = parts.map(({ size, gradient }) => size * (dot(gradient, g) - dot(g, g)) ** 2);
  const hand = walkAtHand({ gradient: statisticsOf(parts), batchSize: batchSizeOf(parts), loss: 1 });
  expect(hand?.drift).toBeCloseTo(dot(g, g), 12);
  expect(hand?.variance).toBeCloseTo(deviations.reduce((a, b) => a + b) / 2, 10);
});

test('there is an estimate from the first measured step, of the size that was measured', () => {
  const estimator = walk({ memory: 2000, leastReadings: 16 });
  expect(estimator.estimate(estimator.init(), observation())).toBeUndefined();
  const state = estimator.update(estimator.init(), observation());
  // μ = 7.25 − 100/16
  expect(estimator.estimate(state, observation())).toEqual({
    drift: 1,
    variance: 30,
    batchSize: 16,
    degreesOfFreedom: 1,
  });
  expect(estimator.update(state, plainObservation({ batchSize: 64 }))).toBe(state);
});

test('fades by examples, weighs by examples', () => {
  const estimator = walk({ memory: 100, leastReadings: 1 });
  const first = estimator.update(estimator.init(), observation());
  const gradient = gradientStatistics({ meanProjection: 3 + 100 / 64, projectionDeviations: 10 });
  const state = estimator.update(first, observation({ gradient, batchSize: 64, examplesSeen: 66 }));
  const old = 16 * Math.exp(-50 / 100);
  const found = estimator.estimate(state, observation()) as WalkEstimate;
  expect(found.drift).toBeCloseTo((old * 1 + 64 * 3) / (old + 64), 12);
  expect(found.variance).toBeCloseTo((old * 30 + 64 * 10) / (old + 64), 12);
  expect(found.batchSize).toBe(64);
  expect(found.degreesOfFreedom).toBeCloseTo(Math.exp(-50 / 100) + 1, 12);
  // Two readings of weights a and b lie |x − y|·√(ab)/(a + b) about their mean, on (a + b)²/(a² + b²) readings.
  const readings = (old + 64) ** 2 / (old ** 2 + 64 ** 2);
  const error = (x: number) => (x * Math.sqrt(old * 64)) / (old + 64) / Math.sqrt(readings - 1);
  expect(found.driftError).toBeCloseTo(error(2), 12);
  expect(found.varianceError).toBeCloseTo(error(20), 12);
});

/** μ and σ² along a fixed d of readings one after another: seen at a size each, in as many pieces. */
function run(seed: number, readings: readonly (readonly [batchSize: number, pieces: number])[]): WalkEstimate {
  const estimator = walk({ memory: 1e18, leastReadings: 1e18 });
  const example = exampleGradients(POPULATION, seed);
  const state = readings.reduce((before, [batchSize, pieces]) => {
    const sizes = Array.from({ length: pieces }, () => batchSize / pieces);
    return estimator.update(before, measuredStep(drawParts(example, sizes), { fresh: [0.5, -2, 1] }));
  }, estimator.init());
  return estimator.estimate(state, observation()) as WalkEstimate;
}

const repeated = (...kinds: readonly (readonly [number, number])[]) => Array.from({ length: 12 }, () => kinds).flat();

/** What is claimed over what is so: the mean standard error by the spread over runs, of μ and of σ². */
function claims(readings: readonly (readonly [number, number])[]): number[] {
  const runs = Array.from({ length: 300 }, (_, seed) => run(seed, readings));
  const spread = (values: number[]): number => Math.sqrt(sampleVariance(values));
  return [
    mean(runs.map(({ driftError }) => driftError as number)) / spread(runs.map(({ drift }) => drift)),
    mean(runs.map(({ varianceError }) => varianceError as number)) / spread(runs.map(({ variance }) => variance)),
  ];
}

describe('the standard errors, over many runs', () => {
  test.each([
    ['two pieces', repeated([16, 2], [16, 2])],
    ['single examples', repeated([16, 16], [16, 16])],
    ['either, B − 1 degrees of freedom against 1', repeated([16, 2], [16, 16])],
  ] as const)('are the spread of the estimates where a batch is seen in %s', (_name, readings) => {
    for (const claimed of claims(readings)) expect(Math.abs(claimed - 1)).toBeLessThan(0.2);
  });

  test('are never too small where sizes are mixed: a large batch is surer than its weight says', () => {
    for (const claimed of claims(repeated([16, 4], [64, 4]))) {
      expect(claimed).toBeGreaterThan(0.9);
      expect(claimed).toBeLessThan(1.6);
    }
  });
});

test('degrees of freedom add up', () => {
  expect(run(1, [[16, 2]]).degreesOfFreedom).toBe(1);
  expect(
    run(1, [
      [16, 2],
      [16, 16],
      [64, 4],
    ]).degreesOfFreedom,
  ).toBe(1 + 15 + 3);
});

test('carries over a change of size: the means stay those of the population', () => {
  const readings = [...Array.from({ length: 8 }, () => [16, 2]), ...Array.from({ length: 8 }, () => [64, 2])];
  const runs = Array.from({ length: 400 }, (_, seed) => run(seed, readings as [number, number][]));
  const d = [0.5, -2, 1];
  const covariance = covarianceOf(POPULATION).map((row) => dot(row, d));
  expect(
    errorsAway(
      runs.map(({ drift }) => drift),
      dot(G, G),
    ),
  ).toBeLessThan(2);
  expect(
    errorsAway(
      runs.map(({ variance }) => variance),
      dot(d, covariance),
    ),
  ).toBeLessThan(2);
  expect(runs[0]?.batchSize).toBe(64);
});

describe('of a batch drawn from few examples without replacement', () => {
  const population = Array.from({ length: 6 }, exampleGradients(SKEWED, 9));
  const truth = partOf(population).gradient;
  const momentum = scale([-2, 1, 3], 0.9);
  const preconditioner = [0.1, 2, 0.7];
  const step: StepOf = { direction: (g) => multiply(preconditioner, add(momentum, g)), preconditioner };

  const drift = (parts: readonly (readonly Vector[])[], datasetSize: number): number => {
    const estimator = walk({ memory: 1e18, leastReadings: 1e18, datasetSize });
    const seen = measuredStep(parts.map(partOf), step);
    return estimator.estimate(estimator.update(estimator.init(), seen), seen)?.drift as number;
  };

  test.each([
    ['two of six', 2, 2],
    ['four of six in two pieces', 4, 2],
    ['four of six one by one', 4, 4],
    ['all six in three pieces', 6, 3],
  ] as const)('μ averaged over all draws of %s is the true one', (_name, size, pieces) => {
    const draws = [...sharedOut(population, size, pieces)];
    const expected = dot(truth, multiply(preconditioner, add(momentum, truth)));
    expect(mean(draws.map((parts) => drift(parts, 6)))).toBeCloseTo(expected, 9);
    expect(Math.abs(mean(draws.map((parts) => drift(parts, 1e12))) - expected)).toBeGreaterThan(0.01);
  });

  test('nothing is taken off a batch of all there is', () => {
    const parts = [population.slice(0, 2), population.slice(2)];
    expect(drift(parts, 6)).toBeCloseTo(dot(truth, multiply(preconditioner, add(momentum, truth))), 10);
  });
});
