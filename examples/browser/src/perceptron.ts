import * as tf from '@tensorflow/tfjs';
import { PIXELS } from './digits.js';

export const DIGITS = 10;
const HIDDEN = 32;

/** A compiled net of one hidden layer that tells the digits apart, its first weights seeded. */
export function perceptron(optimizer: tf.Optimizer): tf.Sequential {
  const { dense } = tf.layers;
  const { heNormal, glorotNormal } = tf.initializers;
  const model = tf.sequential({
    layers: [
      dense({ units: HIDDEN, activation: 'relu', inputShape: [PIXELS], kernelInitializer: heNormal({ seed: 1 }) }),
      dense({ units: DIGITS, activation: 'softmax', kernelInitializer: glorotNormal({ seed: 2 }) }),
    ],
  });
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  return model;
}
