import { fallOf, meanOfMeans } from './batch-means.js';
import type { StepObservation } from './types.js';

/** A relative speed of convergence, −d log(F − F*)/dt, and the square of its standard error. */
export type Speed = {
  /** [1/s]; below 0 where the loss rises. */
  readonly perSecond: number;
  readonly variance: number;
};

/** Mean loss of a stretch of a window, and its time [ms]. */
export type TimedStretch = readonly [loss: number, ms: number];

/** Stretches of a whole window. */
export const STRETCHES = 10;
/** Share of its length that is left to a new batch size to settle in. */
const SETTLE = 5;

/** A window under way. JSON. */
export type SpeedWindow = {
  /** Examples so far, those to settle in among them. */
  readonly examples: number;
  /** Sums over the stretch under way. */
  readonly stretch: { readonly examples: number; readonly loss: number; readonly ms: number };
  readonly stretches: readonly TimedStretch[];
};

const NO_STRETCH = { examples: 0, loss: 0, ms: 0 };
export const NO_WINDOW: SpeedWindow = { examples: 0, stretch: NO_STRETCH, stretches: [] };

/** The window with a step more: a fifth of its length to settle in, then ten stretches of a tenth each. @param length [examples] */
export function addStep(
  { examples: before, stretch, stretches }: SpeedWindow,
  { batchSize, loss, stepMs }: Pick<StepObservation, 'batchSize' | 'loss' | 'stepMs'>,
  length: number,
): SpeedWindow {
  const examples = before + batchSize;
  if (examples * SETTLE <= length) return { examples, stretch, stretches };
  const sums = {
    examples: stretch.examples + batchSize,
    loss: stretch.loss + batchSize * loss,
    ms: stretch.ms + stepMs,
  };
  if (sums.examples * STRETCHES < length) return { examples, stretch: sums, stretches };
  return { examples, stretch: NO_STRETCH, stretches: [...stretches, [sums.loss / sums.examples, sums.ms]] };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] as number;
  return (upper + (sorted[Math.floor((sorted.length - 1) / 2)] as number)) / 2;
}

/**
 * How fast a window of stretches of as many examples each converges: the fall of its line of least squares over the mean height F − F*, over its
 * time. A stretch takes the median of their times, so that a pause in one of them counts for nothing.
 * @returns undefined where the loss is not above its floor, or no time has passed
 */
export function speedOf(stretches: readonly TimedStretch[], floor: number): Speed | undefined {
  const losses = stretches.map(([loss]) => loss);
  const { fall, standardError } = fallOf(losses);
  const seconds = (median(stretches.map(([, ms]) => ms)) * stretches.length) / 1000;
  const height = meanOfMeans(losses).mean - floor;
  if (!(height > 0 && seconds > 0)) return undefined;
  const error = standardError / height / seconds;
  return { perSecond: fall / height / seconds, variance: error * error };
}

/** Rounds of A − B − A so far. JSON. */
export type Comparison = {
  readonly rounds: number;
  /** Sum over the rounds of the speed of B less the mean of those of A before and after it [1/s]. */
  readonly difference: number;
  /** Of that sum. */
  readonly variance: number;
};

export const NO_ROUNDS: Comparison = { rounds: 0, difference: 0, variance: 0 };

/** One round more; its first A is the last one of the round before, and so counts in full. */
export function addRound(
  { rounds, difference, variance }: Comparison,
  [before, between, after]: readonly [Speed, Speed, Speed],
): Comparison {
  const shared = rounds > 0 ? before.variance / 2 : 0;
  return {
    rounds: rounds + 1,
    difference: difference + between.perSecond - (before.perSecond + after.perSecond) / 2,
    variance: variance + between.variance + (before.variance + after.variance) / 4 + shared,
  };
}
