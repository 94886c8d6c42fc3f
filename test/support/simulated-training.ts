import type { Decision, StepObservation } from '../../src/core/types.js';
import { drawParts, exampleGradients, type Population, statisticsOf } from './gradients.js';
import { uniform } from './random.js';

/** A training without a model: the loss is a walk above 0, the gradient shrinks with it, time is t0 + t1·B. */
export interface SimulatedTraining {
  readonly seed?: number;
  readonly baseLearningRate?: number;
  readonly datasetSize?: number;
}

export const SIMULATED_FACTS = { baseBatchSize: 16, baseLearningRate: 0.02, datasetSize: 5000 };

const DIRECTION = [0.6, -0.5, 0.4, 0.3];
const FACTOR = [
  [2, 0, 0, 0],
  [0.5, 3, 0, 0],
  [0, 0.5, 2, 0],
  [0.3, 0, 0, 3],
];

/** One step a call, as the decision says; cuts a measured batch in two. */
export function simulatedTraining({
  seed = 1,
  baseLearningRate = SIMULATED_FACTS.baseLearningRate,
  datasetSize = SIMULATED_FACTS.datasetSize,
}: SimulatedTraining = {}): (decision: Decision) => StepObservation {
  const next = uniform(seed);
  const population: Population = { gradient: DIRECTION.map(() => 0), factor: FACTOR, noise: 'gaussian' };
  const noise = exampleGradients(population, seed + 1000);
  let [step, examplesSeen, seenInEpoch, epoch, loss] = [0, 0, 0, 0, 3];
  return ({ batchSize: asked, learningRate, measure }) => {
    const left = datasetSize - seenInEpoch;
    const batchSize = Math.min(asked, left);
    const size = Math.sqrt(loss);
    const sizes = measure && batchSize > 1 ? [Math.ceil(batchSize / 2), Math.floor(batchSize / 2)] : [batchSize];
    // The noise of few examples, scaled, stands for that of many: quick, and of the right size.
    const parts = drawParts(
      noise,
      sizes.map(() => 1),
    ).map(({ gradient }, i) => ({
      size: sizes[i] as number,
      gradient: gradient.map((x, j) => size * (DIRECTION[j] as number) + x / Math.sqrt(sizes[i] as number)),
    }));
    const gradient = statisticsOf(parts);
    step += 1;
    examplesSeen += batchSize;
    const seen: StepObservation = {
      step,
      epoch,
      examplesSeen,
      batchSize,
      microBatches: sizes.length,
      learningRate,
      baseLearningRate,
      loss,
      stepMs: (4 + 0.05 * batchSize + 3 * (sizes.length - 1)) * (1 + 0.1 * next()),
      ...(sizes.length > 1 && { gradient, measureMs: 0.5 + next() }),
      ...(batchSize < asked && { short: true as const }),
    };
    loss = Math.abs(loss - 0.2 * learningRate * gradient.meanProjection) + 1e-3;
    seenInEpoch += batchSize;
    if (seenInEpoch >= datasetSize) [seenInEpoch, epoch] = [0, epoch + 1];
    return seen;
  };
}
