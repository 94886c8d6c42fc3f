import type { Estimates, ProgressEstimate, StepObservation } from './types.js';

/**
 * AdaScale's gain of a batch over the base: how many steps of the base one step of it is worth, r = (1 + φ/B0)/(1 + φ/B), between 1 and B/B0.
 * @param noiseScale φ = trΣ/|G|² [examples]
 * @see Johnson et al. 2020, "AdaScale SGD", arXiv 2007.05105
 */
export function gainOf(noiseScale: number, batchSize: number, baseBatchSize: number): number {
  return (1 + noiseScale / baseBatchSize) / (1 + noiseScale / batchSize);
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
