import { checkGreater, checkKeys } from '../core/checks.js';
import type { Json, Policy } from '../core/types.js';
import { restricted } from './restricted.js';

/** Options of {@link steadied}. */
export interface SteadiedOptions {
  /** Changes by less than this factor, up or down, are left out; > 1. @defaultValue 1.5 */
  readonly factor?: number;
}

/**
 * Hysteresis: keeps the batch size where the change asked for is small.
 * @throws RangeError if an option lies outside the range given with it
 * @example steadied(gaussianWalkWithRebound({ sequential: false }), { factor: 1.3 })
 */
export function steadied<State extends Json>(policy: Policy<State>, options: SteadiedOptions = {}): Policy<State> {
  checkKeys('steadied', options, ['factor']);
  const factor = checkGreater('steadied: factor', options.factor ?? 1.5, 1);
  return restricted(policy, {
    name: 'steadied',
    options: { factor },
    candidates: (offered) => offered,
    size: (asked, { batchSize }) => (Math.abs(Math.log(asked / batchSize)) < Math.log(factor) ? batchSize : asked),
    reason: (asked, given) => `${asked} is within ${factor}x of ${given}: kept`,
  });
}
