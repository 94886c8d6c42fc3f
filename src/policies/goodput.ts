import { COLLECTING, noiseText, shown, towards, WAITING } from '../core/aiming.js';
import { checkAtLeast, checkKeys } from '../core/checks.js';
import { bestSize } from '../core/ladder.js';
import { timeOf } from '../core/time-of.js';
import type { NoiseEstimate, Policy, PolicyContext, PolicyDecision, TimeEstimate } from '../core/types.js';

/** Options of {@link goodput}; each has a safe default. */
export interface GoodputOptions {
  /** The batch moves only where the goodput grows by this factor; >= 1. @defaultValue 1.05 */
  readonly minGain?: number;
}

/** B/T(B)·EFF(B) [examples of the base per ms]. */
function goodputAt(
  { noiseScale }: NoiseEstimate,
  time: TimeEstimate,
  { facts, baseBatchSize }: PolicyContext,
  batchSize: number,
): number {
  const efficiency = (noiseScale + baseBatchSize) / (noiseScale + batchSize);
  return (batchSize / timeOf(time, batchSize, facts)) * efficiency;
}

function decide(noise: NoiseEstimate, time: TimeEstimate, minGain: number, context: PolicyContext): PolicyDecision {
  const [best, most, now] = bestSize(context, (batchSize) => goodputAt(noise, time, context, batchSize));
  if (best === context.batchSize) return { reason: `best goodput, ${noiseText(noise)}` };
  if (most < now * minGain) return { reason: `${best} would gain under ${minGain}x in goodput, ${noiseText(noise)}` };
  return towards(best, `${shown(most / now)}x the goodput at ${best}, ${noiseText(noise)}`, noise, context.batchSize);
}

/**
 * The batch size with the most useful examples per second: argmax B/T(B)·EFF(B), Pollux's goodput on one device.
 *
 * EFF(B) = (φ + B0)/(φ + B) is how much of the progress of an example at the base is left to one at B, φ = B_simple; T(B) = t0 + t1·B the measured
 * time of an update, with what cutting it into micro-batches costs. Without them the best is √(t0·φ/t1), and B0 does not matter.
 *
 * {@link gaussianWalk} without a floor weighs by the learning rate that the run's rule would set, with its bounds, ceiling and power; with
 * `adaScale()` of power 1, unbounded, both are the same. This one is about the noise alone: it takes for granted that the rate follows AdaScale.
 *
 * Units: examples, ms. Where |G|² cannot be told from 0, φ is a lower bound: the batch then grows, but does not shrink.
 * @throws RangeError if an option lies outside the range given with it
 * @example adaptiveBatch(model, { policy: cooled(goodput()), learningRate: adaScale() })
 * @see Qiao et al. 2021, "Pollux: Co-adaptive Cluster Scheduling for Goodput-Optimized Deep Learning", OSDI
 */
export function goodput(options: GoodputOptions = {}): Policy<null> {
  checkKeys('goodput', options, ['minGain']);
  const minGain = checkAtLeast('goodput: minGain', options.minGain ?? 1.05, 1);
  return {
    name: 'goodput',
    options: { minGain },
    needs: ['gradient', 'time'],
    init: () => null,
    update(state, { noise, time }, context) {
      if (context.observation.gradient === undefined) return { state, decision: WAITING };
      if (noise === undefined) return { state, decision: COLLECTING };
      if (time === undefined) return { state, decision: { reason: 'timing the steps' } };
      return { state, decision: decide(noise, time, minGain, context) };
    },
  };
}
