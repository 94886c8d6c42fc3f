import { COLLECTING, WAITING } from '../core/aiming.js';
import { checkAtLeast, checkKeys } from '../core/checks.js';
import { gainOf, reachOf } from '../core/gain.js';
import { bestSize } from '../core/ladder.js';
import { expectedDecrease } from '../core/rebound.js';
import { timeOf } from '../core/time-of.js';
import type { Estimates, Policy, PolicyContext } from '../core/types.js';

/** Options of {@link gaussianWalk}; each has a safe default. */
export interface GaussianWalkOptions {
  /** S*, the least loss that can be reached; finite. @defaultValue none: the walk is free, its drift alone counts */
  readonly floor?: number;
  /** The batch moves only where the expected decrease per second grows by this factor; >= 1. @defaultValue 1.05 */
  readonly minGain?: number;
}

type Ready = Required<Pick<Estimates, 'loss' | 'noise' | 'walk' | 'time'>>;

/**
 * The walk at another batch size: an adaptive optimizer's step also shrinks by the noise in its running gradient size, which counts as far as its
 * memory reaches, see {@link reachOf}.
 */
function stepScale({ noise, walk }: Ready, { facts }: PolicyContext, batchSize: number): number {
  if (facts.optimizer !== 'adaptive') return 1;
  return Math.sqrt(gainOf(noise.noiseScale * reachOf(facts), batchSize, walk.batchSize));
}

/** Learning rates looked at, from the base up to the one that the rule would set. */
const RATES = 5;

/**
 * Expected loss decrease of one update of `batchSize` examples, up to a factor that does not depend on the size.
 *
 * Free walk: η(m)·μ, of which μ cancels. Above a floor: s − E_m(s') at the best rate between the user's and the rule's; at the rule's
 * rate alone a larger batch would always be the noisier one, and near the floor, where noise has to go, the rule would shrink it.
 */
function decrease(estimates: Ready, context: PolicyContext, floor: number | undefined, batchSize: number): number {
  const { loss, walk } = estimates;
  const scale = stepScale(estimates, context, batchSize);
  const top = context.learningRateAt(batchSize) * scale;
  if (floor === undefined) return top;
  const bottom = Math.min(top, context.observation.baseLearningRate * scale);
  const deviation = Math.sqrt(Math.max(walk.variance, 0));
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < RATES; i++) {
    const rate = bottom + ((top - bottom) * i) / (RATES - 1);
    const walker = { height: loss - floor, drift: rate * walk.drift, spread: rate * deviation };
    most = Math.max(most, expectedDecrease(walker, batchSize));
  }
  return most;
}

function utility(estimates: Ready, context: PolicyContext, floor: number | undefined, batchSize: number): number {
  return decrease(estimates, context, floor, batchSize) / timeOf(estimates.time, batchSize, context.facts);
}

const hold = (reason: string) => ({ state: null, decision: { reason } });

/**
 * The batch size with the largest expected decrease of the loss per second.
 *
 * u(m) = (s − E_m(s'; η(m))) / T(m): the loss is a Gaussian walk (Yin 2017), η(m) the rate that the learning-rate rule would set at m,
 * T(m) = t0 + t1·m the measured time of a step, all statistics smoothed and the bias of |g|² taken out. Without a floor the walk is free,
 * the decrease is η(m)·μ, and the rule is the largest rate gain per second: with AdaScale r(m)/T(m), Pollux's goodput. With a floor S* the
 * walk rebounds there, see {@link expectedDecrease}. Away from the floor both say the same. Near it the rebound
 * moves the size back and forth; in our runs the free walk was the steadier of the two, so it is the default.
 *
 * With a floor and μ <= 0 the step leads uphill for the fresh gradient and no size helps: the size is held, and the reason says so.
 * Limits: first order, so it does not see the noise floor of a constant rate.
 * @throws RangeError if an option lies outside the range given with it
 * @example adaptiveBatch(model, { policy: gaussianWalk({ minGain: 1.1 }) })
 * @see Yin, Luo, Nakamura, "Small Batch or Large Batch? Gaussian Walk with Rebound Can Teach", KDD 2017
 * @see Qiao et al., "Pollux", OSDI 2021
 */
export function gaussianWalk(options: GaussianWalkOptions = {}): Policy<null> {
  checkKeys('gaussianWalk', options, ['floor', 'minGain']);
  const { floor } = options;
  if (floor !== undefined) checkAtLeast('gaussianWalk: floor', floor, -Number.MAX_VALUE);
  const minGain = checkAtLeast('gaussianWalk: minGain', options.minGain ?? 1.05, 1);
  return {
    name: 'gaussianWalk',
    options: floor === undefined ? { minGain } : { floor, minGain },
    needs: ['loss', 'gradient', 'time'],
    init: () => null,
    update(_state, estimates, context) {
      if (context.observation.gradient === undefined) return { state: null, decision: WAITING };
      const { loss, noise, walk, time } = estimates;
      if (loss === undefined || noise === undefined || walk === undefined) return { state: null, decision: COLLECTING };
      if (time === undefined) return hold('timing the steps');
      if (floor !== undefined && loss <= floor) return hold(`the loss is below its floor ${floor}`);
      if (floor !== undefined && walk.drift <= 0) return hold('the step leads uphill: no batch size helps');
      const ready: Ready = { loss, noise, walk, time };
      const [best, most, now] = bestSize(context, (batchSize) => utility(ready, context, floor, batchSize));
      const gain = most / now;
      const noiseText = `noise scale ${noise.noiseScale.toPrecision(3)}`;
      if (best === context.batchSize) return hold(`best per second, ${noiseText}`);
      if (now > 0 && gain < minGain) return hold(`${best} would gain under ${minGain}x per second, ${noiseText}`);
      const turned = most > 0 ? 'the decrease turns positive' : 'the loss rises least';
      const gainText = now > 0 ? `${gain.toPrecision(3)}x the decrease per second` : turned;
      return { state: null, decision: { batchSize: best, reason: `${gainText} at ${best}, ${noiseText}` } };
    },
  };
}
