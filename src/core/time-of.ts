import type { RunFacts, TimeEstimate } from './types.js';

/** T(m) [ms] of an update of `batchSize` examples, with what its micro-batches cost where it has to be cut. */
export function timeOf(
  { fixedMs, perExampleMs, perMicroBatchMs }: TimeEstimate,
  batchSize: number,
  { maxMicroBatchSize }: Pick<RunFacts, 'maxMicroBatchSize'>,
): number {
  const more = Math.ceil(batchSize / (maxMicroBatchSize ?? batchSize)) - 1;
  return fixedMs + perExampleMs * batchSize + perMicroBatchMs * more;
}
