import type { LearningRateRule } from '../core/types.js';

/**
 * Learning rate that rises with the batch up to the noise scale and falls beyond it: in proportion to 2/(√(φ/B) + √(B/φ)), φ the noise scale
 * [examples], as a multiple of what that is at the base: √(B/B0)·(φ + B0)/(φ + B).
 *
 * For optimizers that divide the gradient by its running size (Adam, RMSProp, Adagrad): the step has the same length whatever the noise, so a
 * batch larger than the noise scale asks for a smaller rate. Far below φ it is the square-root rule, at B = φ it peaks, far above φ it falls
 * as 1/√B. 1 as long as there is no noise estimate.
 * Limits: φ is the noise scale measured in the optimizer's metric, in place of the paper's fit to trained runs; for SGD and momentum take
 * `adaScale()`, which never falls.
 * @see Li et al. 2024, "Surge Phenomenon in Optimal Learning Rate and Batch Size Scaling", arXiv 2405.14578
 * @example adaptiveBatch(model, { learningRate: surge() })
 */
export function surge(): LearningRateRule {
  return {
    name: 'surge',
    needs: ['gradient'],
    factor(batchSize, baseBatchSize, { noise }) {
      if (noise === undefined) return 1;
      const { noiseScale } = noise;
      return (Math.sqrt(batchSize / baseBatchSize) * (noiseScale + baseBatchSize)) / (noiseScale + batchSize);
    },
  };
}
