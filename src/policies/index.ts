export { fixed } from './fixed.js';
export { type GaussianWalkOptions, gaussianWalk } from './gaussian-walk.js';
export { type GaussianWalkWithReboundOptions, gaussianWalkWithRebound } from './gaussian-walk-with-rebound.js';
export { type GrowOnPlateauOptions, growOnPlateau } from './grow-on-plateau.js';
export { type LossDampingOptions, lossDamping } from './loss-damping.js';
export { type SmallBatchOptions, smallBatch } from './small-batch.js';
export { type RampUp, type Stage, type StagesOptions, stages } from './stages.js';
export { type ThroughputKneeOptions, throughputKnee } from './throughput-knee.js';
