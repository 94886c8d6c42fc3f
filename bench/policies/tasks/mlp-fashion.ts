import { loadFashion } from '../../support/fashion.js';
import { momentum, ratesFrom, tenWay } from '../models.js';
import type { Task } from '../types.js';

/** A deep task of middling difficulty, stopped long before it interpolates. */
export const mlpFashion: Task = {
  name: 'mlpFashion',
  title: 'Fashion-MNIST (20,000 examples), 784-64-10 perceptron, momentum 0.9',
  load: () => loadFashion(20_000),
  build: tenWay(784, 64),
  optimizer: momentum,
  targetLoss: 0.32,
  learningRate: 0.01,
  rates: ratesFrom(0.00125, 6),
  metric: 'accuracy',
};
