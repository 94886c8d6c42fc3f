import type { DrawContext, Json, JsonObject, Policy } from '../core/types.js';

/**
 * The JSON name and options of a policy, as the run log keeps them.
 * @throws RangeError if it is no policy, such as a list of them where there must be one
 */
export function describePolicy(policy: Policy): JsonObject {
  const { name, options, update } = (policy ?? {}) as Policy;
  if (typeof update === 'function') return { name, options: options ?? {} };
  const isFactory = typeof policy === 'function';
  const what = Array.isArray(policy)
    ? `a list of ${policy.length}`
    : isFactory
      ? `the function ${name} itself`
      : policy;
  throw new RangeError(`a combinator must be given a policy; got ${what}`);
}

/** What the candidates may depend on: the estimates behind a learning rate are not among it. */
export type SizeContext = Pick<DrawContext, 'candidates' | 'batchSize' | 'baseBatchSize' | 'facts'>;

/** How {@link restricted} changes a policy. */
export interface Restriction {
  readonly name: string;
  readonly options: JsonObject;
  /** The candidates left to the inner policy; where none is left it sees what was offered. Depends on nothing else. */
  candidates(offered: readonly number[], context: SizeContext): readonly number[];
  /** The size given for the size asked for [examples]. */
  size(asked: number, context: DrawContext): number;
  /** The reason where the two differ. */
  reason(asked: number, given: number): string;
}

/** The candidates of a restriction, kept from step to step while what they depend on stays. */
function narrowing(restriction: Restriction): (context: SizeContext) => readonly number[] {
  let last: SizeContext | undefined;
  let left: readonly number[] = [];
  return ({ candidates, batchSize, baseBatchSize, facts }) => {
    const isSame =
      last !== undefined &&
      candidates === last.candidates &&
      batchSize === last.batchSize &&
      baseBatchSize === last.baseBatchSize &&
      facts === last.facts;
    if (!isSame) {
      last = { candidates, batchSize, baseBatchSize, facts };
      left = restriction.candidates(candidates, last);
    }
    return left;
  };
}

/** A policy that sees fewer candidates and whose answer is mapped to an allowed one; a factor on the rate passes. Its state is the inner one. */
export function restricted<State extends Json>(inner: Policy<State>, restriction: Restriction): Policy<State> {
  const policy = describePolicy(inner as Policy);
  const candidatesFor = narrowing(restriction);
  function narrowed<Context extends DrawContext>(context: Context): Context {
    const left = candidatesFor(context);
    return left.length === 0 ? context : { ...context, candidates: left };
  }
  const { draw, needs } = inner;
  return {
    name: restriction.name,
    options: { ...restriction.options, policy },
    ...(needs && { needs }),
    init: () => inner.init(),
    start: (context) => restriction.size(inner.start?.(narrowed(context)) ?? context.batchSize, context),
    update(before, estimates, context) {
      const { state, decision } = inner.update(before, estimates, narrowed(context));
      // A hold is a request for the size in force, which the restriction may not allow.
      const asked = decision.batchSize ?? context.batchSize;
      const given = restriction.size(asked, context);
      if (given === asked || Number.isNaN(given)) return { state, decision };
      return {
        state,
        decision: { ...decision, batchSize: given, reason: `${decision.reason}; ${restriction.reason(asked, given)}` },
      };
    },
    ...(draw && {
      draw: {
        size: draw.size,
        target: (drawn, context) => restriction.size(draw.target(drawn, narrowed(context)), context),
      },
    }),
  };
}
