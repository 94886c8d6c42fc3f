import { checkAtLeast, checkCount, checkKeys } from '../core/checks.js';
import { bestBatchSize } from '../core/rebound.js';
import type { DrawContext, Policy, WalkEstimate } from '../core/types.js';

/** Options of {@link gaussianWalkWithRebound}; each has a safe default. */
export interface GaussianWalkWithReboundOptions {
  /** S*, the least loss that can be reached; finite. @defaultValue 0, as in the paper's experiments */
  readonly floor?: number;
  /** m0: examples a draw; >= 2, for each draw is cut in two to see its variance [examples]. @defaultValue 32 */
  readonly drawSize?: number;
  /** Draw until the batch is as large as its own statistics ask (Algorithm 1); false: they set the next batch. @defaultValue true */
  readonly sequential?: boolean;
}

type AtHand = WalkEstimate & { readonly loss: number };

function largestSize({ candidates, facts }: DrawContext): number {
  return facts.datasetSize ?? (candidates.at(-1) as number);
}

/**
 * The published rule, to the letter: m* = argmax u(m), u(m) = (s − E_m(s')) / m over every m in 1..N.
 *
 * s, μ = gᵀp and σ² are those of the batch at hand, unsmoothed and with the bias of |g|²; the learning rate is that now applied. With
 * `sequential` it is Algorithm 1: draw m0 examples, compute m*, draw m0 more until min(m*, N) are drawn, update.
 * Where μ <= 0 every utility is negative and the argmax is the largest size: this is what the rule says, and its weakness.
 * For training, prefer {@link gaussianWalk}.
 *
 * Units: examples. Without `datasetSize` in the run's facts N is the largest candidate.
 * @throws RangeError if an option lies outside the range given with it
 * @see Yin, Luo, Nakamura, KDD 2017, Algorithm 1; with momentum Chen, Wu, Luo 2018
 */
export function gaussianWalkWithRebound(options: GaussianWalkWithReboundOptions = {}): Policy<null> {
  checkKeys('gaussianWalkWithRebound', options, ['floor', 'drawSize', 'sequential']);
  const floor = checkAtLeast('gaussianWalkWithRebound: floor', options.floor ?? 0, -Number.MAX_VALUE);
  const drawSize = checkCount('gaussianWalkWithRebound: drawSize', options.drawSize ?? 32, 2);
  const sequential = options.sequential ?? true;
  const target = ({ loss, drift, variance }: AtHand, context: DrawContext): number => {
    const rate = context.learningRateAt(context.batchSize);
    const walker = { height: loss - floor, drift: rate * drift, spread: rate * Math.sqrt(Math.max(variance, 0)) };
    return walker.height > 0 ? bestBatchSize(walker, largestSize(context)) : context.batchSize;
  };
  return {
    name: 'gaussianWalkWithRebound',
    options: { floor, drawSize, sequential },
    needs: ['loss', 'gradient'],
    init: () => null,
    update(state, { walkAtHand }, context) {
      if (walkAtHand === undefined) return { state, decision: { reason: 'held until the next measured step' } };
      const best = target(walkAtHand, context);
      const reason =
        walkAtHand.drift <= 0 ? `m* = ${best}: the step leads uphill, every utility is negative` : `m* = ${best}`;
      return { state, decision: { batchSize: best, reason } };
    },
    ...(sequential ? { draw: { size: drawSize, target } } : {}),
  };
}
