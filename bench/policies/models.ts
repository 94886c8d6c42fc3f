import * as tf from '@tensorflow/tfjs';
import { perceptron } from '../../examples/support/perceptron.js';
import type { Task } from './types.js';

const MOMENTUM = 0.9;

/** Momentum 0.9. */
export function momentum(learningRate: number): tf.Optimizer {
  return tf.train.momentum(learningRate, MOMENTUM);
}

/** Builds perceptrons of one hidden layer that tell ten things apart. */
export function tenWay(inputs: number, hidden: number): Task['build'] {
  return (seed, optimizer) => perceptron({ inputs, hidden, seed, optimizer });
}

/** What a {@link twoLayers} is made of. */
export interface TwoLayers {
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
  /** Of the output. */
  readonly activation: 'softmax' | 'linear';
  readonly loss: 'categoricalCrossentropy' | 'meanSquaredError';
}

/** Builds perceptrons of one hidden layer. */
export function twoLayers({ inputs, hidden, outputs, activation, loss }: TwoLayers): Task['build'] {
  const { dense } = tf.layers;
  const { heNormal, glorotNormal } = tf.initializers;
  return (seed, optimizer) => {
    const first = { units: hidden, activation: 'relu' as const, inputShape: [inputs] };
    const model = tf.sequential({
      layers: [
        dense({ ...first, kernelInitializer: heNormal({ seed: 2 * seed }) }),
        dense({ units: outputs, activation, kernelInitializer: glorotNormal({ seed: 2 * seed + 1 }) }),
      ],
    });
    model.compile({ optimizer, loss });
    return model;
  };
}

/** Rates that differ by a factor of 2. */
export function ratesFrom(least: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => least * 2 ** i);
}
