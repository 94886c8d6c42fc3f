import { reshape, sum, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { shaped } from '../matrices.js';
import type { ExampleGradients } from './example-gradients.js';
import { readRows } from './rows.js';

/** Weights so few that each example's gradient is written out: biases, scales. @param rows c, [B, size] */
export function direct(rows: Tensor2D): ExampleGradients {
  return {
    read: (v, metric) => readRows(rows, v, metric),
    total: () => sum(rows, 0),
  };
}

/**
 * Sums a tensor of [B·T, …], leading axes of length 1 aside, over everything along which a view of `shape` was repeated, for each example.
 * @returns [B, size of the view]
 */
export function reduceToView(tensor: Tensor, shape: readonly number[], batchSize: number): Tensor2D {
  const first = Math.max(
    tensor.shape.findIndex((length) => length !== 1),
    0,
  );
  const rest = tensor.shape.slice(first + 1);
  const offset = rest.length - shape.length;
  const split = reshape(tensor, [batchSize, -1, ...rest]);
  const repeated = rest.flatMap((length, i) => ((shape[i - offset] ?? 1) === 1 && length > 1 ? [i + 2] : []));
  const axes = split.shape[1] === 1 ? repeated : [1, ...repeated];
  const reduced = axes.length === 0 ? split : sum(split, axes);
  return shaped(reduced, [batchSize, -1]);
}
