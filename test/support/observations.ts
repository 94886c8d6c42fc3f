import fc from 'fast-check';
import type { GradientStatistics, StepObservation } from '../../src/core/types.js';
import { logarithmic } from './arbitraries.js';

/** Statistics of two halves of a batch of 16 under SGD: |G|² = 1, trΣ = 100, σ² = 30. */
export function gradientStatistics(changes: Partial<GradientStatistics> = {}): GradientStatistics {
  return {
    route: 'microBatches',
    degreesOfFreedom: 1,
    squaredNormOfMean: 7.25,
    squaredDeviations: 100,
    meanProjection: 7.25,
    freshProjection: 7.25,
    freshDeviations: 100,
    projectionDeviations: 30,
    ...changes,
  };
}

/** A measured first step of 16 examples. */
export function observation(changes: Partial<StepObservation> = {}): StepObservation {
  return {
    step: 1,
    epoch: 0,
    examplesSeen: 16,
    batchSize: 16,
    microBatches: 2,
    learningRate: 0.01,
    baseLearningRate: 0.01,
    loss: 2.3,
    stepMs: 5,
    gradient: gradientStatistics(),
    measureMs: 1,
    ...changes,
  };
}

/** A step that was not measured. */
export function plainObservation(changes: Partial<StepObservation> = {}): StepObservation {
  const { gradient: _gradient, measureMs: _measureMs, ...plain } = observation({ microBatches: 1 });
  return { ...plain, ...changes };
}

/** Statistics of any size and sign that a training can show: no noise, noise only, an uphill step. */
export const anyStatistics: fc.Arbitrary<GradientStatistics> = fc
  .record({
    degreesOfFreedom: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(1, 2, 3) }, fc.integer({ min: 1, max: 300 })),
    norm: fc.oneof({ weight: 8, arbitrary: logarithmic(0.1, 10) }, logarithmic(1e-12, 1e6)),
    noiseOverNorm: fc.oneof({ weight: 8, arbitrary: logarithmic(0.1, 40) }, fc.constant(0), logarithmic(1e-9, 1e9)),
    cosine: fc.oneof({ weight: 8, arbitrary: fc.constant(1) }, fc.double({ min: -1, max: 1, noNaN: true })),
    spread: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ degreesOfFreedom, norm, noiseOverNorm, cosine, spread }) =>
    gradientStatistics({
      degreesOfFreedom,
      squaredNormOfMean: norm,
      squaredDeviations: noiseOverNorm * norm,
      // JSON has no -0.
      meanProjection: cosine * norm + 0,
      freshProjection: norm,
      freshDeviations: noiseOverNorm * norm,
      projectionDeviations: spread * noiseOverNorm * norm * norm,
    }),
  );

const BROKEN = [Number.NaN, Infinity, -Infinity];

/** What one step of {@link anyRun} shows. */
const anyStep = fc.record(
  {
    batchSize: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(16, 64) }, fc.integer({ min: 1, max: 700 })),
    loss: fc.oneof({ weight: 20, arbitrary: logarithmic(1e-6, 100) }, fc.constantFrom(0, ...BROKEN)),
    stepMs: fc.oneof(
      { weight: 20, arbitrary: logarithmic(2, 20) },
      logarithmic(0.01, 1e5),
      fc.constantFrom(0, Infinity),
    ),
    baseLearningRate: fc.constantFrom(0.01, 0.01, 0.01, 0.02, 0),
    gradient: fc.oneof(
      { weight: 20, arbitrary: anyStatistics },
      fc.constantFrom(...BROKEN).map((squaredNormOfMean) => gradientStatistics({ squaredNormOfMean })),
    ),
    measureMs: fc.oneof(fc.constant(0), logarithmic(0.01, 1e3)),
    short: fc.constant(true as const),
    validationLoss: fc.oneof(logarithmic(1e-3, 10), fc.constantFrom(...BROKEN)),
  },
  { requiredKeys: ['batchSize', 'loss', 'stepMs', 'baseLearningRate'] },
);

/** Observations of a training that obeys nobody: sizes forced from outside, short batches, broken numbers, steps not measured. */
export const anyRun: fc.Arbitrary<readonly StepObservation[]> = fc
  .array(anyStep, { maxLength: 60, size: 'max' })
  .map((steps) => {
    let examplesSeen = 0;
    return steps.map((facts, i) => {
      examplesSeen += facts.batchSize;
      return {
        step: i + 1,
        epoch: Math.floor(i / 10),
        examplesSeen,
        microBatches: facts.gradient === undefined ? 1 : 2,
        learningRate: facts.baseLearningRate,
        ...facts,
      };
    });
  });
