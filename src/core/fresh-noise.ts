import type { GradientStatistics, NoiseEstimate } from './types.js';

/**
 * tr(cDΣ), the noise that the fresh gradient puts into a step over the learning rate: the smoothed trace of Σ, brought from the plain metric into
 * that of the step just measured. For SGD and momentum cD = 1 and it is trΣ.
 */
export function freshNoise(
  { traceOfCovariance }: NoiseEstimate,
  { squaredDeviations, freshDeviations }: GradientStatistics,
): number {
  return squaredDeviations > 0 ? traceOfCovariance * (freshDeviations / squaredDeviations) : traceOfCovariance;
}
