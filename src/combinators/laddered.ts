import { checkGreater, checkKeys } from '../core/checks.js';
import { ladder } from '../core/ladder.js';
import type { Json, Policy } from '../core/types.js';
import { restricted, type SizeContext } from './restricted.js';

/** Options of {@link laddered}. */
export interface LadderedOptions {
  /** Factor between one size and the next; > 1. @defaultValue 2 */
  readonly factor?: number;
}

/**
 * Rounds what a policy asks for to the nearest rung (in log size) of B0·factorᵏ: few distinct sizes, few distinct tensor shapes.
 * @throws RangeError if an option lies outside the range given with it
 * @example laddered(myPolicy, { factor: 1.5 })
 */
export function laddered<State extends Json>(policy: Policy<State>, options: LadderedOptions = {}): Policy<State> {
  checkKeys('laddered', options, ['factor']);
  const factor = checkGreater('laddered: factor', options.factor ?? 2, 1);
  const rungs = ({ baseBatchSize, candidates, facts }: SizeContext): readonly number[] =>
    ladder({
      base: baseBatchSize,
      factor,
      min: Math.min(...candidates),
      max: Math.max(...candidates),
      quantum: facts.batchQuantum ?? 1,
    });
  return restricted(policy, {
    name: 'laddered',
    options: { factor },
    candidates: (_offered, context) => rungs(context),
    size(asked, context) {
      if (Number.isNaN(asked)) return asked;
      const sizes = rungs(context);
      const within = Math.min(Math.max(asked, sizes[0] as number), sizes.at(-1) as number);
      const away = (size: number): number => Math.abs(Math.log(size / within));
      return sizes.reduce((best, size) => (away(size) < away(best) ? size : best));
    },
    reason: (asked, given) => `${asked} goes to the rung ${given}`,
  });
}
