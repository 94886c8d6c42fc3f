export { fixed } from './fixed.js';
export { type GaussianWalkOptions, gaussianWalk } from './gaussian-walk.js';
export { type GaussianWalkWithReboundOptions, gaussianWalkWithRebound } from './gaussian-walk-with-rebound.js';
export { type GrowWhenStationaryOptions, growWhenStationary } from './grow-when-stationary.js';
export { type ProgressRateOptions, progressRate } from './progress-rate.js';
