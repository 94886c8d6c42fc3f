import { checkGreater, checkKeys } from '../core/checks.js';
import type { Json, Policy } from '../core/types.js';
import { restricted } from './restricted.js';

/** Options of {@link ramped}. */
export interface RampedOptions {
  /** The batch grows or shrinks by at most this factor a decision; > 1. @defaultValue 2 */
  readonly factor?: number;
}

/**
 * Lets the batch size move step by step, so that each step's estimates come from a size nearby.
 * @throws RangeError if an option lies outside the range given with it
 * @example ramped(gaussianWalk(), { factor: 4 })
 */
export function ramped<State extends Json>(policy: Policy<State>, options: RampedOptions = {}): Policy<State> {
  checkKeys('ramped', options, ['factor']);
  const factor = checkGreater('ramped: factor', options.factor ?? 2, 1);
  return restricted(policy, {
    name: 'ramped',
    options: { factor },
    candidates: (offered, { batchSize }) =>
      offered.filter((size) => size <= batchSize * factor && size >= batchSize / factor),
    size: (asked, { batchSize }) =>
      Math.min(Math.max(asked, Math.ceil(batchSize / factor)), Math.max(1, Math.floor(batchSize * factor))),
    reason: (asked, given) => `on the way to ${asked}: ${given}`,
  });
}
