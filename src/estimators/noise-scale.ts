import type { Estimator, NoiseEstimate } from '../core/types.js';
import {
  addReading,
  type DecayedMoments,
  keepAfter,
  type Memory,
  NO_MOMENTS,
  standardError,
} from './decayed-moments.js';

/** State of {@link noiseScale}. */
export type NoiseScaleState = {
  readonly examplesSeen: number;
  readonly measurements: number;
  /** trΣ and |G|² in the plain metric. */
  readonly trace: DecayedMoments;
  readonly norm: DecayedMoments;
  /** GᵀDG on the scale where tr(DΣ) is trΣ. */
  readonly stepNorm: DecayedMoments;
};

/** Measured steps before there is an estimate. */
const LEAST_MEASUREMENTS = 4;

/**
 * Gradient noise: trΣ, |G|² and B_simple = tr(DΣ)/GᵀDG.
 *
 * Each measured step gives Ŝ = Σ b_i|g_i − g|²/(n − 1) and Ĝ² = |g|² − Ŝ/B, both unbiased. Numerator and denominator are
 * smoothed apart, weighted by examples, then divided: a mean of ratios is biased. A Ĝ² that its own standard error
 * exceeds is taken as that error, so the noise scale stays finite and positive and says "at least this much".
 *
 * Units: B_simple in examples; D is 1 for SGD and momentum, the diagonal preconditioner for the others.
 * @see McCandlish et al. 2018, arXiv 1812.06162, appendix A
 */
export function noiseScale(memory: Memory): Estimator<NoiseScaleState, NoiseEstimate> {
  return {
    init: () => ({
      examplesSeen: 0,
      measurements: 0,
      trace: NO_MOMENTS,
      norm: NO_MOMENTS,
      stepNorm: NO_MOMENTS,
    }),
    update(state, { gradient, examplesSeen, batchSize }) {
      if (gradient === undefined) return state;
      const keep = keepAfter(examplesSeen - state.examplesSeen, memory);
      const free = gradient.microBatchSizes.length - 1;
      const trace = gradient.squaredDeviations / free;
      const { squaredNormOfMean, freshProjection, freshDeviations } = gradient;
      // The metric changes with every step of an adaptive optimizer: on the scale of the plain one no step outweighs the others.
      const scale = freshDeviations > 0 ? gradient.squaredDeviations / freshDeviations : 1;
      const stepNorm = scale * (freshProjection - freshDeviations / free / batchSize);
      const add = (moments: DecayedMoments, x: number) => addReading(moments, x, batchSize, keep);
      return {
        examplesSeen,
        measurements: state.measurements + 1,
        trace: add(state.trace, trace),
        norm: add(state.norm, squaredNormOfMean - trace / batchSize),
        stepNorm: add(state.stepNorm, stepNorm),
      };
    },
    estimate({ measurements, trace, norm, stepNorm }) {
      if (measurements < LEAST_MEASUREMENTS) return undefined;
      const scale = trace.mean / Math.max(stepNorm.mean, standardError(stepNorm));
      if (!(Number.isFinite(scale) && scale > 0)) return undefined;
      return { traceOfCovariance: trace.mean, squaredGradientNorm: norm.mean, noiseScale: scale, measurements };
    },
  };
}
