import { fallOf, meanOfMeans } from './batch-means.js';
import type { StationarityTest } from './stationarity.js';
import { studentQuantile } from './student.js';

/** Stretches of a window: enough for an interval, and each long. */
export const STRETCHES = 10;

/** A stretch of the window: mean reading, mean of what that is held against, mean loss. */
export type Stretch = readonly [value: number, scale: number, loss: number];

/** How a window is tested; see the options of growWhenStationary. */
export interface WindowTest {
  readonly test: StationarityTest;
  readonly confidence: number;
  readonly tolerance: number;
  readonly needsFlatLoss: boolean;
}

function column(stretches: readonly Stretch[], place: 0 | 1 | 2): number[] {
  return stretches.map((stretch) => stretch[place]);
}

/** A test of a window of {@link STRETCHES} stretches. @returns why it is not stationary; undefined where it is */
export function windowTest({ test, confidence, tolerance, needsFlatLoss }: WindowTest) {
  const quantile = studentQuantile(test === 'pflug' ? confidence : (1 + confidence) / 2, STRETCHES - 1);
  const isBalanced = (stretches: readonly Stretch[]): boolean => {
    const { mean, standardError } = meanOfMeans(column(stretches, 0));
    if (test === 'pflug') return mean + quantile * standardError < 0;
    if (test === 'sasa') return Math.abs(mean) <= quantile * standardError;
    return Math.abs(mean) <= tolerance * meanOfMeans(column(stretches, 1)).mean;
  };
  return (stretches: readonly Stretch[]): string | undefined => {
    if (!isBalanced(stretches)) return `not stationary by ${test}`;
    if (!needsFlatLoss) return undefined;
    const { fall, standardError } = fallOf(column(stretches, 2));
    if (fall <= standardError) return undefined;
    return `stationary by ${test}, but the loss still falls: ${fall.toPrecision(2)} ± ${standardError.toPrecision(2)}`;
  };
}
