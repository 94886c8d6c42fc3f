import type * as tf from '@tensorflow/tfjs';
import { type AdaptiveBatchOptions, adaptiveBatch, fixed, none } from 'tfjs-adaptive-batch';
import type { Examples } from '../../examples/support/data.js';
import type { Way } from '../support/interleaved.js';

/** A callback that leaves batch size and learning rate as they are. */
export const ALWAYS_THE_BASE: AdaptiveBatchOptions = { policy: fixed(), learningRate: none() };

/** A fit to time. */
export interface Fit {
  readonly batchSize: number;
  readonly epochs: number;
  /** The callback's; absent: plain fit(). */
  readonly options?: AdaptiveBatchOptions;
}

/** Trains the model on, fit after fit, under the same callback. */
export function fitWay(model: tf.Sequential, examples: Examples, { batchSize, epochs, options }: Fit): Way {
  const extra = options === undefined ? {} : { callbacks: adaptiveBatch(model, options) };
  return async () => {
    const begin = performance.now();
    await model.fit(examples.inputs, examples.targets, { batchSize, epochs, verbose: 0, ...extra });
    return performance.now() - begin;
  };
}
