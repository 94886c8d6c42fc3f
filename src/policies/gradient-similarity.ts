import { shown, WAITING } from '../core/aiming.js';
import { checkAtLeast, checkBetween, checkGreater, checkKeys } from '../core/checks.js';
import { nearestCandidate } from '../core/ladder.js';
import type { GradientStatistics, Policy, PolicyContext, PolicyDecision } from '../core/types.js';

/** Options of {@link gradientSimilarity}; each has a safe default. */
export interface GradientSimilarityOptions {
  /** Cosine between the gradients of the batch's halves that the rule keeps; in [0.001, 0.999]. @defaultValue 0.33, about that of a batch of the noise scale */
  readonly target?: number;
  /** Factor on the batch where the cosine is below the target; >= 1. @defaultValue 1.1, as published */
  readonly grow?: number;
  /** Factor on the batch where the cosine is above the target; in (0, 1]. @defaultValue 0.9, as published */
  readonly shrink?: number;
}

/** State of {@link gradientSimilarity}: the exact size [examples] and the size in force when it was set; null before the first measured step. */
export type GradientSimilarityState = { readonly exact: number; readonly applied: number } | null;

/** The cosine between halves drawn at random, from the batch's sums; undefined where there is no gradient at all. */
function similarity({ squaredNormOfMean, squaredDeviations, degreesOfFreedom }: GradientStatistics, batchSize: number) {
  const norm = batchSize * squaredNormOfMean;
  const trace = squaredDeviations / degreesOfFreedom;
  return norm + trace > 0 ? (norm - trace) / (norm + trace) : undefined;
}

/** The exact size to go on from: the one before, unless the batch was set by another since. */
function exactSize(state: GradientSimilarityState, { batchSize, candidates }: PolicyContext): number {
  if (state === null) return batchSize;
  const isOwn = batchSize === state.applied || batchSize === nearestCandidate(state.exact, candidates);
  return isOwn ? state.exact : batchSize;
}

/** No further from the size in force than one candidate, or one move: an exact size that is not heeded must not run away. */
function withinReach(exact: number, { batchSize, candidates }: PolicyContext, grow: number, shrink: number): number {
  let below = candidates[0] as number;
  let above = below;
  for (const candidate of candidates) {
    if (candidate < batchSize) below = candidate;
    above = candidate;
    if (candidate > batchSize) break;
  }
  return Math.min(Math.max(exact, Math.min(below, batchSize * shrink)), Math.max(above, batchSize * grow));
}

/**
 * Keeps the halves of a batch alike: below the target similarity the batch grows by 1.1, above it shrinks by 0.9, as SimiGrad does.
 *
 * The similarity is the cosine of the gradients of two random halves. From the batch's own sums: the mean of g1·g2 over the halves is |g|² − Ŝ/B,
 * that of |g_i|² is |g|² + Ŝ/B, so c = (B|g|² − Ŝ)/(B|g|² + Ŝ); for a batch measured as two halves these are theirs. In expectation
 * c = 1/(1 + 2·B_simple/B): a target c keeps B = 2c/(1 − c)·B_simple. Not smoothed, as published: its small moves average many batches, and a
 * smoothed similarity would lag behind the size. Plain gradients, whatever the optimizer. It needs no |G|² > 0.
 *
 * The exact size is remembered, at most one candidate or move off; the candidate nearest to it is asked for. Between two candidates it goes back and
 * forth: see {@link cooled}. A size set by another is where it goes on from.
 * Units: examples; c has none. Limits: blind to time and rate; 10 % a measured step is slow where little is measured.
 * @throws RangeError if an option lies outside the range given with it
 * @example adaptiveBatch(model, { policy: gradientSimilarity({ target: 0.2 }), measure: { every: 4 } })
 * @see Qin et al. 2021, "SimiGrad: Fine-Grained Adaptive Batching for Large Scale Training using Gradient Similarity Measurement", NeurIPS
 */
export function gradientSimilarity(options: GradientSimilarityOptions = {}): Policy<GradientSimilarityState> {
  checkKeys('gradientSimilarity', options, ['target', 'grow', 'shrink']);
  const target = checkBetween('gradientSimilarity: target', options.target ?? 0.33, 0.001, 0.999);
  const grow = checkAtLeast('gradientSimilarity: grow', options.grow ?? 1.1, 1);
  const shrink = checkBetween(
    'gradientSimilarity: shrink',
    checkGreater('gradientSimilarity: shrink', options.shrink ?? 0.9, 0),
    0,
    1,
  );
  return {
    name: 'gradientSimilarity',
    options: { target, grow, shrink },
    needs: ['gradient'],
    init: () => null,
    update(state, _estimates, context) {
      const { gradient, batchSize: measured } = context.observation;
      if (gradient === undefined) return { state, decision: WAITING };
      const cosine = similarity(gradient, measured);
      if (cosine === undefined) return { state, decision: { reason: 'no gradient: held' } };
      const factor = cosine < target ? grow : cosine > target ? shrink : 1;
      const exact = withinReach(exactSize(state, context) * factor, context, grow, shrink);
      const size = nearestCandidate(exact, context.candidates);
      const says = `halves alike to ${shown(cosine)}, target ${shown(target)}: ${shown(exact)}`;
      const decision: PolicyDecision =
        size === context.batchSize ? { reason: `${says}, nearest is ${size}` } : { batchSize: size, reason: says };
      return { state: { exact, applied: context.batchSize }, decision };
    },
  };
}
