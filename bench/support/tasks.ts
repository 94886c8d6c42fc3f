import * as tf from '@tensorflow/tfjs';
import type { Data } from '../../examples/support/data.js';
import { loadDigits } from '../../examples/support/digits.js';
import type { Setting } from '../../examples/support/training.js';
import { loadMnist } from './mnist.js';

/** A training that is run plain and adaptively. */
export interface Task {
  readonly name: 'digits' | 'mnist';
  readonly title: string;
  readonly load: () => Data;
  readonly hidden: number;
  readonly optimizer: 'sgd' | 'momentum';
  readonly targetLoss: number;
  /** A base that needs more has the wrong rate. */
  readonly mostEpochs: number;
  /** The base's rate at {@link BATCH_SIZE}: the fastest to the target that `npm run bench:demo -- --tune` finds in {@link ratesOf}. */
  readonly learningRate: number;
  readonly seeds: readonly number[];
  readonly quickSeeds: readonly number[];
  readonly tuneSeeds: readonly number[];
}

/** B0 of every task [examples]. */
export const BATCH_SIZE = 16;

const MOMENTUM = 0.9;

/** The rates that are tried for the base; with momentum, whose steps add up to ten times theirs, a tenth of them. */
export function ratesOf({ optimizer }: Task): number[] {
  return [0.05, 0.1, 0.2, 0.4, 0.8, 1.6].map((rate) => (optimizer === 'momentum' ? rate / 10 : rate));
}

/** The tasks of bench:demo. */
export const TASKS: readonly Task[] = [
  {
    name: 'digits',
    title: 'UCI digits (1,437 examples), 64-32-10 perceptron, momentum 0.9',
    load: loadDigits,
    hidden: 32,
    optimizer: 'momentum',
    targetLoss: 0.02,
    mostEpochs: 150,
    learningRate: 0.08,
    seeds: Array.from({ length: 20 }, (_, i) => i + 1),
    quickSeeds: [1, 2, 3, 4, 5],
    tuneSeeds: [1, 2, 3, 4, 5],
  },
  {
    name: 'mnist',
    title: 'MNIST (60,000 examples), 784-32-10 perceptron, momentum 0.9',
    load: loadMnist,
    hidden: 32,
    optimizer: 'momentum',
    targetLoss: 0.08,
    mostEpochs: 16,
    learningRate: 0.01,
    seeds: [1, 2, 3, 4, 5],
    quickSeeds: [1, 2],
    tuneSeeds: [1, 2],
  },
];

/** The training of a task at a base rate. */
export function settingOf(task: Task, data: Data, learningRate: number): Setting {
  const { hidden, targetLoss, mostEpochs } = task;
  const create = { sgd: tf.train.sgd, momentum: (rate: number) => tf.train.momentum(rate, MOMENTUM) }[task.optimizer];
  return { data, hidden, optimizer: () => create(learningRate), batchSize: BATCH_SIZE, targetLoss, mostEpochs };
}
