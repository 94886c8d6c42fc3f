export { type AdaScaleOptions, adaScale } from './ada-scale.js';
export { linear } from './linear.js';
export { none } from './none.js';
export { squareRoot } from './square-root.js';
