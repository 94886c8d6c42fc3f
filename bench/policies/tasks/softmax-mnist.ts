import * as tf from '@tensorflow/tfjs';
import { loadMnist } from '../../support/mnist.js';
import { ratesFrom } from '../models.js';
import type { Task } from '../types.js';

/** Convex, and linear models do not fit all of it: the noise of a constant rate has a floor. */
export const softmaxMnist: Task = {
  name: 'softmaxMnist',
  title: 'MNIST (20,000 examples), softmax regression 784-10, SGD',
  load: () => loadMnist(20_000),
  build: (seed, optimizer) => {
    const kernelInitializer = tf.initializers.glorotNormal({ seed });
    const layer = tf.layers.dense({ units: 10, activation: 'softmax', inputShape: [784], kernelInitializer });
    const model = tf.sequential({ layers: [layer] });
    model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    return model;
  },
  optimizer: tf.train.sgd,
  targetLoss: 0.28,
  learningRate: 0.2,
  rates: ratesFrom(0.0125, 6),
  metric: 'accuracy',
};
