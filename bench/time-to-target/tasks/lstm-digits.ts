import * as tf from '@tensorflow/tfjs';
import { ratesFrom } from '../../policies/models.js';
import { loadRows } from '../../policies/tasks/rnn.js';
import type { Task } from '../../policies/types.js';

/** Four gates at each of eight time steps: many small products, and an optimizer that divides by the gradient's size. */
export const lstmDigits: Task = {
  name: 'lstmDigits',
  title: 'UCI digits (1,437 examples) row by row, 8 steps of 8, LSTM of 32 units, Adam',
  load: loadRows,
  build: (seed, optimizer) => {
    const [first, second, last] = [0, 1, 2].map((i) => tf.initializers.glorotUniform({ seed: 3 * seed + i }));
    const model = tf.sequential({
      layers: [
        tf.layers.lstm({
          units: 32,
          inputShape: [8, 8],
          ...(first && { kernelInitializer: first }),
          ...(second && { recurrentInitializer: second }),
        }),
        tf.layers.dense({ units: 10, activation: 'softmax', ...(last && { kernelInitializer: last }) }),
      ],
    });
    model.compile({ optimizer, loss: 'categoricalCrossentropy' });
    return model;
  },
  optimizer: tf.train.adam,
  targetLoss: 0.05,
  learningRate: 0.016,
  rates: ratesFrom(0.002, 5),
  metric: 'accuracy',
};
