import type { Estimates, ProgressEstimate, RunFacts, StepObservation } from './types.js';

/**
 * AdaScale's gain of a batch over the base: how many steps of the base one step of it is worth, r = (1 + φ/B0)/(1 + φ/B), between 1 and B/B0.
 * @param noiseScale φ = trΣ/|G|² [examples]
 * @see Johnson et al. 2020, "AdaScale SGD", arXiv 2007.05105
 */
export function gainOf(noiseScale: number, batchSize: number, baseBatchSize: number): number {
  return (1 + noiseScale / baseBatchSize) / (1 + noiseScale / batchSize);
}

/** By how much the noise scale of the whole of a training exceeds that of a step, about: see {@link reachOf}. */
const LONG_RUN = 2;
/** A longer memory than of a thousand steps is longer than anything measured stays true. */
const MOST_KEPT = 0.999;

/**
 * By what the noise scale of a single step is to be multiplied for the rate that a training bears: 2·√((1 + ρ)/(1 − ρ)), ρ the share of its running mean that
 * the optimizer keeps from step to step (momentum, Adam's β₁): 2 for SGD, 8.7 at ρ = 0.9.
 *
 * A step's own noise scale, tr Σ/|G|², is that of one step downhill. What bounds the rate in the long run is the curvature along the directions in which the
 * gradient mostly rattles; there |G|² shrinks first, and with momentum a rate of η/(1 − ρ) is stable up to (1 + ρ)/(1 − ρ) times that of SGD, so rates in
 * proportion to the batch go further. The root and the 2 are fitted: docs/experiments.md.
 * @see Shallue et al. 2018, arXiv 1811.03600; Zhang et al. 2019, arXiv 1907.04164: momentum extends the range of linear scaling
 */
export function reachOf({ momentum, adam }: Pick<RunFacts, 'momentum' | 'adam'>): number {
  const kept = Math.min(momentum ?? adam?.beta1 ?? 0, MOST_KEPT);
  return LONG_RUN * Math.sqrt((1 + kept) / (1 - kept));
}

/** A training that has not begun. */
export const NO_PROGRESS: ProgressEstimate = { examples: 0, gainedExamples: 0 };

/** The progress with one step more. As long as there is no noise estimate a step counts as one of the base. */
export function advanceProgress(
  { progress = NO_PROGRESS, noise }: Pick<Estimates, 'progress' | 'noise'>,
  { batchSize }: Pick<StepObservation, 'batchSize'>,
  baseBatchSize: number,
): ProgressEstimate {
  const gain = noise === undefined ? 1 : gainOf(noise.noiseScale, batchSize, baseBatchSize);
  return {
    examples: progress.examples + batchSize,
    gainedExamples: progress.gainedExamples + gain * baseBatchSize,
  };
}
