export { type AdaScaleOptions, adaScale } from './ada-scale.js';
export { adamSquareRoot } from './adam-square-root.js';
export { linear } from './linear.js';
export { type NoiseMatchedOptions, noiseMatched } from './noise-matched.js';
export { none } from './none.js';
export { squareRoot } from './square-root.js';
export { surge } from './surge.js';
