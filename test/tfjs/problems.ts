import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { generator } from '../../src/core/random.js';

export { layers, tf };

/** Makes `Math.random`, and with it the order of fit's shuffles, repeatable while `run` lasts. */
export async function withSeed<Result>(seed: number, run: () => Promise<Result>): Promise<Result> {
  const { random } = Math;
  Math.random = generator(seed);
  try {
    return await run();
  } finally {
    Math.random = random;
  }
}

/** A classification problem that a small net can learn: points around three centres. */
export function blobs(count: number, seed = 7, width = 6): { x: tf.Tensor2D; y: tf.Tensor2D } {
  const random = generator(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const labels = Array.from({ length: count }, () => Math.floor(random() * 3));
  const points = labels.map((label) => Array.from({ length: width }, (_, i) => (i % 3 === label ? 1.5 : 0) + normal()));
  return {
    x: tf.tensor2d(points, [count, width]),
    y: tf.tensor2d(labels.map((label) => [0, 1, 2].map((one) => (one === label ? 1 : 0)))),
  };
}

/** A small classifier with seeded weights, compiled. */
export function classifier(
  optimizer: tf.Optimizer | string,
  seed = 3,
  width = 6,
  metrics: string[] = ['accuracy'],
): layers.Sequential {
  const model = layers.sequential({
    layers: [
      layers.layers.dense({
        units: 8,
        activation: 'tanh',
        inputShape: [width],
        kernelInitializer: layers.initializers.glorotNormal({ seed }),
      }),
      layers.layers.dense({
        units: 3,
        activation: 'softmax',
        kernelInitializer: layers.initializers.glorotNormal({ seed: seed + 1 }),
      }),
    ],
  });
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics });
  return model;
}

/** The seven built-in optimizers, momentum also with Nesterov. */
export const OPTIMIZERS: Readonly<Record<string, () => tf.Optimizer>> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.05, 0.9),
  nesterov: () => tf.train.momentum(0.05, 0.9, true),
  adam: () => tf.train.adam(0.01),
  adamax: () => tf.train.adamax(0.01),
  rmsprop: () => tf.train.rmsprop(0.005, 0.9, 0.5),
  adagrad: () => tf.train.adagrad(0.05),
  adadelta: () => tf.train.adadelta(0.5, 0.95),
};

/** All weights in one array. */
export function weightsOf(model: layers.LayersModel): number[] {
  return model.getWeights().flatMap((weight) => Array.from(weight.dataSync()));
}

/** The largest difference over the largest weight. */
export function relativeDifference(actual: readonly number[], expected: readonly number[]): number {
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...actual.map((value, i) => Math.abs(value - (expected[i] as number)))) / largest;
}
