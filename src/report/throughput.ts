/** Steps after which a reading has faded to 1/e. */
const MEMORY = 20;

/** Examples per second, smoothed: fading sums of examples and seconds, divided. */
export interface Throughput {
  /**
   * @param isShort whether the batch is the last of an epoch, shorter than asked for: it says nothing of the size in force
   * @returns [examples/s]; NaN where no step so far has a time
   */
  add(batchSize: number, seconds: number, isShort: boolean): number;
}

/** @see Throughput; begins anew where the batch size changes, since the speed then does. */
export function throughput(): Throughput {
  const keep = Math.exp(-1 / MEMORY);
  let [size, examples, time, rate] = [Number.NaN, 0, 0, Number.NaN];
  return {
    add(batchSize, seconds, isShort) {
      if (!(seconds > 0) || (isShort && rate > 0)) return rate;
      if (batchSize !== size) [size, examples, time] = [batchSize, 0, 0];
      examples = examples * keep + batchSize;
      time = time * keep + seconds;
      rate = examples / time;
      return rate;
    },
  };
}
