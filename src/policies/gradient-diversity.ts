import { COLLECTING, noiseText, shown, towards, WAITING } from '../core/aiming.js';
import { checkGreater, checkKeys, checkOneOf } from '../core/checks.js';
import { nearestCandidate } from '../core/ladder.js';
import type { Policy, PolicyContext, PolicyDecision } from '../core/types.js';

/** Options of {@link gradientDiversity}; each has a safe default. */
export interface GradientDiversityOptions {
  /** δ: batch size over N·Δ, up to which a step is worth as many single ones; > 0. @defaultValue 1 */
  readonly factor?: number;
  /** Whether the batch moves at the end of an epoch only, as published; false: on every measured step. @defaultValue true */
  readonly atEpochEnds?: boolean;
}

/** State of {@link gradientDiversity}: the epoch that is waited for to end, and the examples seen before it; null before the first step. */
export type GradientDiversityState = { readonly epoch: number; readonly since: number } | null;

/** Whether this step is the first of another epoch: by its number, or where every call of fit counts from 0 by the size of the data. */
function isNewEpoch(
  { epoch, since }: NonNullable<GradientDiversityState>,
  { observation, facts }: PolicyContext,
): boolean {
  return (
    observation.epoch !== epoch || observation.examplesSeen - since > (facts.datasetSize ?? Number.POSITIVE_INFINITY)
  );
}

/**
 * The batch as large as the gradients differ: B = δ·N·Δ, Δ = Σ|g_j|²/|Σ g_j|² the gradient diversity of the N examples.
 *
 * Up to N·Δ a batch makes the progress of as many single steps; beyond, its gradients repeat each other. At fixed weights N·Δ = 1 + B_simple, which is
 * what is taken, smoothed; DiveBatch sums the gradients of an epoch while the weights move. The candidate nearest in log size; the greatest candidate is
 * DiveBatch's m_max. With an adaptive optimizer the gradients are taken in its metric.
 *
 * The size is set at the first step of an epoch, from what the epoch before has shown; as long as there is no estimate, as soon as there is one.
 * Units: examples. Where |G|² cannot be told from 0, Δ is a lower bound: the batch then grows up to it, but does not shrink.
 * Limits: blind to time and rate.
 * @throws RangeError if an option lies outside the range given with it
 * @example adaptiveBatch(model, { policy: gradientDiversity({ factor: 0.5 }), learningRate: linear() })
 * @see Yin et al. 2018, "Gradient Diversity: a Key Ingredient for Scalable Distributed Learning", AISTATS
 * @see DiveBatch 2025, "Accelerating Model Training Through Gradient-Diversity Aware Batch Size Adaptation"
 */
export function gradientDiversity(options: GradientDiversityOptions = {}): Policy<GradientDiversityState> {
  checkKeys('gradientDiversity', options, ['factor', 'atEpochEnds']);
  const factor = checkGreater('gradientDiversity: factor', options.factor ?? 1, 0);
  const atEpochEnds = checkOneOf('gradientDiversity: atEpochEnds', options.atEpochEnds ?? true, [true, false]);

  /** Why nothing is decided at this step, if so. */
  function notYet(state: GradientDiversityState, context: PolicyContext): PolicyDecision | undefined {
    if (!atEpochEnds) return context.observation.gradient === undefined ? WAITING : undefined;
    return state === null || !isNewEpoch(state, context) ? { reason: 'held until the epoch ends' } : undefined;
  }

  return {
    name: 'gradientDiversity',
    options: { factor, atEpochEnds },
    needs: ['gradient'],
    init: () => null,
    update(state, { noise }, context) {
      const { observation, candidates, batchSize } = context;
      const decision = notYet(state, context);
      const here = { epoch: observation.epoch, since: observation.examplesSeen - observation.batchSize };
      if (decision !== undefined) return { state: state ?? here, decision };
      if (noise === undefined) return { state, decision: COLLECTING };
      const diversity = 1 + noise.noiseScale;
      const size = nearestCandidate(factor * diversity, candidates);
      const says = `diversity worth ${shown(diversity)} examples, ${noiseText(noise)}`;
      return { state: here, decision: towards(size, says, noise, batchSize) };
    },
  };
}
