export { type CabsOptions, cabs } from './cabs.js';
export { fixed } from './fixed.js';
export { type GaussianWalkOptions, gaussianWalk } from './gaussian-walk.js';
export { type GaussianWalkWithReboundOptions, gaussianWalkWithRebound } from './gaussian-walk-with-rebound.js';
export { type GoodputOptions, goodput } from './goodput.js';
export {
  type GradientDiversityOptions,
  type GradientDiversityState,
  gradientDiversity,
} from './gradient-diversity.js';
export {
  type GradientSimilarityOptions,
  type GradientSimilarityState,
  gradientSimilarity,
} from './gradient-similarity.js';
export { type GrowOnPlateauOptions, growOnPlateau } from './grow-on-plateau.js';
export { type GrowWhenStationaryOptions, growWhenStationary } from './grow-when-stationary.js';
export { type InnerProductTestOptions, innerProductTest } from './inner-product-test.js';
export { type LossDampingOptions, lossDamping } from './loss-damping.js';
export { type NoiseScaleOptions, noiseScale } from './noise-scale.js';
export { type NormTestOptions, normTest } from './norm-test.js';
export { type ProgressRateOptions, progressRate } from './progress-rate.js';
export { type SmallBatchOptions, smallBatch } from './small-batch.js';
export { type RampUp, type Stage, type StagesOptions, stages } from './stages.js';
export { type ThroughputKneeOptions, throughputKnee } from './throughput-knee.js';
