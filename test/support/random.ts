/** Uniform numbers in [0, 1) from a seed; not the package's own generator. @see Marsaglia 2003, "Xorshift RNGs", with a Weyl sequence */
export function uniform(seed: number): () => number {
  let [x, weyl] = [(seed + 1) >>> 0, 0];
  const next = (): number => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    weyl = (weyl + 362437) | 0;
    return ((x + weyl) >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 20; i++) next();
  return next;
}

/** Standard normal numbers. @see Box and Muller 1958 */
export function normal(next: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function sampleVariance(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}

/** How many standard errors the mean of `values` lies from `truth`. */
export function errorsAway(values: readonly number[], truth: number): number {
  return Math.abs(mean(values) - truth) / Math.sqrt(sampleVariance(values) / values.length);
}
