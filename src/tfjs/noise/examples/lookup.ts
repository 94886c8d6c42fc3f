import {
  cast,
  equal,
  expandDims,
  gather,
  matMul,
  mul,
  reshape,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  unsortedSegmentSum,
} from '@tensorflow/tfjs-core';
import type { ExampleGradients } from './example-gradients.js';
import { inPieces } from './rows.js';

/**
 * W of an embedding: c_j has δ_jt in row i_jt, summed where an example looks a row up more than once.
 *
 * |c_j|² = Σ_ts [i_jt = i_js] δ_jt·δ_js; Σ D c_j² the same with δ_jt·D[i_jt] for the first; c_j·V = Σ_t V[i_jt]·δ_jt.
 * @param indices i, [B, T], whole numbers; @param deltas δ, [B, T, width]; @param entries rows of W
 */
export function lookup(indices: Tensor2D, deltas: Tensor3D, entries: number): ExampleGradients {
  const [count, steps] = indices.shape;
  const width = deltas.shape[2];
  const rowsOf = (table: Tensor, at: Tensor): Tensor =>
    reshape(gather(reshape(table, [entries, width]), reshape(at, [-1]) as Tensor1D), [-1, steps, width]);
  const both = (same: Tensor, left: Tensor, right: Tensor): Tensor1D =>
    sum(mul(same, matMul(left, right, false, true)), [1, 2]) as Tensor1D;
  return {
    read(v, metric) {
      return inPieces([indices, deltas], 3 * steps * steps + 2 * steps * width, ([at, d]) => {
        const [i, delta] = [at as Tensor, d as Tensor];
        const same = cast(equal(expandDims(i, 2), expandDims(i, 1)), 'float32');
        return {
          squaredNorms: both(same, delta, delta),
          projections: sum(mul(rowsOf(v, i), delta), [1, 2]),
          ...(metric !== undefined && { weightedNorms: both(same, mul(delta, rowsOf(metric, i)), delta) }),
        };
      });
    },
    total: () =>
      unsortedSegmentSum(reshape(deltas, [count * steps, width]), reshape(indices, [-1]) as Tensor1D, entries),
  };
}
