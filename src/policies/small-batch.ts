import { checkBetween, checkCount, checkKeys } from '../core/checks.js';
import { nearestCandidate } from '../core/ladder.js';
import { throughputAt } from '../core/throughput.js';
import type { DrawContext, Policy } from '../core/types.js';

/** Options of {@link smallBatch}; each has a safe default. */
export interface SmallBatchOptions {
  /** Least batch size [examples], a whole number >= 1. @defaultValue 2 */
  readonly min?: number;
  /** Greatest batch size [examples], a whole number >= min. @defaultValue 32 */
  readonly max?: number;
  /** Least throughput, as a share of that of the largest size in the range; in [0, 1]. @defaultValue 0.5 */
  readonly efficiency?: number;
}

const hold = (reason: string) => ({ state: null, decision: { reason } });

/**
 * The smallest batch of 2..32 that the device runs efficiently: the smallest candidate of the range whose throughput B/T(B) is at least half
 * (`efficiency`) of what the largest candidate of the range reaches. T(B) is the fitted time of a step.
 *
 * Smaller batches trained to better test results over a wider range of rates, "the best performance has been consistently obtained for
 * m = 2 to m = 32"; what speaks against the smallest of them is only the time they take.
 *
 * The candidates end at the batch size given by the user: for smaller ones set the option `minBatchSize` beside the policy, for example to 2.
 * Where no candidate lies in the range, the nearest to it is taken. In the published comparison the rate goes in proportion to the
 * batch: `learningRate: linear()`. Moves on measured steps only, for it is there that the time of a step is estimated anew.
 *
 * Units: examples. Limits: blind to the loss. With BatchNorm the smallest sizes are noisy.
 * @throws RangeError if an option lies outside the range given with it
 * @example adaptiveBatch(model, { policy: smallBatch(), minBatchSize: 2, learningRate: linear() })
 * @see Masters & Luschi 2018, "Revisiting small batch training for deep neural networks", arXiv 1804.07612
 */
export function smallBatch(options: SmallBatchOptions = {}): Policy<null> {
  checkKeys('smallBatch', options, ['min', 'max', 'efficiency']);
  const min = checkCount('smallBatch: min', options.min ?? 2);
  const max = checkCount('smallBatch: max', options.max ?? 32, min);
  const efficiency = checkBetween('smallBatch: efficiency', options.efficiency ?? 0.5, 0, 1);

  /** The candidates of the range; where there are none, the one nearest to it. */
  function rangeOf({ candidates }: Pick<DrawContext, 'candidates'>): readonly number[] {
    const inRange = candidates.filter((size) => size >= min && size <= max);
    return inRange.length > 0 ? inRange : [nearestCandidate(max, candidates)];
  }

  return {
    name: 'smallBatch',
    options: { min, max, efficiency },
    needs: ['gradient', 'time'],
    init: () => null,
    start: (context) => nearestCandidate(context.baseBatchSize, rangeOf(context)),
    update(_state, { time }, context) {
      if (context.observation.gradient === undefined) return hold('held until the next measured step');
      if (time === undefined) return hold('timing the steps');
      const range = rangeOf(context);
      const largest = range.at(-1) as number;
      const most = throughputAt(time, largest, context.facts);
      const shareOf = (size: number): number => (size === largest ? 1 : throughputAt(time, size, context.facts) / most);
      const batchSize = range.find((size) => shareOf(size) >= efficiency) as number;
      const reason = `${batchSize} runs at ${shareOf(batchSize).toPrecision(2)} of the throughput of ${largest}`;
      return { state: null, decision: { batchSize, reason } };
    },
  };
}
