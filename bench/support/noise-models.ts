import * as tf from '@tensorflow/tfjs';
import { type Examples, lehmer } from '../../examples/support/data.js';
import { perceptron } from '../../examples/support/perceptron.js';

/** A model to time and noise to train it on: what is learned does not matter here. */
export interface NoiseModel {
  readonly examples: number;
  /** Shape of one example. */
  readonly shape: readonly number[];
  build(): tf.Sequential;
}

const PIXELS = 784;
const SIDE = 28;

function recurrent(): tf.Sequential {
  const { glorotNormal } = tf.initializers;
  const model = tf.sequential({
    layers: [
      tf.layers.lstm({
        units: 32,
        inputShape: [SIDE, SIDE],
        kernelInitializer: glorotNormal({ seed: 1 }),
        recurrentInitializer: glorotNormal({ seed: 2 }),
      }),
      tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: glorotNormal({ seed: 3 }) }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(0.01), loss: 'categoricalCrossentropy' });
  return model;
}

/** A 784-128-10 perceptron, and an LSTM of 32 units over 28 rows of 28 pixels. */
export const NOISE_MODELS: Readonly<Record<'mlp' | 'lstm', NoiseModel>> = {
  mlp: {
    examples: 6144,
    shape: [PIXELS],
    build: () => perceptron({ inputs: PIXELS, hidden: 128, seed: 1, optimizer: tf.train.sgd(0.01) }),
  },
  lstm: { examples: 1536, shape: [SIDE, SIDE], build: recurrent },
};

/** Noise for pixels and labels. */
export function noise({ examples, shape }: NoiseModel): Examples {
  const random = lehmer(1);
  const pixels = Float32Array.from({ length: examples * PIXELS }, random);
  const labels = tf.tensor1d(
    Int32Array.from({ length: examples }, () => Math.floor(10 * random())),
    'int32',
  );
  const targets = tf.cast(tf.oneHot(labels, 10), 'float32') as tf.Tensor2D;
  labels.dispose();
  return { inputs: tf.tensor(pixels, [examples, ...shape] as [number, number]), targets };
}
