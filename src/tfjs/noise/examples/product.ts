import { matMul, mul, square, sum, type Tensor, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { columnProducts, shaped } from '../matrices.js';
import type { ExampleGradients } from './example-gradients.js';

function rowSums(tensor: Tensor): Tensor1D {
  return sum(tensor, 1);
}

/**
 * W of a dense layer that saw every example once: c_j = a_j δ_jᵀ, never written out.
 *
 * |c_j|² = |a_j|²|δ_j|²; Σ D c_j² = (a_j²·D)·δ_j²; c_j·V = (a_j·V)·δ_j.
 * @param inputs a, [B, in]; @param deltas δ, the gradients of the product, [B, out]
 * @see Goodfellow 2015, "Efficient per-example gradient computations", arXiv 1510.01799
 */
export function product(inputs: Tensor2D, deltas: Tensor2D): ExampleGradients {
  const matrix = (tensor: Tensor): Tensor2D => shaped(tensor, [inputs.shape[1], deltas.shape[1]]);
  return {
    read(v, metric) {
      const [a, d] = [square(inputs), square(deltas)];
      return {
        squaredNorms: mul(rowSums(a), rowSums(d)),
        projections: rowSums(mul(matMul(inputs, matrix(v)), deltas)),
        ...(metric !== undefined && { weightedNorms: rowSums(mul(matMul(a, matrix(metric)), d)) }),
      };
    },
    total: () => columnProducts(inputs, deltas),
  };
}
