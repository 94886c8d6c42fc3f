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
import { errorsAway, sampleVariance } from '../support/random.js';

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
  const estimator = walk({ memory: 1e12, leastReadings: 1e12 });
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

/** All ways to choose `count` of `items`. */
function* subsets<Item>(items: readonly Item[], count: number): Generator<Item[]> {
  if (count === 0) yield [];
  for (const [i, item] of items.entries()) {
    if (count > 0) for (const rest of subsets(items.slice(i + 1), count - 1)) yield [item, ...rest];
  }
}

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
  const found = estimator.estimate(state, observation()) as {
    drift: number;
    variance: number;
    batchSize: number;
    degreesOfFreedom: 1;
  };
  expect(found.drift).toBeCloseTo((old * 1 + 64 * 3) / (old + 64), 12);
  expect(found.variance).toBeCloseTo((old * 30 + 64 * 10) / (old + 64), 12);
  expect(found.batchSize).toBe(64);
});
