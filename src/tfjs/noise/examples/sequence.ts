import { keep, matMul, mul, reshape, sum, type Tensor, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import { columnProducts, shaped } from '../matrices.js';
import type { ExampleGradients, ExampleSums } from './example-gradients.js';
import { inPieces, readRows } from './rows.js';

/** All products of the rows of an example with each other, [B, T, T]. */
export type Products = (rows: Tensor3D) => Tensor3D;

const productsOf: Products = (rows) => matMul(rows, rows, false, true);

/** {@link Products}, each computed once and kept in `known`: the weights of a recurrent layer have their deltas in common. */
export function rememberedProducts(known: Map<number, Tensor3D>): Products {
  return (rows) => {
    const products = known.get(rows.id) ?? keep(productsOf(rows));
    known.set(rows.id, products);
    return products;
  };
}

/** |c_j|² = Σ_ts (a_jt·a_js)(δ_jt·δ_js) and c_j·V = Σ_t (a_jt·V)·δ_jt. */
function readProducts(inputs: Tensor3D, deltas: Tensor3D, v: Tensor, products: Products): ExampleSums {
  const [count, steps, width] = inputs.shape;
  const units = deltas.shape[2];
  const moved = matMul(shaped(inputs, [count * steps, width]), shaped(v, [width, units]));
  return {
    squaredNorms: sum(mul(products(inputs), products(deltas)), [1, 2]),
    projections: sum(reshape(mul(moved, shaped(deltas, moved.shape)), [count, -1]), 1),
  };
}

/**
 * W of a layer that saw every example T times, in time steps, positions or because it is shared: c_j = Σ_t a_jt δ_jtᵀ.
 *
 * Where that is less work and no metric is asked for, all comes from the T×T products of inputs and deltas; else from the gradients themselves, some
 * examples at a time.
 * @param inputs a, [B, T, in]; @param deltas δ, [B, T, out]
 */
export function sequence(inputs: Tensor3D, deltas: Tensor3D, products: Products): ExampleGradients {
  const [, steps, width] = inputs.shape;
  const units = deltas.shape[2];
  const weights = width * units;
  return {
    read(v, metric) {
      const isShorter = metric === undefined && 2 * steps * steps < weights;
      const entries = isShorter ? 3 * steps * steps + steps * units : 2 * weights;
      return inPieces([inputs, deltas], entries, ([a, d]) => {
        // Pieces are looked at once only.
        const known = a === inputs ? products : productsOf;
        if (isShorter) return readProducts(a as Tensor3D, d as Tensor3D, v, known);
        return readRows(reshape(matMul(a as Tensor3D, d as Tensor3D, true), [-1, weights]), v, metric);
      });
    },
    total() {
      const flat = (tensor: Tensor3D): Tensor2D => shaped(tensor, [-1, tensor.shape[2]]);
      return columnProducts(flat(inputs), flat(deltas));
    },
  };
}
