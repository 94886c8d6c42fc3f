import * as tf from '@tensorflow/tfjs';
import { momentum, ratesFrom } from '../../policies/models.js';
import type { Task } from '../../policies/types.js';
import { loadFashion } from '../../support/fashion.js';

/** Weights that serve at every place of the image, where a step has much to do. WebAssembly cannot train them. */
export const cnnFashion: Task = {
  name: 'cnnFashion',
  title: 'Fashion-MNIST (10,000 examples), two convolutions of 8 and 16 filters, momentum 0.9',
  load: () => loadFashion(10_000),
  build: (seed, optimizer) => {
    const { conv2d, dense, flatten, maxPooling2d, reshape } = tf.layers;
    const { glorotNormal, heNormal } = tf.initializers;
    const convolution = (filters: number, i: number) =>
      conv2d({ filters, kernelSize: 3, activation: 'relu', kernelInitializer: heNormal({ seed: 3 * seed + i }) });
    const model = tf.sequential({
      layers: [
        reshape({ targetShape: [28, 28, 1], inputShape: [784] }),
        convolution(8, 0),
        maxPooling2d({ poolSize: 2 }),
        convolution(16, 1),
        maxPooling2d({ poolSize: 2 }),
        flatten(),
        dense({ units: 10, activation: 'softmax', kernelInitializer: glorotNormal({ seed: 3 * seed + 2 }) }),
      ],
    });
    model.compile({ optimizer, loss: 'categoricalCrossentropy' });
    return model;
  },
  optimizer: momentum,
  targetLoss: 0.32,
  learningRate: 0.02,
  rates: ratesFrom(0.005, 5),
  metric: 'accuracy',
};
