import * as tf from '@tensorflow/tfjs';

/** What a {@link perceptron} is made of. */
export interface PerceptronOptions {
  readonly inputs: number;
  readonly hidden: number;
  /** Of the initial weights. */
  readonly seed: number;
  readonly optimizer: tf.Optimizer;
}

/** A compiled net of one hidden layer that tells ten digits apart. */
export function perceptron({ inputs, hidden, seed, optimizer }: PerceptronOptions): tf.Sequential {
  const { dense } = tf.layers;
  const { heNormal, glorotNormal } = tf.initializers;
  const model = tf.sequential({
    layers: [
      dense({
        units: hidden,
        activation: 'relu',
        inputShape: [inputs],
        kernelInitializer: heNormal({ seed: 2 * seed }),
      }),
      dense({ units: 10, activation: 'softmax', kernelInitializer: glorotNormal({ seed: 2 * seed + 1 }) }),
    ],
  });
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}
