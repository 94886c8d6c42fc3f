import type { LayerNoiseEstimate, LayerStatistics, StepObservation } from '../../src/core/types.js';
import { layerNoise, noiseScale } from '../../src/estimators/index.js';
import {
  covarianceOf,
  dot,
  exampleGradients,
  type Population,
  partOf,
  statisticsOf,
  type Vector,
} from '../support/gradients.js';
import { gradientStatistics, observation, plainObservation } from '../support/observations.js';
import { errorsAway, mean, sampleVariance } from '../support/random.js';
import { sharedOut } from '../support/subsets.js';

/** So long a memory that nothing fades. */
const ALL = { memory: 1e18, leastReadings: 1e18 };

const POPULATION: Population = {
  gradient: [1, -0.5, 0.25, 0.7],
  factor: [
    [2, 0, 0, 0],
    [1, 1.5, 0, 0],
    [0, 0.5, 1, 0],
    [0.3, 0, 0, 3],
  ],
  noise: 'skewed',
};

/** Which coordinates each layer has. */
const LAYERS: Record<string, readonly number[]> = { first: [0, 1], second: [2], third: [3] };

/** A step of these pieces of a batch, seen layer by layer. */
function stepOf(pieces: readonly (readonly Vector[])[], changes: Partial<StepObservation> = {}): StepObservation {
  const layers = Object.entries(LAYERS).map(([layer, coordinates]): LayerStatistics => {
    const within = pieces.map((examples) => partOf(examples.map((one) => coordinates.map((i) => one[i] as number))));
    const { squaredNormOfMean, squaredDeviations } = statisticsOf(within);
    return { layer, parameters: coordinates.length, squaredNormOfMean, squaredDeviations };
  });
  const batchSize = pieces.reduce((sum, { length }) => sum + length, 0);
  const gradient = { ...statisticsOf(pieces.map(partOf)), layers };
  return observation({ batchSize, examplesSeen: batchSize, gradient, ...changes });
}

/** A step of one layer, its numbers given. */
function reading(trace: number, norm: number, changes: Partial<StepObservation> = {}): StepObservation {
  const { batchSize = 16 } = changes;
  const layer = { layer: 'only', parameters: 3, squaredNormOfMean: norm + trace / batchSize, squaredDeviations: trace };
  return observation({ gradient: gradientStatistics({ layers: [layer] }), ...changes });
}

/** The estimate after these steps, seen one after another. */
function estimateOf(steps: readonly StepObservation[], memory: Parameters<typeof layerNoise>[0] = ALL) {
  const estimator = layerNoise(memory);
  let examplesSeen = 0;
  const state = steps.reduce((before, step) => {
    examplesSeen += step.batchSize;
    return estimator.update(before, { ...step, examplesSeen });
  }, estimator.init());
  return estimator.estimate(state, observation());
}

const named = (estimate: readonly LayerNoiseEstimate[] | undefined, name: string): LayerNoiseEstimate =>
  estimate?.find(({ layer }) => layer === name) as LayerNoiseEstimate;

/** Steps of a batch drawn anew, in pieces of these sizes. */
function drawSteps(seed: number, sizes: readonly number[], count: number): StepObservation[] {
  const example = exampleGradients(POPULATION, seed);
  return Array.from({ length: count }, () => stepOf(sizes.map((size) => Array.from({ length: size }, example))));
}

test('trΣ, |G|² and their ratio of one layer', () => {
  // trΣ = 90, 110; |G|² = 1, 3
  expect(estimateOf([reading(90, 1), reading(110, 3)])).toEqual([
    { layer: 'only', parameters: 3, traceOfCovariance: 100, squaredGradientNorm: 2, noiseScale: 50 },
  ]);
});

test.each([
  ['in two pieces', [[8, 8]]],
  ['one by one', [Array.from({ length: 16 }, () => 1)]],
  [
    'of 16 and then of 64',
    [
      [8, 8],
      [32, 32],
    ],
  ],
  ['of unlike degrees of freedom', [[8, 8], Array.from({ length: 16 }, () => 1)]],
] as const)('is unbiased layer by layer, batches %s', (_name, kinds) => {
  const runs = Array.from({ length: 400 }, (_, seed) =>
    estimateOf(kinds.flatMap((sizes, i) => drawSteps(7000 + 2 * seed + i, sizes, 4))),
  );
  const covariance = covarianceOf(POPULATION);
  for (const [name, coordinates] of Object.entries(LAYERS)) {
    const own = coordinates.map((i) => POPULATION.gradient[i] as number);
    const trace = coordinates.reduce((sum, i) => sum + (covariance[i]?.[i] as number), 0);
    const known = runs.map((run) => named(run, name));
    expect(
      errorsAway(
        known.map(({ traceOfCovariance }) => traceOfCovariance),
        trace,
      ),
    ).toBeLessThan(2.6);
    expect(
      errorsAway(
        known.map(({ squaredGradientNorm }) => squaredGradientNorm),
        dot(own, own),
      ),
    ).toBeLessThan(2.6);
  }
});

