import { checkCount, checkKeys } from '../core/checks.js';
import type { Json, Policy } from '../core/types.js';
import { restricted } from './restricted.js';

/** Options of {@link clamped}. */
export interface ClampedOptions {
  /** Least batch size [examples], a whole number >= 1. @defaultValue 1 */
  readonly min?: number;
  /** Greatest batch size [examples], >= min. @defaultValue no bound */
  readonly max?: number;
}

/**
 * Keeps what a policy asks for within [min, max], and offers it only candidates from there.
 * @throws RangeError if an option lies outside the range given with it
 * @example clamped(gaussianWalk(), { min: 32, max: 512 })
 */
export function clamped<State extends Json>(policy: Policy<State>, options: ClampedOptions): Policy<State> {
  checkKeys('clamped', options, ['min', 'max']);
  const min = checkCount('clamped: min', options.min ?? 1);
  const max = checkCount('clamped: max', options.max ?? Number.MAX_SAFE_INTEGER, min);
  return restricted(policy, {
    name: 'clamped',
    options: { min, max },
    candidates: (offered) => offered.filter((size) => size >= min && size <= max),
    size: (asked) => Math.min(Math.max(asked, min), max),
    reason: (asked, given) => `${asked} is outside ${min}..${max}: ${given}`,
  });
}
