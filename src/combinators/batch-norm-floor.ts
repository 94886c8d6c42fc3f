import { checkCount, checkKeys } from '../core/checks.js';
import { candidateAtLeast } from '../core/ladder.js';
import type { Json, Policy } from '../core/types.js';
import { restricted, type SizeContext } from './restricted.js';

/** Options of {@link batchNormFloor}. */
export interface BatchNormFloorOptions {
  /** Least batch size where a layer normalizes by the batch, a whole number >= 1 [examples]. @defaultValue 64 */
  readonly min?: number;
}

/**
 * Keeps the batch from getting small where the model has batch normalization, whose means and variances are then too noisy; elsewhere it
 * changes nothing.
 *
 * The layers are found by themselves: `hasBatchNorm` in the facts of a run. What asks for less gets the least candidate >= `min`, or the
 * largest candidate where all are smaller. On measured steps such a layer sees half a batch. Training keeps batches at 16 or more with
 * batch normalization, whatever `min` says.
 * @throws RangeError if an option lies outside the range given with it
 * @example batchNormFloor(gaussianWalk(), { min: 32 })
 */
export function batchNormFloor<State extends Json>(
  policy: Policy<State>,
  options: BatchNormFloorOptions = {},
): Policy<State> {
  checkKeys('batchNormFloor', options, ['min']);
  const min = checkCount('batchNormFloor: min', options.min ?? 64);
  const floor = ({ candidates, facts }: SizeContext): number => {
    if (facts.hasBatchNorm !== true) return Number.NEGATIVE_INFINITY;
    return candidateAtLeast(min, candidates);
  };
  return restricted(policy, {
    name: 'batchNormFloor',
    options: { min },
    candidates: (offered, { facts }) => (facts.hasBatchNorm === true ? offered.filter((size) => size >= min) : offered),
    size: (asked, context) => (asked < min ? Math.max(asked, floor(context)) : asked),
    reason: (asked, given) => `${asked} is too small for batch normalization: ${given}`,
  });
}
