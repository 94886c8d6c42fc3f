// fitDataset(): batches are cut from typed arrays (or tensors, or an unbatched tf.data.Dataset) in the sizes asked for.
import * as tf from '@tensorflow/tfjs';
import { adaptiveBatch } from 'tfjs-adaptive-batch';
import { useBackend } from './support/backend.js';
import { loadDigits } from './support/digits.js';
import { perceptron } from './support/perceptron.js';

await useBackend();
const { train } = loadDigits();
const model = perceptron({ inputs: 64, hidden: 64, seed: 1, optimizer: tf.train.adam(0.001) });

const xs = { values: (await train.inputs.data()) as Float32Array, shape: train.inputs.shape };
const ys = { values: (await train.targets.data()) as Float32Array, shape: train.targets.shape };

// There is no batchSize in fitDataset(): the base, for which the learning rate is tuned, is an option here.
const adaptive = adaptiveBatch(model, { batchSize: 16, seed: 1 });
const { history } = await model.fitDataset(adaptive.batches({ xs, ys }), {
  epochs: 6,
  verbose: 0,
  callbacks: adaptive,
});

console.log('loss by epoch', (history.loss as number[]).map((loss) => loss.toFixed(3)).join(' '));
console.log('batch size by epoch', history.batchSize?.join(' '));
