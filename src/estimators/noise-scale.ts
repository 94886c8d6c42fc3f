import type { Estimator, NoiseEstimate } from '../core/types.js';
import {
  addReading,
  type DecayedMoments,
  keepAfter,
  type Memory,
  NO_MOMENTS,
  noiseInMean,
  standardError,
} from './decayed-moments.js';

/** State of {@link noiseScale}. */
export type NoiseScaleState = {
  readonly examplesSeen: number;
  readonly measurements: number;
  readonly degreesOfFreedom: number;
  /** trΣ and |G|² in the plain metric. */
  readonly trace: DecayedMoments;
  readonly norm: DecayedMoments;
  /** GᵀDG on the scale where tr(DΣ) is trΣ. */
  readonly stepNorm: DecayedMoments;
};

/** Measured steps before there is an estimate. */
const LEAST_MEASUREMENTS = 4;

/** Relative standard error of a mean. */
function relativeError(moments: DecayedMoments): number {
  return standardError(moments) / Math.abs(moments.mean);
}

/**
 * Gradient noise: trΣ, |G|² and B_simple = tr(DΣ)/GᵀDG.
 *
 * Each measured step gives Ŝ = Σ b_i|g_i − g|²/(n − 1) and Ĝ² = |g|² − Ŝ·(1/B − 1/N), both unbiased, the latter where the
 * batch is drawn from N examples without replacement. Numerator and denominator are smoothed apart, weighted by
 * examples, then divided: a mean of ratios is biased. Both are per example, so they hold on when the batch size
 * changes. A Ĝ² that its own standard error exceeds is taken as that error, so the noise scale stays finite and
 * positive and says "at least this much". The standard error of the ratio is that of the linearized ratio.
 *
 * Units: B_simple in examples; D is 1 for SGD and momentum, the diagonal preconditioner for the others.
 * @see McCandlish et al. 2018, arXiv 1812.06162, appendix A
 */
export function noiseScale(memory: Memory): Estimator<NoiseScaleState, NoiseEstimate> {
  return {
    init: () => ({
      examplesSeen: 0,
      measurements: 0,
      degreesOfFreedom: 0,
      trace: NO_MOMENTS,
      norm: NO_MOMENTS,
      stepNorm: NO_MOMENTS,
    }),
    update(state, { gradient, examplesSeen, batchSize }) {
      if (gradient === undefined) return state;
      const keep = keepAfter(examplesSeen - state.examplesSeen, memory);
      const free = gradient.degreesOfFreedom;
      const left = noiseInMean(batchSize, memory);
      const trace = gradient.squaredDeviations / free;
      const { squaredNormOfMean, freshProjection, freshDeviations } = gradient;
      // The metric changes with every step of an adaptive optimizer: on the scale of the plain one no step outweighs the others.
      const scale = freshDeviations > 0 ? gradient.squaredDeviations / freshDeviations : 1;
      const stepNorm = scale * (freshProjection - (freshDeviations / free) * left);
      const add = (moments: DecayedMoments, x: number) => addReading(moments, x, batchSize, keep);
      return {
        examplesSeen,
        measurements: state.measurements + 1,
        degreesOfFreedom: state.degreesOfFreedom * keep + free,
        trace: add(state.trace, trace),
        norm: add(state.norm, squaredNormOfMean - trace * left),
        stepNorm: add(state.stepNorm, stepNorm),
      };
    },
    estimate({ measurements, degreesOfFreedom, trace, norm, stepNorm }) {
      if (measurements < LEAST_MEASUREMENTS) return undefined;
      const error = standardError(stepNorm);
      const isLowerBound = stepNorm.mean < error;
      const scale = trace.mean / (isLowerBound ? error : stepNorm.mean);
      if (!(Number.isFinite(scale) && scale > 0)) return undefined;
      return {
        traceOfCovariance: trace.mean,
        squaredGradientNorm: norm.mean,
        noiseScale: scale,
        standardError: scale * Math.hypot(relativeError(trace), isLowerBound ? 1 : error / stepNorm.mean),
        ...(isLowerBound && { isLowerBound: true as const }),
        degreesOfFreedom,
        measurements,
      };
    },
  };
}
