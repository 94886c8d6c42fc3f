import * as tf from '@tensorflow/tfjs';
import { loadDigits } from '../../../examples/support/digits.js';
import { ratesFrom } from '../models.js';
import type { Data, Examples, Task } from '../types.js';

const STEPS = 8;
const UNITS = 24;

function asRows({ inputs, targets }: Examples): Examples {
  const rows = inputs.reshape([inputs.shape[0] as number, STEPS, inputs.size / (inputs.shape[0] as number) / STEPS]);
  inputs.dispose();
  return { inputs: rows, targets };
}

/** The digits as sequences of their rows. */
export function loadRows(): Data {
  const { train, test } = loadDigits();
  return { train: asRows(train), test: asRows(test) };
}

/** The weights of a recurrent net serve at every time step, and an update takes long. */
export const rnn: Task = {
  name: 'rnn',
  title: 'UCI digits (1,437 examples) row by row, 8 steps of 8, GRU of 24 units, Adam',
  load: loadRows,
  build: (seed, optimizer) => {
    const [kernel, recurrent, last] = [0, 1, 2].map((i) => tf.initializers.glorotUniform({ seed: 3 * seed + i }));
    const model = tf.sequential({
      layers: [
        tf.layers.gru({
          units: UNITS,
          inputShape: [STEPS, STEPS],
          ...(kernel && { kernelInitializer: kernel }),
          ...(recurrent && { recurrentInitializer: recurrent }),
        }),
        tf.layers.dense({ units: 10, activation: 'softmax', ...(last && { kernelInitializer: last }) }),
      ],
    });
    model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    return model;
  },
  optimizer: tf.train.adam,
  targetLoss: 0.05,
  learningRate: 0.016,
  rates: ratesFrom(0.001, 6),
  seeds: [1, 2, 3, 4, 5],
  metric: 'accuracy',
};
