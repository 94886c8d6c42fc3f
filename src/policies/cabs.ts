import { COLLECTING, shown, WAITING } from '../core/aiming.js';
import { checkAtLeast, checkGreater, checkKeys } from '../core/checks.js';
import { freshNoise } from '../core/fresh-noise.js';
import { gainOf } from '../core/gain.js';
import type { NoiseEstimate, Policy, PolicyContext, RunFacts } from '../core/types.js';

/** Options of {@link cabs}; each has a safe default. */
export interface CabsOptions {
  /** c: times the published batch size; > 0. @defaultValue 1 */
  readonly factor?: number;
  /** F*, the least loss that can be reached; finite. @defaultValue 0, as published */
  readonly floor?: number;
}

/** What the fresh part of one step, as the statistics have it, is of all that its gradient will move: 1 − ρ, or Adam's 1 − β₁. */
function freshShare({ optimizer, momentum, adam }: RunFacts): number {
  return 1 - (optimizer === 'adaptive' ? (adam?.beta1 ?? 0) : (momentum ?? 0));
}

/** An adaptive optimizer's step at another batch size: it divides by the noise in the running size of the gradient. */
function stepScale({ noiseScale }: NoiseEstimate, { facts, batchSize }: PolicyContext, at: number): number {
  return facts.optimizer === 'adaptive' ? Math.sqrt(gainOf(noiseScale, at, batchSize)) : 1;
}

/** The candidate that is nearest to what the formula, `perRate`·η(B), asks for at its own rate. */
function consistentSize(perRate: number, noise: NoiseEstimate, context: PolicyContext): number {
  const { candidates, learningRateAt } = context;
  const askedAt = (size: number): number => perRate * learningRateAt(size) * stepScale(noise, context, size);
  let size = candidates[0] as number;
  let asked = askedAt(size);
  for (let i = 1; i < candidates.length; i++) {
    const next = candidates[i] as number;
    const askedNext = askedAt(next);
    if (!(asked * askedNext > size * next)) break;
    [size, asked] = [next, askedNext];
  }
  return size;
}

/**
 * Couples the batch to rate and loss: B = c·η/(1 − ρ)·trΣ/(F − F*).
 *
 * The most gain per example, η/2·(|G|² − trΣ/B)/B, has B = 2·trΣ/|G|², where Balles puts the bound 2(F − F*)/η for |G|². Seen otherwise, the
 * noise of a constant rate costs about η/(1 − ρ)·trΣ/(4B) of the loss: this keeps it a fixed share of what is left to gain. With momentum a
 * gradient goes on for 1/(1 − ρ) steps. F is the smoothed loss.
 *
 * η is the rate at the size asked for, not at the one in force: going up the candidates, from a to b where the formula at a's rate and at b's asks for more
 * than both together, h(a)·h(b) > a·b. For a rate that grows no faster than the batch that is the one solution of B = h(B), to the nearest
 * candidate; with a linear rule h(B)/B is the same everywhere, and the batch the least or the greatest.
 *
 * With an adaptive optimizer Σ stands in its metric, tr(DΣ), from the smoothed trace and the ratio of the two metrics in the step just measured; Adam's
 * mean is made up for by β₁, and D at another size by √((1 + φ/B_now)/(1 + φ/B)). What the run does not tell, Adamax's mean and RMSProp's
 * momentum, is taken as none: give their 1/(1 − β) by `factor`.
 *
 * Units: examples; the loss cancels. At a loss <= F* the size is held. |G|² is not needed.
 * Limits: stands on F*: where the loss cannot reach it the batch stays too small. The trace is of the parameters that the statistics cover.
 * @throws RangeError if an option lies outside the range given with it
 * @example adaptiveBatch(model, { policy: cabs({ floor: 0.1 }), learningRate: none() })
 * @see Balles, Romero, Hennig 2017, "Coupling Adaptive Batch Sizes with Learning Rates", arXiv 1612.05086
 */
export function cabs(options: CabsOptions = {}): Policy<null> {
  checkKeys('cabs', options, ['factor', 'floor']);
  const factor = checkGreater('cabs: factor', options.factor ?? 1, 0);
  const floor = checkAtLeast('cabs: floor', options.floor ?? 0, -Number.MAX_VALUE);
  return {
    name: 'cabs',
    options: { factor, floor },
    needs: ['loss', 'gradient'],
    init: () => null,
    update(state, { loss, noise }, context) {
      const { gradient } = context.observation;
      if (gradient === undefined) return { state, decision: WAITING };
      if (loss === undefined || noise === undefined) return { state, decision: COLLECTING };
      if (loss <= floor) return { state, decision: { reason: `the loss is not above its floor ${floor}: held` } };
      const perRate = (factor * freshNoise(noise, gradient)) / (freshShare(context.facts) * (loss - floor));
      const size = consistentSize(perRate, noise, context);
      const asked = perRate * context.learningRateAt(size) * stepScale(noise, context, size);
      const says = `at the rate of ${size} the loss, ${shown(loss - floor)} above its floor, asks for ${shown(asked)}`;
      if (size === context.batchSize) return { state, decision: { reason: `${says}: kept` } };
      return { state, decision: { batchSize: size, reason: says } };
    },
  };
}
