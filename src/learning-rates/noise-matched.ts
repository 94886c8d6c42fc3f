import { checkBetween, checkKeys } from '../core/checks.js';
import type { LearningRateRule } from '../core/types.js';

/** Options of {@link noiseMatched}. */
export interface NoiseMatchedOptions {
  /** Share of the data up to which the rate grows with the batch; beyond it the rate stays; between 0.001 and 0.9. @defaultValue 0.1 */
  readonly mostShare?: number;
}

/**
 * Learning rate that keeps the scale of SGD's noise, η·(N/B − 1)/(1 − ρ), what it is at the base: η0·(N/B0 − 1)/(N/B − 1), N the examples of
 * the data.
 *
 * ρ cancels, as long as the user leaves it alone. Nearly the linear rule while the batch is a small part of the data; a little faster beyond,
 * because a batch drawn without replacement has less noise, and without bound as B → N. So the rate stops growing at B = N·mostShare, where
 * the factor is at most 1/(1 − mostShare) times B/B0; a base above that counts as that. Where N is not known it is the linear rule.
 * Limits: for SGD and momentum; right while the noise rules, as the linear rule.
 * @throws RangeError if an option lies outside the range given with it
 * @see Smith & Le 2018, "A Bayesian Perspective on Generalization and Stochastic Gradient Descent", arXiv 1710.06451; with momentum, and
 * B up to N/10: Smith et al. 2018, "Don't Decay the Learning Rate, Increase the Batch Size", arXiv 1711.00489
 * @example adaptiveBatch(model, { learningRate: noiseMatched() })
 */
export function noiseMatched(options: NoiseMatchedOptions = {}): LearningRateRule {
  checkKeys('noiseMatched', options, ['mostShare']);
  const mostShare = checkBetween('noiseMatched: mostShare', options.mostShare ?? 0.1, 0.001, 0.9);
  return {
    name: 'noiseMatched',
    options: { mostShare },
    factor(batchSize, baseBatchSize, _estimates, { datasetSize }) {
      if (datasetSize === undefined) return batchSize / baseBatchSize;
      // 1/(N/B − 1)
      const rateAt = (size: number): number => {
        const counted = Math.min(size, mostShare * datasetSize);
        return counted / (datasetSize - counted);
      };
      return rateAt(batchSize) / rateAt(baseBatchSize);
    },
  };
}
