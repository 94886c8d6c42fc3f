import { type AdaptiveBatchOptions, type AdaptiveController, adaptiveBatch, adaptiveLoop } from '../../../src/index.js';
import type { Batch } from '../../../src/tfjs/source.js';
import { layers, type tf } from '../../tfjs/problems.js';

/** What is trained, and how. */
export interface Training {
  readonly model: layers.LayersModel;
  readonly data: { readonly x: tf.Tensor; readonly y: tf.Tensor };
  readonly batchSize: number;
  readonly epochs: number;
  readonly options: AdaptiveBatchOptions;
  readonly loss: (ys: tf.Tensor, predicted: tf.Tensor) => tf.Tensor;
  readonly onEpochEnd?: () => void;
}

class EpochEnd extends layers.Callback {
  constructor(private readonly run: () => void) {
    super();
  }
  override async onEpochEnd(): Promise<void> {
    this.run();
  }
}

async function inFit({ model, data, batchSize, epochs, options, onEpochEnd = () => {} }: Training) {
  const adaptive = adaptiveBatch(model, options);
  const callbacks = [adaptive, new EpochEnd(onEpochEnd)];
  await model.fit(data.x, data.y, { batchSize, epochs, verbose: 0, callbacks });
  return adaptive.controller;
}

async function inFitDataset({ model, data, batchSize, epochs, options, onEpochEnd = () => {} }: Training) {
  const adaptive = adaptiveBatch(model, { ...options, batchSize });
  const callbacks = [adaptive, new EpochEnd(onEpochEnd)];
  const batches = adaptive.batches({ xs: data.x, ys: data.y });
  await model.fitDataset(batches as never, { epochs, verbose: 0, callbacks });
  return adaptive.controller;
}

async function inLoop({ model, data, batchSize, epochs, options, loss, onEpochEnd = () => {} }: Training) {
  const loop = adaptiveLoop({
    ...options,
    optimizer: model.optimizer,
    source: { xs: data.x, ys: data.y },
    loss: ({ xs, ys }: Batch) => loss(ys as tf.Tensor, model.apply(xs as tf.Tensor, { training: true }) as tf.Tensor),
    batchSize,
  });
  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const _step of loop.pass());
    onEpochEnd();
  }
  loop.end();
  return loop.controller;
}

/** The three ways to use the package. */
export const WAYS: Readonly<
  Record<'fit' | 'fitDataset' | 'loop', (training: Training) => Promise<AdaptiveController>>
> = { fit: inFit, fitDataset: inFitDataset, loop: inLoop };
