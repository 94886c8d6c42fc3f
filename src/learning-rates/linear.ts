import type { LearningRateRule } from '../core/types.js';

/**
 * Learning rate in proportion to the batch size: η0·k, k = B/B0. Right as long as B is far below the noise scale.
 * @see Goyal et al. 2017, "Accurate, Large Minibatch SGD"
 */
export function linear(): LearningRateRule {
  return { name: 'linear', factor: (batchSize, baseBatchSize) => batchSize / baseBatchSize };
}
