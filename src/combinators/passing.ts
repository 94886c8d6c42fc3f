import { nearestCandidate } from '../core/ladder.js';
import type { DrawContext, Policy, PolicyDecision } from '../core/types.js';

/** What a combinator that decides only at updates leaves as it is. */
export function passed({ needs, start, draw }: Policy): Pick<Policy, 'needs' | 'start' | 'draw'> {
  return { ...(needs && { needs }), ...(start && { start }), ...(draw && { draw }) };
}

/** Factors on the learning rate: the inner policy's own, and the one that was last given for it. */
export type Scales = { readonly inner: number; readonly given: number };

/** As long as nobody has said anything. */
export const NO_SCALES: Scales = { inner: 1, given: 1 };

/** The decision with the inner policy's factor on the rate, which stays until it gives another, times `own`. */
export function scaledBy(
  before: Scales,
  decision: PolicyDecision,
  own: number,
): { scales: Scales; decision: PolicyDecision } {
  const isSaid = decision.learningRateScale !== undefined;
  const inner = decision.learningRateScale ?? before.inner;
  const given = inner * own;
  const isSame = inner === before.inner && given === before.given;
  const scales = isSame ? before : { inner, given };
  if (isSaid ? own === 1 : given === before.given) return { scales, decision };
  return { scales, decision: { ...decision, learningRateScale: given } };
}

/**
 * The size and the factor on the rate that make the noise of a step, rate over batch size, `noise` times that at `size`: the candidate nearest to
 * size/noise at the rate of `size`. Beyond the candidates the rate does the rest, up to `mostScale` times.
 * @see Smith & Le 2018, "A Bayesian Perspective on Generalization and Stochastic Gradient Descent"
 */
export function withNoise(
  size: number,
  noise: number,
  { candidates, learningRateAt }: Pick<DrawContext, 'candidates' | 'learningRateAt'>,
  mostScale = 1,
): { batchSize: number; scale: number } {
  const wanted = size / noise;
  const nearest = nearestCandidate(wanted, candidates);
  const batchSize = noise < 1 ? Math.max(size, nearest) : Math.min(size, nearest);
  const isBeyond = wanted > (candidates.at(-1) as number) || wanted < (candidates[0] as number);
  const rest = isBeyond ? Math.min(batchSize / wanted, mostScale) : 1;
  const kept = learningRateAt(size) / learningRateAt(batchSize);
  // A rate of 0 has nothing to keep.
  return { batchSize, scale: kept > 0 && Number.isFinite(kept) ? kept * rest : rest };
}

/** @throws RangeError saying why, if an option counts steps */
export function refuseSteps(name: string, options: object, instead: string): void {
  const steps = Object.keys(options).find((key) => /steps$/i.test(key));
  if (steps === undefined) return;
  throw new RangeError(
    `${name} has no option '${steps}': a step is as long as its batch, so a number of them says nothing of how far the training is; give ${instead}`,
  );
}
