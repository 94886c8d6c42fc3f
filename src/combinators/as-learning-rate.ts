import { checkAtLeast, checkBetween, checkKeys } from '../core/checks.js';
import type { DrawContext, Json, Policy, PolicyDecision } from '../core/types.js';
import { NO_SCALES, passed, type Scales, scaledBy } from './passing.js';
import { describePolicy } from './restricted.js';

/** Options of {@link asLearningRate}. */
export interface AsLearningRateOptions {
  /** The least that the learning rate is multiplied by, where the batch would have to be larger than it can; in (0, 1]. @defaultValue 0.0625 */
  readonly leastScale?: number;
  /** The most, where it would have to be smaller; >= 1. @defaultValue 1, the rate is never raised */
  readonly mostScale?: number;
}

/** State of {@link asLearningRate}: the bound that stands for a size beyond it (0: none), the factor that does the rest, and the inner policy's state. */
export type AsLearningRateState<State extends Json> = {
  readonly bound: number;
  readonly own: number;
  readonly scales: Scales;
  readonly inner: State;
};

type Sizes = readonly number[];

/** The candidates with rungs beyond both ends, each the next one's neighbour in the ratio of the last two. */
function extended(candidates: Sizes, leastScale: number, mostScale: number): Sizes {
  const [first, last] = [candidates[0] as number, candidates.at(-1) as number];
  const ratioAt = (one: number | undefined, next: number | undefined): number =>
    one === undefined || next === undefined ? 2 : next / one;
  const [below, above]: [number[], number[]] = [[], []];
  const down = ratioAt(candidates[0], candidates[1]);
  for (let size = first / down; size * mostScale >= first && Math.round(size) >= 1; size /= down) {
    below.unshift(Math.round(size));
  }
  const up = ratioAt(candidates.at(-2), candidates.at(-1));
  for (let size = last * up; size * leastScale <= last; size *= up) above.push(Math.round(size));
  return [...new Set([...below, ...candidates, ...above])];
}

/** The extended candidates, kept while the candidates stay. */
function extending(leastScale: number, mostScale: number): (candidates: Sizes) => Sizes {
  let [last, all]: [Sizes, Sizes] = [[], []];
  return (candidates) => {
    if (candidates !== last) [last, all] = [candidates, extended(candidates, leastScale, mostScale)];
    return all;
  };
}

function bounded(size: number, candidates: Sizes): number {
  return Math.min(Math.max(size, candidates[0] as number), candidates.at(-1) as number);
}

/**
 * What the batch cannot do at a bound, the learning rate does: asked for k times the largest candidate, it gives that and a k-th of the
 * rate.
 *
 * By the k-for-k rule the noise of a step goes with rate over batch size, so a batch up by k is a rate down by k. The factor is
 * bound/asked, on the rate that the learning-rate rule sets at the bound, times a factor of the policy's own. The policy within is offered
 * rungs beyond the candidates, and while a bound stands for a larger size it is shown that size as the one in force, at the rate without
 * the cut: in its world there is no bound. Meant for a rule that leaves the rate alone, `none()`: one that raises the rate with the batch
 * takes back what the larger batch would do. A batch whose size is settled while it is drawn is not touched.
 * @throws RangeError if an option lies outside the range given with it
 * @example asLearningRate(gaussianWalk({ floor: 0 }), { leastScale: 0.01 })
 * @see Smith & Le 2018, "A Bayesian Perspective on Generalization and Stochastic Gradient Descent"
 */
export function asLearningRate<State extends Json>(
  policy: Policy<State>,
  options: AsLearningRateOptions = {},
): Policy<AsLearningRateState<State>> {
  checkKeys('asLearningRate', options, ['leastScale', 'mostScale']);
  const leastScale = checkBetween('asLearningRate: leastScale', options.leastScale ?? 0.0625, 1e-6, 1);
  const mostScale = checkAtLeast('asLearningRate: mostScale', options.mostScale ?? 1, 1);
  const candidatesFor = extending(leastScale, mostScale);

  function unbounded<Context extends DrawContext>(context: Context, batchSize: number, own: number): Context {
    const { learningRateAt } = context;
    return {
      ...context,
      candidates: candidatesFor(context.candidates),
      batchSize,
      learningRateAt: own === 1 ? learningRateAt : (size: number) => learningRateAt(size) / own,
    };
  }

  /** The factor that stands for a size beyond the bound. */
  function scaleFor(asked: number, bound: number): number {
    return asked > 0 ? Math.min(Math.max(bound / asked, leastScale), mostScale) : mostScale;
  }

  return {
    name: 'asLearningRate',
    options: { leastScale, mostScale, policy: describePolicy(policy as Policy) },
    ...passed(policy as Policy),
    init: () => ({ bound: 0, own: 1, scales: NO_SCALES, inner: policy.init() }),
    start: (context) => {
      const size = policy.start?.(unbounded(context, context.batchSize, 1)) ?? context.batchSize;
      return bounded(size, context.candidates);
    },
    update(before, estimates, context) {
      // A size forced from outside is what it is.
      const inForce = context.batchSize === before.bound ? stoodFor(before) : context.batchSize;
      const world = unbounded(context, inForce, before.own);
      const { state: inner, decision: said } = policy.update(before.inner, estimates, world);
      const asked = said.batchSize ?? inForce;
      const isHold = said.batchSize === undefined && inForce === context.batchSize;
      const bound = isHold || Number.isNaN(asked) ? asked : bounded(asked, context.candidates);
      const own = isHold || bound === asked || Number.isNaN(asked) ? 1 : scaleFor(asked, bound);
      const { scales, decision } = scaledBy(before.scales, given(said, asked, bound, own), own);
      return { state: { bound: own === 1 ? 0 : bound, own, scales, inner }, decision };
    },
  };
}

/** The size beyond the bound that the policy takes for the one in force. */
function stoodFor({ bound, own }: { readonly bound: number; readonly own: number }): number {
  return Math.max(1, Math.round(bound / own));
}

function given(said: PolicyDecision, asked: number, bound: number, own: number): PolicyDecision {
  if (bound === asked || Number.isNaN(asked)) return said;
  const rest = own === 1 ? 'the rate is left alone' : `the rate times ${Number(own.toPrecision(3))} does the rest`;
  return { ...said, batchSize: bound, reason: `${said.reason}; ${asked} is beyond ${bound}: ${rest}` };
}
