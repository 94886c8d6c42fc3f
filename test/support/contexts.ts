import fc from 'fast-check';
import type {
  DrawContext,
  Estimates,
  LearningRateRule,
  NoiseEstimate,
  OptimizerKind,
  PolicyContext,
  RunFacts,
  TimeEstimate,
  WalkEstimate,
} from '../../src/core/types.js';
import { none } from '../../src/learning-rates/index.js';
import { logarithmic } from './arbitraries.js';
import { observation } from './observations.js';

/** Everything known, far from the floor: μ = |G|² = 1, φ = 100 examples, T(m) = 4 + 0.1·m. */
export const ESTIMATES = {
  loss: 2.3,
  noise: {
    traceOfCovariance: 100,
    squaredGradientNorm: 1,
    noiseScale: 100,
    standardError: 1,
    degreesOfFreedom: 20,
    measurements: 20,
  },
  walk: { drift: 1, variance: 30, batchSize: 16, degreesOfFreedom: 20 },
  walkAtHand: { loss: 2.3, drift: 7.25, variance: 30, batchSize: 16, degreesOfFreedom: 20 },
  time: { fixedMs: 4, perExampleMs: 0.1, perMicroBatchMs: 4 },
} satisfies Estimates;

/** A run of 4,000 examples under SGD. */
export const RUN_FACTS = { baseBatchSize: 16, baseLearningRate: 0.01, datasetSize: 4000 } satisfies RunFacts;

/** What {@link policyContext} may change. */
export interface ContextChanges extends Partial<PolicyContext> {
  readonly rule?: LearningRateRule;
  readonly estimates?: Estimates;
  readonly optimizer?: OptimizerKind;
}

/** After a measured step at 16 examples with the user's rate 0.01; the rule gives the rate at other sizes. */
export function policyContext({
  rule = none(),
  estimates = ESTIMATES,
  optimizer,
  ...changes
}: ContextChanges = {}): PolicyContext {
  const baseBatchSize = changes.baseBatchSize ?? 16;
  const seen = changes.observation ?? observation();
  const facts = { baseBatchSize, baseLearningRate: seen.baseLearningRate, ...(optimizer && { optimizer }) };
  return {
    candidates: [16, 32, 64, 128, 256, 512, 1024],
    batchSize: 16,
    baseBatchSize,
    learningRateAt: (size) => seen.baseLearningRate * rule.factor(size, baseBatchSize, estimates, RUN_FACTS),
    facts,
    observation: seen,
    ...changes,
  };
}

/** The same without a step just done. */
export function drawContext(changes: ContextChanges = {}): DrawContext {
  const { observation: _done, ...context } = policyContext(changes);
  return context;
}

/** All four estimates as a training may show them; the noise scale follows from the statistics. */
export interface KnownEstimates extends Estimates {
  readonly loss: number;
  readonly noise: NoiseEstimate;
  readonly walk: WalkEstimate;
  readonly time: TimeEstimate;
}

export const knownEstimates: fc.Arbitrary<KnownEstimates> = fc
  .record({
    loss: logarithmic(1e-3, 10),
    norm: logarithmic(1e-4, 100),
    noiseScale: logarithmic(1, 1e5),
    alignment: fc.double({ min: 0.05, max: 10, noNaN: true }),
    spread: fc.double({ min: 0.01, max: 1, noNaN: true }),
    batchSize: fc.constantFrom(16, 64, 256),
    fixedMs: logarithmic(0.1, 100),
    perExampleMs: logarithmic(1e-3, 1),
    perMicroBatchMs: logarithmic(0.1, 100),
  })
  .map(({ loss, norm, noiseScale, alignment, spread, batchSize, ...time }) => ({
    loss,
    noise: {
      traceOfCovariance: noiseScale * norm,
      squaredGradientNorm: norm,
      noiseScale,
      standardError: 1,
      degreesOfFreedom: 20,
      measurements: 20,
    },
    walk: { drift: alignment * norm, variance: spread * noiseScale * norm * norm, batchSize, degreesOfFreedom: 20 },
    time,
  }));
