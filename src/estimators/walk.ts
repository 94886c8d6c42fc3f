import type { Estimator, StepObservation, WalkEstimate } from '../core/types.js';
import {
  addReading,
  type DecayedMoments,
  keepAfter,
  type Memory,
  NO_MOMENTS,
  noiseInMean,
  standardError,
} from './decayed-moments.js';

/** State of {@link walk}. */
export type WalkState = {
  readonly examplesSeen: number;
  readonly batchSize: number;
  readonly degreesOfFreedom: number;
  readonly drift: DecayedMoments;
  readonly variance: DecayedMoments;
};

/**
 * μ and σ² of the loss's walk, smoothed: the loss falls by η·x a step, x ~ N(μ, σ²/m).
 *
 * μ = g·p less the part that the batch's own noise adds, Σ b_i(g_i − g)·cD(g_i − g)/(n − 1)·(1/B − 1/N); σ² = dᵀΣd from
 * Σ b_i((g_i − g)·d)²/(n − 1). See {@link GradientStatistics} for p, d, c and D.
 * @see Yin, Luo, Nakamura, KDD 2017; Chen, Wu, Luo 2018, eq. 13 to 15 for momentum
 */
export function walk(memory: Memory): Estimator<WalkState, WalkEstimate> {
  return {
    init: () => ({ examplesSeen: 0, batchSize: 0, degreesOfFreedom: 0, drift: NO_MOMENTS, variance: NO_MOMENTS }),
    update(state, { gradient, examplesSeen, batchSize }) {
      if (gradient === undefined) return state;
      const keep = keepAfter(examplesSeen - state.examplesSeen, memory);
      const free = gradient.degreesOfFreedom;
      const drift = gradient.meanProjection - (gradient.freshDeviations / free) * noiseInMean(batchSize, memory);
      return {
        examplesSeen,
        batchSize,
        degreesOfFreedom: state.degreesOfFreedom * keep + free,
        drift: addReading(state.drift, drift, batchSize, keep),
        variance: addReading(state.variance, gradient.projectionDeviations / free, batchSize, keep),
      };
    },
    estimate({ batchSize, degreesOfFreedom, drift, variance }) {
      if (batchSize === 0) return undefined;
      const known = { drift: drift.mean, variance: variance.mean, batchSize, degreesOfFreedom };
      const [driftError, varianceError] = [standardError(drift), standardError(variance)];
      return Number.isFinite(driftError) && Number.isFinite(varianceError)
        ? { ...known, driftError, varianceError }
        : known;
    },
  };
}

/** The walk from one batch alone, μ with its bias, as the 2017 paper takes it; undefined if it was not measured. */
export function walkAtHand({
  gradient,
  batchSize,
  loss,
}: Pick<StepObservation, 'gradient' | 'batchSize' | 'loss'>): (WalkEstimate & { loss: number }) | undefined {
  if (gradient === undefined) return undefined;
  const { degreesOfFreedom, meanProjection: drift, projectionDeviations } = gradient;
  return { loss, batchSize, degreesOfFreedom, drift, variance: projectionDeviations / degreesOfFreedom };
}
