/** The mean of a course of batch means, and its standard error from their spread; n − 1 degrees of freedom. */
export interface MeanOfMeans {
  readonly mean: number;
  readonly standardError: number;
}

/**
 * The mean of n >= 2 batch means: means over stretches of a course so long that one hardly depends on another.
 * @see Law and Carson 1979, "A sequential procedure for determining the length of a steady-state simulation"
 */
export function meanOfMeans(means: readonly number[]): MeanOfMeans {
  const count = means.length;
  const mean = means.reduce((sum, value) => sum + value, 0) / count;
  const squares = means.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, standardError: Math.sqrt(squares / (count - 1) / count) };
}

/**
 * How much n >= 3 batch means, evenly spaced, fall from the beginning of the first to the end of the last, by the straight line of least
 * squares; and the standard error of that from what is left of them. n − 2 degrees of freedom.
 */
export function fallOf(means: readonly number[]): { readonly fall: number; readonly standardError: number } {
  const count = means.length;
  const { mean } = meanOfMeans(means);
  const middle = (count - 1) / 2;
  const spread = (count * (count * count - 1)) / 12;
  const slope = means.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0) / spread;
  const rest = means.reduce((sum, value, i) => {
    const left = value - mean - slope * (i - middle);
    return sum + left * left;
  }, 0);
  return { fall: -slope * count, standardError: count * Math.sqrt(rest / (count - 2) / spread) };
}
