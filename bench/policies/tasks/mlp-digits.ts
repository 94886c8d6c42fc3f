import { loadDigits } from '../../../examples/support/digits.js';
import { momentum, ratesFrom, tenWay } from '../models.js';
import type { Task } from '../types.js';

/** Small and easy: it interpolates, so the gradient noise goes to 0 with the loss. */
export const mlpDigits: Task = {
  name: 'mlpDigits',
  title: 'UCI digits (1,437 examples), 64-32-10 perceptron, momentum 0.9',
  load: () => loadDigits(),
  build: tenWay(64, 32),
  optimizer: momentum,
  targetLoss: 0.001,
  learningRate: 0.08,
  rates: ratesFrom(0.01, 6),
  seeds: [1, 2, 3, 4, 5, 6, 7],
  metric: 'accuracy',
};
