import { loadDiamonds } from '../../support/diamonds.js';
import { momentum, ratesFrom, twoLayers } from '../models.js';
import type { Task } from '../types.js';

const HIDDEN = 32;

/** Squared error, whose gradients grow with the residuals. */
export const regression: Task = {
  name: 'regression',
  title: 'Diamonds (43,133 examples), log price from 9 features, 9-32-1 perceptron, squared error, momentum 0.9',
  load: () => loadDiamonds(),
  build: twoLayers({ inputs: 9, hidden: HIDDEN, outputs: 1, activation: 'linear', loss: 'meanSquaredError' }),
  optimizer: momentum,
  targetLoss: 0.0135,
  learningRate: 0.02,
  rates: ratesFrom(0.00125, 6),
  metric: 'R²',
};
