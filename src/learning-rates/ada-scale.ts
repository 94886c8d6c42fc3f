import { checkBetween, checkGreater, checkKeys } from '../core/checks.js';
import { gainOf, reachOf } from '../core/gain.js';
import type { LearningRateRule } from '../core/types.js';

/** Options of {@link adaScale}. */
export interface AdaScaleOptions {
  /** Exponent on the gain: 1 for SGD and momentum, 0.5 for optimizers that divide by the gradient's size; in [0, 1]. @defaultValue 1 */
  readonly power?: number;
  /**
   * Factor on the noise scale; > 0. `optimizer`: 2·√((1 + ρ)/(1 − ρ)), ρ its momentum or β₁, what rates over a whole training bear.
   * @defaultValue 1, as published
   */
  readonly reach?: number | 'optimizer';
}

/**
 * Learning rate times the gain of the larger batch: η0·r, r = (trΣ/B0 + |G|²)/(trΣ/B + |G|²), between 1 and k = B/B0.
 *
 * Near k where noise rules, near 1 where more examples add nothing. In terms of the noise scale φ = trΣ/|G|²:
 * r = (1 + φ/B0)/(1 + φ/B). With `reach` φ is so many times the noise scale. 1 as long as there is no noise estimate.
 * @throws RangeError if an option lies outside the range given with it
 * @see Johnson et al. 2020, "AdaScale SGD", arXiv 2007.05105; power 0.5 for Adam as in Pollux, OSDI 2021
 */
export function adaScale(options: AdaScaleOptions = {}): LearningRateRule {
  checkKeys('adaScale', options, ['power', 'reach']);
  const power = checkBetween('adaScale: power', options.power ?? 1, 0, 1);
  const { reach = 1 } = options;
  if (reach !== 'optimizer') checkGreater('adaScale: reach', reach, 0);
  return {
    name: 'adaScale',
    options: { power, reach },
    needs: ['gradient'],
    factor(batchSize, baseBatchSize, { noise }, facts) {
      if (noise === undefined) return 1;
      const scale = noise.noiseScale * (reach === 'optimizer' ? reachOf(facts) : reach);
      const gain = gainOf(scale, batchSize, baseBatchSize);
      if (power === 1) return gain;
      // Not by **, whose last bit differs between versions of V8: a log must replay the same on all of them.
      return power === 0.5 ? Math.sqrt(gain) : Math.exp(power * Math.log(gain));
    },
  };
}
