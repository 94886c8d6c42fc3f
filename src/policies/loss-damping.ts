import { checkAtLeast, checkCount, checkKeys, checkOneOf } from '../core/checks.js';
import { NO_PROGRESS } from '../core/gain.js';
import { nearestCandidate } from '../core/ladder.js';
import type { Policy } from '../core/types.js';

/** Options of {@link lossDamping}; each has a safe default. */
export interface LossDampingOptions {
  /** F*, the least loss that can be reached; finite. @defaultValue 0 */
  readonly floor?: number;
  /** Examples behind the smoothed loss when it is taken as F0; a whole number >= 1 [examples]. @defaultValue 256 */
  readonly settle?: number;
  /** Ask for B itself rather than for the candidate nearest to it: to the letter, but many tensor shapes. @defaultValue false */
  readonly exact?: boolean;
}

const hold = (state: number | null, reason: string) => ({ state, decision: { reason } });

/**
 * AdaDamp: the noise of the gradient is damped as the loss falls, B = ceil(B0·(F0 − F*)/(F − F*)).
 *
 * F is the smoothed training loss. F0 is F at the first step at which 256 examples (`settle`) stand behind it: their mean is known to a
 * sixteenth of the spread of one example's loss, and the training has hardly begun. Past the largest candidate B_max the rate takes over,
 * η = η0·B_max/B, and comes back with the loss. State: F0.
 *
 * Units: examples. Limits: everything hangs on F*: where it is too low the batch stops growing too early, where it is too high the loss
 * reaches it, and there the size and the rate are held. Made for a rate that does not follow the batch: `learningRate: none()`.
 * @throws RangeError if an option lies outside the range given with it
 * @example adaptiveBatch(model, { policy: lossDamping({ floor: 0.1 }), learningRate: none() })
 * @see Sievert 2019, "Improving the convergence of SGD through adaptive batch sizes", arXiv 1910.08222
 */
export function lossDamping(options: LossDampingOptions = {}): Policy<number | null> {
  checkKeys('lossDamping', options, ['floor', 'settle', 'exact']);
  const floor = checkAtLeast('lossDamping: floor', options.floor ?? 0, -Number.MAX_VALUE);
  const settle = checkCount('lossDamping: settle', options.settle ?? 256);
  const exact = checkOneOf('lossDamping: exact', options.exact ?? false, [true, false]);
  return {
    name: 'lossDamping',
    options: { floor, settle, exact },
    needs: ['loss'],
    init: () => null,
    update(known, { loss, progress = NO_PROGRESS }, { baseBatchSize, candidates }) {
      if (loss === undefined) return hold(known, 'no loss yet');
      if (known === null && progress.examples < settle) return hold(known, `F0 is the loss after ${settle} examples`);
      if (!(loss > floor)) return hold(known, `the loss is not above its floor ${floor}`);
      const first = known ?? loss;
      const ratio = (first - floor) / (loss - floor);
      const damped = Math.min(Math.ceil(baseBatchSize * ratio), Number.MAX_SAFE_INTEGER);
      const cap = candidates.at(-1) as number;
      const within = Math.min(damped, cap);
      const batchSize = exact ? within : nearestCandidate(within, candidates);
      const learningRateScale = within / damped;
      const losses = `loss ${loss.toPrecision(3)}, ${first.toPrecision(3)} at the start`;
      const past = damped > cap ? `, past ${cap}: rate x${learningRateScale.toPrecision(3)}` : '';
      return { state: first, decision: { batchSize, learningRateScale, reason: `B = ${damped}${past}; ${losses}` } };
    },
  };
}
