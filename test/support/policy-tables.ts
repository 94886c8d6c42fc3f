import type { Description } from '../../src/assembly/registry.js';
import type { Estimates, GradientStatistics, Policy } from '../../src/core/types.js';
import type { KnownEstimates } from './contexts.js';
import { gradientStatistics } from './observations.js';

/*
 * Where the policies' common laws have to know more than a policy tells: one row a name. A policy without a row is held to the law as it
 * stands; a combinator to that of the policy within.
 */

/** Policies that ask for numbers of examples that are no candidates, and why. */
export const EXACT_SIZES: Readonly<Record<string, string>> = {
  fixed: 'the user named the size',
  growOnPlateau: 'its factor is taken of the size in force, to the letter',
  progressRate: 'it goes back to the size that it was given and compared with',
  stages: 'the user named the sizes',
  gaussianWalkWithRebound: 'the published rule takes the best of all whole numbers up to N',
};

/** Policies whose sizes depend on the unit of the loss, and why. */
export const LOSS_UNIT_MATTERS: Readonly<Record<string, string>> = {};

/** Policies whose sizes depend on the unit of time, and why. */
export const TIME_UNIT_MATTERS: Readonly<Record<string, string>> = {};

/**
 * Statistics that noise goes into, each rising with it: `noiseScale`, `trace` (of the covariance) and `variance` (σ² of the walk, smoothed or at
 * hand) of the estimates, and `batch`, the deviations in the statistics of the batch just measured.
 */
export type NoiseStatistic = 'noiseScale' | 'trace' | 'variance' | 'batch';

export const NOISE_STATISTICS: readonly NoiseStatistic[] = ['noiseScale', 'trace', 'variance', 'batch'];

/**
 * The statistics that a policy sees the noise in: where these alone rise its batch must grow at last, and never shrink; all others it
 * must not read. An empty list: the policy does not see noise. Without a row: never smaller where all rise together.
 */
export const READS_NOISE_IN: Readonly<Record<string, readonly NoiseStatistic[]>> = {
  cabs: ['trace'],
  fixed: [],
  gaussianWalk: ['noiseScale'],
  gaussianWalkWithRebound: ['variance'],
  goodput: ['noiseScale'],
  gradientDiversity: ['noiseScale'],
  gradientSimilarity: ['batch'],
  innerProductTest: ['noiseScale', 'trace', 'variance'],
  noiseScale: ['noiseScale'],
  normTest: ['noiseScale'],
};

/** What a policy sees of a training. */
export interface Sight {
  readonly estimates: Estimates;
  readonly gradient: GradientStatistics;
}

/** The same training with the given statistics of every example's gradient noisier by `factor` in variance, μ and |G|² as they were. */
export function noisier(known: KnownEstimates, statistics: readonly NoiseStatistic[], factor: number): Sight {
  const by = (statistic: NoiseStatistic): number => (statistics.includes(statistic) ? factor : 1);
  const { noise, loss } = known;
  const walk = { ...known.walk, variance: known.walk.variance * by('variance') };
  const deviations = noise.traceOfCovariance * by('batch');
  const squaredNormOfMean = noise.squaredGradientNorm + deviations / 16;
  return {
    estimates: {
      ...known,
      noise: {
        ...noise,
        noiseScale: noise.noiseScale * by('noiseScale'),
        traceOfCovariance: noise.traceOfCovariance * by('trace'),
      },
      walk,
      walkAtHand: { ...walk, loss },
    },
    gradient: gradientStatistics({
      squaredNormOfMean,
      meanProjection: squaredNormOfMean,
      freshProjection: squaredNormOfMean,
      squaredDeviations: deviations,
      freshDeviations: deviations,
      projectionDeviations: known.walk.variance * by('batch'),
    }),
  };
}

/** The name of a policy, or of the one within combinators. */
export function innermostName({ name, options }: Pick<Policy, 'name' | 'options'>): string {
  const inner = options?.policy as Description | undefined;
  return inner === undefined ? name : innermostName(inner);
}
