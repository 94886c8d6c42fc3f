import { timeOf } from './time-of.js';
import type { RunFacts, TimeEstimate } from './types.js';

type Device = Pick<RunFacts, 'maxMicroBatchSize'>;

/** B/T(B) [examples per ms]; Infinity where a step takes no time. */
export function throughputAt(time: TimeEstimate, batchSize: number, device: Device): number {
  return batchSize / timeOf(time, batchSize, device);
}

/**
 * What B/T(B) comes to as B grows [examples per ms]: 1/t1, less what cutting costs where micro-batches are bounded; Infinity where an
 * example takes no time.
 */
export function throughputLimit(time: TimeEstimate, { maxMicroBatchSize = Number.POSITIVE_INFINITY }: Device): number {
  return 1 / (time.perExampleMs + time.perMicroBatchMs / maxMicroBatchSize);
}
