import type { Policy } from '../core/types.js';
import { type ExtremeState, extremeOf } from './several.js';

/**
 * Several policies, of which the one that asks for the largest batch has its way; a hold counts as the size in force.
 *
 * The factor on the learning rate is that of the winner, 1 if it has none. Where some of them settle the size while the batch is drawn, the largest
 * target counts, and for the others the size decided before.
 * @param policies two or more, as a list; on the command line as JSON: {"name":"maxOf","options":{"policies":[…]}}
 * @throws RangeError if there are fewer
 * @example maxOf([gaussianWalk(), fixed(64)])
 */
export function maxOf(policies: readonly Policy[], options: Record<string, never> = {}): Policy<ExtremeState> {
  return extremeOf(policies, options, { name: 'maxOf', word: 'largest', isBefore: (size, other) => size > other });
}
