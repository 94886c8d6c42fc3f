import { checkBetween, checkKeys } from '../core/checks.js';
import { gainOf } from '../core/gain.js';
import type { LearningRateRule } from '../core/types.js';

/** Options of {@link adaScale}. */
export interface AdaScaleOptions {
  /** Exponent on the gain: 1 for SGD and momentum, 0.5 for optimizers that divide by the gradient's size; in [0, 1]. @defaultValue 1 */
  readonly power?: number;
}

/**
 * Learning rate times the gain of the larger batch: η0·r, r = (trΣ/B0 + |G|²)/(trΣ/B + |G|²), between 1 and k = B/B0.
 *
 * Near k where noise rules, near 1 where more examples add nothing. In terms of the noise scale φ = trΣ/|G|²:
 * r = (1 + φ/B0)/(1 + φ/B). 1 as long as there is no noise estimate.
 * @throws RangeError if an option lies outside the range given with it
 * @see Johnson et al. 2020, "AdaScale SGD", arXiv 2007.05105; power 0.5 for Adam as in Pollux, OSDI 2021
 */
export function adaScale(options: AdaScaleOptions = {}): LearningRateRule {
  checkKeys('adaScale', options, ['power']);
  const power = checkBetween('adaScale: power', options.power ?? 1, 0, 1);
  return {
    name: 'adaScale',
    options: { power },
    needs: ['gradient'],
    factor(batchSize, baseBatchSize, { noise }) {
      if (noise === undefined) return 1;
      const gain = gainOf(noise.noiseScale, batchSize, baseBatchSize);
      if (power === 1) return gain;
      // Not by **, whose last bit differs between versions of V8: a log must replay the same on all of them.
      return power === 0.5 ? Math.sqrt(gain) : Math.exp(power * Math.log(gain));
    },
  };
}
