export { type BottouOptions, bottou } from './bottou.js';
export { constant } from './constant.js';
export { type CosineOptions, cosine } from './cosine.js';
export { type InverseTimeOptions, inverseTime } from './inverse-time.js';
export { type StepOptions, step } from './step.js';
