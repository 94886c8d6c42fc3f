import { BASE_BATCH_SIZE, type Pair } from '../policies/types.js';

/** [examples]. */
const BATCH_SIZES = [32, 128, 512];

/** What a user would try by hand: three fixed sizes, the rate along with the size or its square root. @param learningRate of the base */
export function namedPairs(learningRate: number): Pair[] {
  return BATCH_SIZES.flatMap((batchSize) => {
    const factor = batchSize / BASE_BATCH_SIZE;
    return [factor, Math.sqrt(factor)].map((scale) => ({ batchSize, learningRate: learningRate * scale }));
  });
}
