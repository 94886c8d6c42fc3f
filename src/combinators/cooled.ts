import { checkCount, checkKeys } from '../core/checks.js';
import type { Json, Policy } from '../core/types.js';
import { describePolicy } from './restricted.js';

/** Options of {@link cooled}. */
export interface CooledOptions {
  /** Updates at a size before it may change again; >= 1. @defaultValue 10 */
  readonly steps?: number;
}

/** State of {@link cooled}: the size in force, the step since which it is, and the inner policy's state. */
export type CooledState<State extends Json> = {
  readonly batchSize: number;
  readonly since: number;
  readonly inner: State;
};

/**
 * Rests after every change of the batch size, whoever made it, so that a decision stands on evidence from the new size.
 * A factor on the learning rate passes at once: a policy need not repeat it.
 * @throws RangeError if an option lies outside the range given with it
 * @example cooled(gaussianWalk(), { steps: 20 })
 */
export function cooled<State extends Json>(
  policy: Policy<State>,
  options: CooledOptions = {},
): Policy<CooledState<State>> {
  checkKeys('cooled', options, ['steps']);
  const steps = checkCount('cooled: steps', options.steps ?? 10);
  const described = describePolicy(policy as Policy);
  const { draw, start, needs } = policy;
  return {
    name: 'cooled',
    options: { steps, policy: described },
    init: () => ({ batchSize: 0, since: 0, inner: policy.init() }),
    update(before, estimates, context) {
      const { step } = context.observation;
      const moved = context.batchSize !== before.batchSize;
      const { state: inner, decision } = policy.update(before.inner, estimates, context);
      const since = moved ? step - 1 : before.since;
      const state = moved || inner !== before.inner ? { batchSize: context.batchSize, since, inner } : before;
      const rested = step - since >= steps;
      if (rested || decision.batchSize === undefined || decision.batchSize === context.batchSize)
        return { state, decision };
      const { batchSize: _held, ...rest } = decision;
      return { state, decision: { ...rest, reason: `${decision.reason}; rests for ${steps} steps after a change` } };
    },
    ...(needs && { needs }),
    ...(start && { start }),
    ...(draw && { draw }),
  };
}
