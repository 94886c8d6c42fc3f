export * from './core-entry.js';
export {
  AdaptiveBatch,
  type AdaptiveBatchOptions,
  adaptiveBatch,
  type BatchDataset,
  type BatchesOptions,
} from './tfjs/adaptive-batch.js';
export { AdaptiveLoop, type AdaptiveLoopOptions, adaptiveLoop, type LoopStep } from './tfjs/own-loop.js';
export type { RowArray, RowValues } from './tfjs/rows.js';
export type { ArraySource, Batch, BatchSource, Container, StreamSource } from './tfjs/source.js';
