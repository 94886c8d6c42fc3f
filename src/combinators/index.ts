export { type ClampedOptions, clamped } from './clamped.js';
export { type CooledOptions, cooled } from './cooled.js';
export { type InformedOptions, informed } from './informed.js';
export { type LadderedOptions, laddered } from './laddered.js';
export { type RampedOptions, ramped } from './ramped.js';
export { type SteadiedOptions, steadied } from './steadied.js';
