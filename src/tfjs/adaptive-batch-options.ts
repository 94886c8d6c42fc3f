import { DECISION_KEYS } from '../assembly/options.js';
import { CONTROLLER_KEYS, type ControllerOptions } from '../controller/controller.js';
import { checkCount, checkKeys } from '../core/checks.js';
import { checkMemoryOptions } from './memory/memory-budget.js';
import { LEAST_NORMALIZED } from './model-access.js';

/** Options of {@link adaptiveBatch}; each has a safe default. */
export interface AdaptiveBatchOptions extends ControllerOptions {
  /** B0 under `fitDataset()`: the batch size that the learning rate is tuned for [examples]. In `fit()` it is fit's own. @defaultValue 32 */
  readonly batchSize?: number;
  /** Largest micro-batch [examples]: larger batches are accumulated from several. @defaultValue 1024 */
  readonly maxMicroBatchSize?: number;
  /**
   * Bytes of tensors alive at once that a step may take, data that they share counted once: batches that would take more are accumulated; > 0, Infinity
   * for no bound. The base size is not cut. @defaultValue wasm: 3 GiB; cpu and native in Node: beside what tensors take at the start ¾ of the free memory; else none
   */
  readonly maxMemory?: number;
  /** Try forward and backward passes over growing micro-batches before the first step, to find the largest that works. @defaultValue false */
  readonly probeMemory?: boolean;
  /** Seed for the order of the examples; without one it is `Math.random`'s, as in plain TensorFlow.js. */
  readonly seed?: number;
  /** Milliseconds between pauses for the page to breathe, as in plain `fit()`; 'never' for none. @defaultValue 125 */
  readonly yieldEvery?: number | 'never';
}

/** How {@link AdaptiveBatch.batches} orders the examples. */
export interface BatchesOptions {
  /** A new random order each pass; streams come as they are. @defaultValue true */
  readonly shuffle?: boolean;
}

/** A dataset for `model.fitDataset()`. */
export interface BatchDataset {
  readonly size: number;
  // biome-ignore lint/suspicious/noExplicitAny: the iterator type that fitDataset wants is not public
  iterator(): Promise<any>;
}

const OPTION_KEYS = [
  ...DECISION_KEYS,
  ...CONTROLLER_KEYS,
  ...['batchSize', 'maxMicroBatchSize', 'maxMemory', 'probeMemory', 'seed', 'yieldEvery'],
];

/** @throws RangeError if an option lies outside its range or is none */
export function checkAdaptiveBatchOptions(options: AdaptiveBatchOptions): void {
  checkKeys('adaptiveBatch', options, OPTION_KEYS);
  checkCount('batchSize', options.batchSize ?? 32);
  checkCount('maxMicroBatchSize', options.maxMicroBatchSize ?? 1024);
  checkMemoryOptions(options);
  if (options.yieldEvery !== 'never') checkCount('yieldEvery', options.yieldEvery ?? 125, 0);
}

/** The options with bounds that leave batch normalization enough examples in half a batch. */
export function forBatchNormalization(options: AdaptiveBatchOptions): AdaptiveBatchOptions {
  const least = Math.max(options.minBatchSize ?? 1, 2 * LEAST_NORMALIZED);
  return { ...options, minBatchSize: Math.min(least, options.maxBatchSize ?? least) };
}