test('the layers add up to the whole', () => {
  const steps = [...drawSteps(3, [5, 7], 5), ...drawSteps(4, [40, 24], 5)];
  const memory = { memory: 90, leastReadings: 2, datasetSize: 300 };
  const layers = estimateOf(steps, memory) as readonly LayerNoiseEstimate[];
  const whole = noiseScale(memory);
  let examplesSeen = 0;
  const state = steps.reduce((before, step) => {
    examplesSeen += step.batchSize;
    return whole.update(before, { ...step, examplesSeen });
  }, whole.init());
  const { traceOfCovariance, squaredGradientNorm } = whole.estimate(state, observation()) as LayerNoiseEstimate &
    NonNullable<ReturnType<typeof whole.estimate>>;
  expect(layers.reduce((sum, one) => sum + one.traceOfCovariance, 0)).toBeCloseTo(traceOfCovariance, 10);
  expect(layers.reduce((sum, one) => sum + one.squaredGradientNorm, 0)).toBeCloseTo(squaredGradientNorm, 10);
});

test('the noisiest come first', () => {
  const order = (estimateOf(drawSteps(5, [8, 8], 30)) ?? []).map(({ layer }) => layer);
  // Traces 7.25, 1.25 and 9.09
  expect(order).toEqual(['third', 'first', 'second']);
});

test('where |G|² drowns, its standard error stands in', () => {
  // Mean −1, standard error √(8/3/4)
  const found = estimateOf([-1, 1, -3, -1].map((norm) => reading(100, norm)));
  expect(found?.[0]?.squaredGradientNorm).toBeCloseTo(-1, 10);
  expect(found?.[0]?.noiseScale).toBeCloseTo(100 / Math.sqrt(8 / 3 / 4), 10);
});

test('fades by examples, weighs by examples', () => {
  const steps = [reading(10, 1), reading(40, 2, { batchSize: 64 })];
  const old = 16 * Math.exp(-64 / 200);
  const found = estimateOf(steps, { memory: 200, leastReadings: 1 })?.[0];
  expect(found?.traceOfCovariance).toBeCloseTo((old * 10 + 64 * 40) / (old + 64), 10);
  expect(found?.squaredGradientNorm).toBeCloseTo((old * 1 + 64 * 2) / (old + 64), 10);
});

test.each([
  ['two of six', 2, 2],
  ['four of six in two pieces', 4, 2],
  ['four of six one by one', 4, 4],
  ['all six in three pieces', 6, 3],
] as const)(
  'averaged over all draws of %s without replacement, each layer has its true numbers',
  (_name, size, count) => {
    const examples = Array.from({ length: 6 }, exampleGradients(POPULATION, 11));
    const truth = partOf(examples).gradient;
    const draws = [...sharedOut(examples, size, count)].map((pieces) => {
      const estimator = layerNoise({ ...ALL, datasetSize: 6 });
      return estimator.update(estimator.init(), stepOf(pieces)).layers;
    });
    for (const [at, coordinates] of Object.values(LAYERS).entries()) {
      const own = coordinates.map((i) => truth[i] as number);
      const variances = coordinates.map((i) => sampleVariance(examples.map((one) => one[i] as number)));
      expect(mean(draws.map((layers) => layers[at]?.norm.mean as number))).toBeCloseTo(dot(own, own), 9);
      expect(mean(draws.map((layers) => layers[at]?.trace.mean as number))).toBeCloseTo(
        variances.reduce((a, b) => a + b),
        9,
      );
    }
  },
);

test('is absent before the second reading', () => {
  expect(estimateOf([])).toBeUndefined();
  expect(estimateOf([reading(100, 1)])).toBeUndefined();
  expect(estimateOf([reading(100, 1), reading(100, 1)])).toHaveLength(1);
});

test('a layer whose gradient is 0 is left out, alone', () => {
  const frozen: LayerStatistics = { layer: 'frozen', parameters: 9, squaredNormOfMean: 0, squaredDeviations: 0 };
  const steps = drawSteps(6, [8, 8], 6).map((step): StepObservation => {
    const gradient = step.gradient as NonNullable<typeof step.gradient>;
    return { ...step, gradient: { ...gradient, layers: [...(gradient.layers ?? []), frozen] } };
  });
  expect(new Set(estimateOf(steps)?.map(({ layer }) => layer))).toEqual(new Set(Object.keys(LAYERS)));
});

test('a layer that comes in late has its own readings only', () => {
  const both = [reading(100, 1), reading(100, 1)].map((step): StepObservation => {
    const gradient = step.gradient as NonNullable<typeof step.gradient>;
    const late = { layer: 'late', parameters: 2, squaredNormOfMean: 1 + 40 / 16, squaredDeviations: 40 };
    return { ...step, gradient: { ...gradient, layers: [...(gradient.layers ?? []), late] } };
  });
  const found = estimateOf([reading(500, 1), ...both]);
  expect(named(found, 'late').traceOfCovariance).toBeCloseTo(40, 10);
  expect(named(found, 'only').traceOfCovariance).toBeCloseTo(700 / 3, 10);
});

test('steps not measured layer by layer leave the state as it is', () => {
  const estimator = layerNoise(ALL);
  const state = estimator.update(estimator.init(), reading(100, 1));
  expect(estimator.update(state, plainObservation())).toBe(state);
  expect(estimator.update(state, observation())).toBe(state);
});
