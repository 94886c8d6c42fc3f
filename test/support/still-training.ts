import { assemble } from '../../src/assembly/assemble.js';
import type { DecisionOptions } from '../../src/assembly/options.js';
import type { Policy } from '../../src/core/types.js';
import { drawParts, exampleGradients, statisticsOf } from './gradients.js';

/** |G|² = 0.140625. */
const GRADIENT = [0.3, 0.2, 0.1, 0.025];
/** trΣ = 18, GᵀΣG = 1.01, tr(Σ²) = 114. */
const FACTOR = [
  [3, 0, 0, 0],
  [0, 2, 0, 0],
  [0, 0, 2, 0],
  [0, 0, 0, 1],
];
/** B_simple = trΣ/|G|². */
export const STILL_NOISE_SCALE = 128;
const STILL_FACTS = { baseBatchSize: 16, baseLearningRate: 0.02, datasetSize: 64_000 };
const PARTS = 8;

/**
 * The sizes of a training whose weights do not move, so that what a rule aims at is known: measured steps are cut in eight,
 * T(B) = 4 + 0.05·B and 4 for each micro-batch more, 500 batches of 128 an epoch.
 */
export function sizesOfStill(
  policy: Policy,
  { steps = 400, loss = 1, ...options }: DecisionOptions & { readonly steps?: number; readonly loss?: number } = {},
): number[] {
  const pipeline = assemble({ policy, measure: { every: 2 }, memory: 200_000, ...options }, STILL_FACTS);
  const noise = exampleGradients({ gradient: GRADIENT.map(() => 0), factor: FACTOR, noise: 'gaussian' }, 7);
  let state = pipeline.start();
  let examplesSeen = 0;
  return Array.from({ length: steps }, (_, i) => {
    const { batchSize, measure, learningRate } = state.decision;
    const microBatches = measure ? PARTS : 1;
    const size = batchSize / microBatches;
    const parts = drawParts(
      noise,
      Array.from({ length: microBatches }, () => 1),
    ).map(({ gradient }) => ({
      size,
      gradient: gradient.map((x, j) => (GRADIENT[j] as number) + x / Math.sqrt(size)),
    }));
    const epoch = Math.floor(examplesSeen / STILL_FACTS.datasetSize);
    examplesSeen += batchSize;
    const stepMs = 4 + 0.05 * batchSize + 4 * (microBatches - 1);
    const facts = { step: i + 1, epoch, examplesSeen, batchSize, microBatches, learningRate, loss, stepMs };
    const { baseLearningRate } = STILL_FACTS;
    const seen = { ...facts, baseLearningRate, ...(measure && { gradient: statisticsOf(parts), measureMs: 0.1 }) };
    ({ state } = pipeline.advance(state, seen));
    return state.decision.batchSize;
  });
}
