export { type CompareOptions, type Comparison, compare, LOGGED, type RunComparison } from './compare.js';
export { decisionBytes, decisionLines } from './decision-lines.js';
export { REPLAY_NOTE } from './note.js';
export type { Outcome, Range, SizeChange } from './outcome.js';
export { type ReplayOptions, replay } from './replay.js';
export type { Deciding, Records } from './run.js';
export { type ServeOptions, type Server, serve } from './serve.js';
export { type Grid, optionsOfGrid, sweep } from './sweep.js';
export { type Difference, type FieldDifference, type Verification, verify } from './verify.js';
