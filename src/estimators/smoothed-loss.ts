import type { Estimator } from '../core/types.js';

/** State of {@link smoothedLoss}. */
export type SmoothedLossState = { readonly weight: number; readonly mean: number };

/**
 * The training loss, its batches weighted by their examples, old ones fading to 1/e over `memory` examples.
 * @param memory > 0 [examples]
 */
export function smoothedLoss(memory: number): Estimator<SmoothedLossState, number> {
  return {
    init: () => ({ weight: 0, mean: 0 }),
    update({ weight, mean }, { loss, batchSize }) {
      const total = weight * Math.exp(-batchSize / memory) + batchSize;
      return { weight: total, mean: mean + (batchSize / total) * (loss - mean) };
    },
    estimate: ({ weight, mean }) => (weight > 0 ? mean : undefined),
  };
}
