// One line more in a fit() that is there already: batch size and learning rate adapt, and each change says why.
import * as tf from '@tensorflow/tfjs';
import { adaptiveBatch } from 'tfjs-adaptive-batch';
import { useBackend } from './support/backend.js';
import { loadDigits } from './support/digits.js';
import { perceptron } from './support/perceptron.js';

await useBackend();
const { train } = loadDigits();
const model = perceptron({ inputs: 64, hidden: 64, seed: 1, optimizer: tf.train.sgd(0.2) });

const adaptive = adaptiveBatch(model);
adaptive.controller.on('change', ({ step, from, to, reason }) => {
  if (from.batchSize !== to.batchSize)
    console.log(`step ${step}: batch ${from.batchSize} -> ${to.batchSize}: ${reason}`);
});

const { history } = await model.fit(train.inputs, train.targets, {
  batchSize: 16,
  epochs: 6,
  verbose: 0,
  callbacks: adaptive,
});

console.log('loss by epoch', (history.loss as number[]).map((loss) => loss.toFixed(3)).join(' '));
console.log('batch size by epoch', history.batchSize?.join(' '));
