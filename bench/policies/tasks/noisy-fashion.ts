import * as tf from '@tensorflow/tfjs';
import { loadFashion } from '../../support/fashion.js';
import { ratesFrom, tenWay } from '../models.js';
import type { Task } from '../types.js';

/** Labels that cannot be learnt: the loss stays far above 0 and its gradients noisy. */
export const noisyFashion: Task = {
  name: 'noisyFashion',
  title: 'Fashion-MNIST (20,000 examples), 20 % of the labels replaced by random ones, 784-64-10 perceptron, SGD',
  load: () => loadFashion(20_000, 0.2),
  build: tenWay(784, 64),
  optimizer: tf.train.sgd,
  targetLoss: 1.08,
  learningRate: 0.04,
  rates: ratesFrom(0.01, 6),
  metric: 'accuracy',
};
