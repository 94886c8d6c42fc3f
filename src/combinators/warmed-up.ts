import { checkBetween, checkCount, checkGreater, checkKeys } from '../core/checks.js';
import type { Json, Policy, PolicyContext } from '../core/types.js';
import { NO_SCALES, passed, refuseSteps, type Scales, scaledBy } from './passing.js';
import { describePolicy } from './restricted.js';

/** Options of {@link warmedUp}. */
export interface WarmedUpOptions {
  /** Length of the warm-up, a whole number >= 1 [examples]; in place of `epochs`. @defaultValue none */
  readonly examples?: number;
  /** Length of the warm-up; > 0 [passes over the data]. @defaultValue 1, where examples is not given */
  readonly epochs?: number;
  /** What the learning rate is multiplied by at the start, rising to 1 linearly in examples; in (0, 1]. @defaultValue 1, the rate is left alone */
  readonly factor?: number;
}

/** State of {@link warmedUp}: the factors on the rate, and the inner policy's state. */
export type WarmedUpState<State extends Json> = { readonly scales: Scales; readonly inner: State };

/**
 * Holds the base size over the first examples, and on request lets the learning rate rise to its full height over them.
 *
 * The policy goes on meanwhile, and what it asks for is in the reason. A factor that it puts on the rate multiplies the warm-up's. Where
 * the size of the data is not known, epochs count when they are over. A policy speaks after a step, so the very first is taken at the
 * user's own rate; and the size of a batch that is settled while it is drawn is not held.
 * @throws RangeError if an option lies outside the range given with it, or counts steps, whose length changes
 * @example warmedUp(gaussianWalk(), { epochs: 2, factor: 0.1 })
 * @see Goyal et al. 2017, "Accurate, Large Minibatch SGD", for the gradual warm-up
 */
export function warmedUp<State extends Json>(
  policy: Policy<State>,
  options: WarmedUpOptions = {},
): Policy<WarmedUpState<State>> {
  refuseSteps('warmedUp', options, 'examples or epochs');
  checkKeys('warmedUp', options, ['examples', 'epochs', 'factor']);
  const { examples } = options;
  if (examples !== undefined && options.epochs !== undefined) {
    throw new RangeError('warmedUp must be given examples or epochs, not both');
  }
  if (examples !== undefined) checkCount('warmedUp: examples', examples);
  const epochs = checkGreater('warmedUp: epochs', options.epochs ?? 1, 0);
  const factor = checkBetween('warmedUp: factor', options.factor ?? 1, 1e-6, 1);

  /** How much of the warm-up is done, 1 and above: all of it. */
  function done({ observation, facts }: PolicyContext): number {
    const { examplesSeen, epoch } = observation;
    if (examples !== undefined) return examplesSeen / examples;
    const counted = epoch / epochs;
    return facts.datasetSize === undefined ? counted : Math.max(counted, examplesSeen / (epochs * facts.datasetSize));
  }

  const length = examples === undefined ? { epochs } : { examples };
  return {
    name: 'warmedUp',
    options: { ...length, factor, policy: describePolicy(policy as Policy) },
    ...passed(policy as Policy),
    init: () => ({ scales: NO_SCALES, inner: policy.init() }),
    start: ({ candidates, baseBatchSize }) => within(baseBatchSize, candidates),
    update(before, estimates, context) {
      const { state: inner, decision: asked } = policy.update(before.inner, estimates, context);
      const share = done(context);
      if (share >= 1) {
        const { scales, decision } = scaledBy(before.scales, asked, 1);
        return { state: { scales, inner }, decision };
      }
      const reason = `warm-up, ${Math.floor(100 * share)} %: ${asked.reason}`;
      const held = { ...asked, batchSize: within(context.baseBatchSize, context.candidates), reason };
      const { scales, decision } = scaledBy(before.scales, held, factor + (1 - factor) * share);
      return { state: { scales, inner }, decision };
    },
  };
}

function within(size: number, candidates: readonly number[]): number {
  return Math.min(Math.max(size, candidates[0] as number), candidates.at(-1) as number);
}
