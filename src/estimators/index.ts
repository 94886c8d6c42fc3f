export { layerNoise } from './layer-noise.js';
export { noiseScale } from './noise-scale.js';
export { smoothedLoss } from './smoothed-loss.js';
export { stepTime } from './step-time.js';
export { walk, walkAtHand } from './walk.js';
