import type { Policy } from '../core/types.js';
import { type ExtremeState, extremeOf } from './several.js';

/**
 * Several policies, of which the one that asks for the smallest batch has its way; a hold counts as the size in force.
 *
 * The factor on the learning rate is that of the winner, 1 if it has none. Where some of them settle the size while the batch is drawn, the smallest
 * target counts, and for the others the size decided before.
 * @param policies two or more, as a list; on the command line as JSON: {"name":"minOf","options":{"policies":[…]}}
 * @throws RangeError if there are fewer
 * @example minOf([gaussianWalk(), fixed(256)])
 */
export function minOf(policies: readonly Policy[], options: Record<string, never> = {}): Policy<ExtremeState> {
  return extremeOf(policies, options, { name: 'minOf', word: 'smallest', isBefore: (size, other) => size < other });
}
