import type { DataSource } from './data.js';
import type { LossKind } from './network.js';
import type { OptimizerName } from './optimizers.js';

/** A training to simulate: what is learnt, by what model and optimizer, from what rate and to what loss. */
export interface SimulatedTask {
  readonly name: string;
  readonly data: DataSource;
  /** Units of the hidden ReLU layers; none: a regression. */
  readonly hidden: readonly number[];
  readonly outputs: number;
  readonly loss: LossKind;
  readonly optimizer: OptimizerName;
  /** B0 [examples]. */
  readonly baseBatchSize: number;
  /** The rate that reaches the target soonest at the base batch size, on a grid of √2: `--tune`. */
  readonly baseLearningRate: number;
  /** Training loss to reach. */
  readonly targetLoss: number;
}

const FASHION: DataSource = { name: 'fashion', count: 5000 };
const NOISY: DataSource = { ...FASHION, randomLabels: 0.2 };
const classes = { outputs: 10, loss: 'crossEntropy', baseBatchSize: 16 } as const;

/** The catalogue: convex and deep, true and random labels, classes and a regression, SGD, momentum and Adam. */
export const TASKS: readonly SimulatedTask[] = [
  {
    ...classes,
    name: 'mnistSoftmaxSgd',
    data: { name: 'mnist', count: 4000 },
    hidden: [],
    optimizer: 'sgd',
    baseLearningRate: 1.6,
    targetLoss: 0.2,
  },
  {
    ...classes,
    name: 'fashionMomentum',
    data: FASHION,
    hidden: [48],
    optimizer: 'momentum',
    baseLearningRate: 0.02,
    targetLoss: 0.3,
  },
  {
    ...classes,
    name: 'fashionNoisyMomentum',
    data: NOISY,
    hidden: [48],
    optimizer: 'momentum',
    baseLearningRate: 0.02,
    targetLoss: 1.05,
  },
  {
    ...classes,
    name: 'fashionNoisySgd',
    data: NOISY,
    hidden: [48],
    optimizer: 'sgd',
    baseLearningRate: 0.2,
    targetLoss: 1.05,
  },
  {
    ...classes,
    name: 'digitsMomentum',
    data: { name: 'digits' },
    hidden: [32],
    optimizer: 'momentum',
    baseLearningRate: 0.113,
    targetLoss: 0.005,
  },
  {
    ...classes,
    name: 'digitsSgd',
    data: { name: 'digits' },
    hidden: [32],
    optimizer: 'sgd',
    baseLearningRate: 0.566,
    targetLoss: 0.005,
  },
  {
    ...classes,
    name: 'digitsAdam',
    data: { name: 'digits' },
    hidden: [32, 32],
    optimizer: 'adam',
    baseLearningRate: 0.0113,
    targetLoss: 0.005,
  },
  {
    name: 'regressionMomentum',
    data: { name: 'teacher', count: 4000, noise: 0.3 },
    hidden: [32],
    outputs: 1,
    loss: 'squaredError',
    optimizer: 'momentum',
    baseBatchSize: 16,
    baseLearningRate: 0.0283,
    targetLoss: 0.115,
  },
];

/** The task of that name. @throws RangeError if there is none */
export function taskNamed(name: string): SimulatedTask {
  const task = TASKS.find((one) => one.name === name);
  if (task !== undefined) return task;
  throw new RangeError(`there is no task '${name}'; there are ${TASKS.map((one) => one.name).join(', ')}`);
}
