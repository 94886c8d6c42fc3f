import { generator } from '../../src/core/random.js';
import type { StepObservation } from '../../src/core/types.js';
import type { Controls } from './controls.js';
import { dataOf, type SimulatedData, shuffledOrder } from './data.js';
import { type Examples, Network } from './network.js';
import { createOptimizer, type SimulatedOptimizer } from './optimizers.js';
import { type ExactStatistics, exactStatistics } from './statistics.js';
import type { SimulatedTask } from './tasks.js';

/** Training examples that the loss is evaluated on, the first ones. */
const EVALUATED = 1000;

/** A step as the training saw it, and the size it was asked for; the clock and the counts are the caller's. */
export type SimulatedStep = Pick<
  StepObservation,
  'epoch' | 'batchSize' | 'microBatches' | 'learningRate' | 'loss' | 'gradient' | 'short'
> & { readonly asked: number };

function firstOf({ count, inputs, targets }: Examples, most: number): Examples {
  const size = Math.min(count, most);
  return {
    count: size,
    inputs: inputs.subarray(0, (size * inputs.length) / count),
    targets: targets.subarray(0, size),
  };
}

/** One model being trained, batch after batch, in a new order each epoch. */
export class SimulatedTraining {
  readonly optimizer: SimulatedOptimizer;
  readonly #network: Network;
  readonly #data: SimulatedData;
  readonly #evaluated: Examples;
  readonly #random: () => number;
  readonly #order: Int32Array;
  #at = 0;
  #epoch = 0;

  /** @param seed of the weights and of the order of the examples */
  constructor(task: SimulatedTask, seed: number) {
    this.#data = dataOf(task.data);
    const { count, inputs } = this.#data.train;
    const sizes = [inputs.length / count, ...task.hidden, task.outputs];
    this.#network = new Network(sizes, task.loss, generator(3 * seed));
    this.optimizer = createOptimizer(task.optimizer, this.#network.weights.length);
    this.#evaluated = firstOf(this.#data.train, EVALUATED);
    this.#random = generator(3 * seed + 1);
    this.#order = shuffledOrder(
      Int32Array.from({ length: count }, (_, i) => i),
      this.#random,
    );
  }

  get datasetSize(): number {
    return this.#data.train.count;
  }

  /** On a fixed part of the training set. */
  trainingLoss(): number {
    return this.#network.evaluate(this.#evaluated).loss;
  }

  testMetric(): number {
    return this.#network.evaluate(this.#data.test).metric;
  }

  /** Draws and passes a batch as the controls ask, measures it if they want it, and makes the step. */
  next(controls: Controls): SimulatedStep {
    if (this.#at >= this.datasetSize) {
      shuffledOrder(this.#order, this.#random);
      this.#at = 0;
      this.#epoch += 1;
    }
    const { passes, asked, ...passed } = this.#pass(controls);
    const { batchSize, loss } = passed;
    const learningRate = controls.learningRateAt(batchSize);
    this.optimizer.apply(this.#network.weights, this.#network.gradient, learningRate);
    this.#at += batchSize;
    return {
      epoch: this.#epoch,
      batchSize,
      microBatches: passes,
      learningRate,
      loss,
      asked,
      ...(passed.gradient !== undefined && { gradient: passed.gradient }),
      ...(batchSize < asked && { short: true as const }),
    };
  }

  #pass(controls: Controls) {
    const { batchSize: draw, drawTarget } = controls;
    const left = this.datasetSize - this.#at;
    let passed = this.#passed(Math.min(draw, left), controls);
    let [passes, asked] = [controls.isCut && passed.gradient !== undefined ? 2 : 1, draw];
    while (drawTarget !== undefined && passed.batchSize < left) {
      if (passed.gradient !== undefined && drawTarget(passed) <= passed.batchSize) break;
      passes += 1;
      asked += draw;
      passed = this.#passed(Math.min(asked, left), controls);
    }
    return { ...passed, passes, asked };
  }

  /** The batch's loss and statistics; its gradient stays in the network. */
  #passed(batchSize: number, { isMeasured, isByLayer }: Controls) {
    const loss = this.#network.pass(this.#data.train, this.#order, this.#at, batchSize);
    const measured = isMeasured && batchSize >= 2;
    const gradient: ExactStatistics | undefined = measured
      ? exactStatistics(this.#network, this.optimizer, batchSize, isByLayer)
      : undefined;
    return { batchSize, loss, ...(gradient !== undefined && { gradient }) };
  }
}
