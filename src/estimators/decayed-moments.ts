/** Weighted mean and spread of a quantity, old readings fading. JSON. */
export type DecayedMoments = {
  /** Sum of the faded weights. */
  readonly weight: number;
  /** Sum of the squares of the faded weights. */
  readonly squaredWeight: number;
  readonly mean: number;
  /** Faded sum of weight·(x − mean)². */
  readonly spread: number;
};

export const NO_MOMENTS: DecayedMoments = { weight: 0, squaredWeight: 0, mean: 0, spread: 0 };

/**
 * Adds a reading after fading what is there by `keep` in [0, 1]. Unbiased from the first reading on: the mean is
 * divided by the weights it has, not by those it will have.
 * @see West 1979, "Updating mean and variance estimates: an improved method"
 */
export function addReading(moments: DecayedMoments, x: number, weight: number, keep: number): DecayedMoments {
  const total = moments.weight * keep + weight;
  const mean = moments.mean + (weight / total) * (x - moments.mean);
  return {
    weight: total,
    squaredWeight: moments.squaredWeight * keep * keep + weight * weight,
    mean,
    spread: moments.spread * keep + weight * (x - moments.mean) * (x - mean),
  };
}

/** Standard error of the mean; Infinity for fewer than two readings' worth of weight. */
export function standardError({ weight, squaredWeight, spread }: DecayedMoments): number {
  const readings = (weight * weight) / squaredWeight;
  return readings > 1.000001 ? Math.sqrt(spread / weight / (readings - 1)) : Number.POSITIVE_INFINITY;
}

/** How long statistics are remembered. */
export interface Memory {
  /** Examples after which a reading's weight has fallen to 1/e; > 0 [examples]. */
  readonly memory: number;
  /** No fewer readings than about this many stand behind a mean, however rare they are; >= 1. */
  readonly leastReadings: number;
  /** N, where batches are drawn from N examples without replacement [examples]. @defaultValue without end */
  readonly datasetSize?: number;
}

/**
 * The part of the noise that stays in the mean of `batchSize` examples, 1/B − 1/N: none where the batch is all there is.
 * @see Cochran 1977, "Sampling techniques", theorem 2.2
 */
export function noiseInMean(batchSize: number, { datasetSize = Number.POSITIVE_INFINITY }: Memory): number {
  return Math.max(1 / batchSize - 1 / datasetSize, 0);
}

/** The share of the old weight that stays after `examples` more. */
export function keepAfter(examples: number, { memory, leastReadings }: Memory): number {
  return Math.exp(-Math.min(Math.max(examples, 0) / memory, 1 / leastReadings));
}
