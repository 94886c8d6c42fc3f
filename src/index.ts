export * from './core-entry.js';
export { AdaptiveBatch, adaptiveBatch } from './tfjs/adaptive-batch.js';
export type { AdaptiveBatchOptions, BatchDataset, BatchesOptions } from './tfjs/adaptive-batch-options.js';
export { AdaptiveLoop, type AdaptiveLoopOptions, adaptiveLoop, type LoopStep } from './tfjs/own-loop.js';
export type { RowArray, RowValues } from './tfjs/rows.js';
export type { ArraySource, Batch, BatchOf, BatchSource, Container, StreamSource } from './tfjs/source.js';
