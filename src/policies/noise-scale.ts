import { COLLECTING, noiseText, towards, WAITING } from '../core/aiming.js';
import { checkGreater, checkKeys } from '../core/checks.js';
import { nearestCandidate } from '../core/ladder.js';
import type { Policy } from '../core/types.js';

/** Options of {@link noiseScale}; each has a safe default. */
export interface NoiseScaleOptions {
  /** Batch size over noise scale; > 0. Twice the noise scale takes 3/4 of the steps of it and 1.5 times its examples. @defaultValue 1 */
  readonly factor?: number;
}

/**
 * The gradient noise scale as the batch size: B = factor·B_simple, B_simple = tr(DΣ)/GᵀDG.
 *
 * Below it steps are saved by more examples at little cost, above it examples are wasted: with S = S_min(1 + B_simple/B) steps and
 * E = E_min(1 + B/B_simple) examples to a loss, at factor 1 both are twice their least. The candidate nearest in log size.
 *
 * Units: examples. D is the optimizer's preconditioner, 1 for SGD and momentum. Where |G|² cannot be told from 0 the noise scale is a lower
 * bound: the batch then grows up to it, but does not shrink.
 * Limits: blind to time, and to what the learning rate makes of the noise: {@link goodput} and {@link cabs} see them.
 * @throws RangeError if an option lies outside the range given with it
 * @example adaptiveBatch(model, { policy: cooled(noiseScale({ factor: 0.5 })) })
 * @see McCandlish et al. 2018, "An Empirical Model of Large-Batch Training", arXiv 1812.06162
 */
export function noiseScale(options: NoiseScaleOptions = {}): Policy<null> {
  checkKeys('noiseScale', options, ['factor']);
  const factor = checkGreater('noiseScale: factor', options.factor ?? 1, 0);
  return {
    name: 'noiseScale',
    options: { factor },
    needs: ['gradient'],
    init: () => null,
    update(state, { noise }, { observation, candidates, batchSize }) {
      if (observation.gradient === undefined) return { state, decision: WAITING };
      if (noise === undefined) return { state, decision: COLLECTING };
      const size = nearestCandidate(factor * noise.noiseScale, candidates);
      return { state, decision: towards(size, noiseText(noise), noise, batchSize) };
    },
  };
}
