import { checkKeys } from '../core/checks.js';
import type { Json, Policy, Signal } from '../core/types.js';
import { describePolicy } from './restricted.js';

/** @returns the policies. @throws RangeError if they are no list of policies, or not as many as they must be */
export function checkPolicies(name: string, policies: readonly Policy[], exactly?: number): readonly Policy[] {
  const found = Array.isArray(policies) ? policies.length : undefined;
  if (found === undefined || (exactly === undefined ? found < 2 : found !== exactly)) {
    const many = exactly === undefined ? 'at least two' : `exactly ${exactly}`;
    throw new RangeError(`${name}: policies must be a list of ${many}; got ${found ?? 'no list'}`);
  }
  return policies;
}

/** The signals that any of the policies needs. */
export function needsOfAll(policies: readonly Policy[]): readonly Signal[] {
  return [...new Set(policies.flatMap(({ needs }): readonly Signal[] => needs ?? ['gradient']))];
}

/** State of a combinator that takes the largest or smallest: each policy's state and factor on the rate, and the factor last given. */
export type ExtremeState = {
  readonly inner: readonly Json[];
  readonly scales: readonly number[];
  readonly given: number;
};

type Answer = ReturnType<Policy['update']>;

/** How {@link extremeOf} chooses. */
interface Extreme {
  readonly name: 'maxOf' | 'minOf';
  readonly word: string;
  /** Whether the first size goes before the second. */
  isBefore(size: number, other: number): boolean;
}

/** The policy of several whose size goes before all others, of equals the first. */
export function extremeOf(policies: readonly Policy[], options: object, extreme: Extreme): Policy<ExtremeState> {
  const { name, word } = extreme;
  checkKeys(name, options, []);
  const all = checkPolicies(name, policies);
  const described = all.map(describePolicy);
  const isBefore = (size: number, other: number): boolean => Number.isNaN(size) || extreme.isBefore(size, other);
  const best = (sizes: readonly number[]): number => sizes.reduce((most, size) => (isBefore(size, most) ? size : most));
  const drawing = all.flatMap(({ draw }) => (draw === undefined ? [] : [draw]));
  return {
    name,
    options: { policies: described },
    needs: needsOfAll(all),
    init: () => ({ inner: all.map((policy) => policy.init()), scales: all.map(() => 1), given: 1 }),
    start: (context) => best(all.map((policy) => policy.start?.(context) ?? context.batchSize)),
    update(before, estimates, context) {
      const answers = all.map((policy, i) => policy.update(before.inner[i] as Json, estimates, context));
      const sizes = answers.map(({ decision }) => decision.batchSize ?? context.batchSize);
      const winner = sizes.reduce((first, size, i) => (isBefore(size, sizes[first] as number) ? i : first), 0);
      const policy = all[winner] as Policy;
      const scales = answers.map(({ decision }, i) => decision.learningRateScale ?? (before.scales[i] as number));
      const { batchSize, learningRateScale: said, reason } = (answers[winner] as Answer).decision;
      const scale = scales[winner] as number;
      return {
        state: { inner: answers.map(({ state }) => state), scales, given: scale },
        decision: {
          ...(batchSize !== undefined && { batchSize }),
          ...((said !== undefined || scale !== before.given) && { learningRateScale: scale }),
          reason: `${word} of ${all.length} by ${policy.name}: ${reason}`,
        },
      };
    },
    ...(drawing.length > 0 && {
      draw: {
        size: Math.min(...drawing.map(({ size }) => size)),
        target(drawn, context) {
          const targets = drawing.map(({ target }) => target(drawn, context));
          // The size decided speaks for those that do not draw.
          return best(drawing.length === all.length ? targets : [...targets, context.batchSize]);
        },
      },
    }),
  };
}
