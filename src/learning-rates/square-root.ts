import type { LearningRateRule } from '../core/types.js';

/**
 * Learning rate in proportion to the square root of the batch size: η0·√k, k = B/B0. The usual rule for Adam.
 * @see Krizhevsky 2014; Hoffer et al. 2017; for Adam Malladi et al. 2022
 */
export function squareRoot(): LearningRateRule {
  return { name: 'squareRoot', factor: (batchSize, baseBatchSize) => Math.sqrt(batchSize / baseBatchSize) };
}
