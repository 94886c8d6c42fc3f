import { concat, matMul, slice, square, sum, type Tensor, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { shaped } from '../matrices.js';
import { type ExampleSums, MOST_ENTRIES } from './example-gradients.js';

/** A matrix [B, size] times a vector of any shape. */
function times(rows: Tensor2D, v: Tensor): Tensor1D {
  return shaped(matMul(rows, shaped(v, [v.size, 1])), [-1]);
}

/** What is read of gradients that are written out, [B, size]. */
export function readRows(rows: Tensor2D, v: Tensor, metric?: Tensor): ExampleSums {
  const squares = square(rows);
  return {
    squaredNorms: sum(squares, 1),
    projections: times(rows, v),
    ...(metric !== undefined && { weightedNorms: times(squares as Tensor2D, metric) }),
  };
}

/**
 * Runs over the examples in pieces small enough to stay within {@link MOST_ENTRIES}.
 * @param tensors one row an example
 * @param entries that an example takes
 */
export function inPieces(
  tensors: readonly Tensor[],
  entries: number,
  run: (pieces: readonly Tensor[]) => ExampleSums,
): ExampleSums {
  const count = (tensors[0] as Tensor).shape[0] as number;
  const most = Math.max(1, Math.floor(MOST_ENTRIES / entries));
  if (most >= count) return run(tensors);
  const parts: ExampleSums[] = [];
  for (let from = 0; from < count; from += most) {
    const size = Math.min(most, count - from);
    parts.push(run(tensors.map((tensor) => slice(tensor, from, size))));
  }
  return joined(parts);
}

/** The sums of several runs of examples, one after the other. */
export function joined(parts: readonly ExampleSums[]): ExampleSums {
  const weighted = parts.flatMap(({ weightedNorms }) => weightedNorms ?? []);
  return {
    squaredNorms: concat(parts.map(({ squaredNorms }) => squaredNorms)),
    projections: concat(parts.map(({ projections }) => projections)),
    ...(weighted.length > 0 && { weightedNorms: concat(weighted) }),
  };
}
