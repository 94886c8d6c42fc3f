import { concat, matMul, mul, reshape, stack, sub, type Tensor1D } from '@tensorflow/tfjs-core';
import type { GradientStatistics } from '../core/types.js';

/** A micro-batch: its size [examples] and its mean gradient as one vector of P entries. */
export interface MicroBatchGradient {
  readonly size: number;
  readonly gradient: Tensor1D;
}

/** The vectors of one update, P entries each. */
export interface UpdateVectors {
  /** g, the batch's mean gradient. */
  readonly mean: Tensor1D;
  /** p, the optimizer's step over its learning rate. */
  readonly direction: Tensor1D;
  /** c·D as a vector, or c alone where D is 1. */
  readonly preconditioner: Tensor1D | number;
}

/**
 * All inner products that the statistics need, in one vector to be read back at once.
 *
 * The rows are g, p and the deviations δ_i = g_i − g, taken before any squaring so that nothing cancels; with a
 * preconditioner the columns go on with cDg and cDδ_i.
 * Shape: (n + 2)·(n + 2) entries, or (n + 2)·(2n + 3). Call within a tidy.
 */
export function innerProducts(
  parts: readonly MicroBatchGradient[],
  { mean, direction, preconditioner }: UpdateVectors,
): Tensor1D {
  const deviations = parts.map(({ gradient }) => sub(gradient, mean) as Tensor1D);
  const rows = stack([mean, direction, ...deviations]);
  if (typeof preconditioner === 'number') return reshape(matMul(rows, rows, false, true), [-1]);
  const scaled = [mean, ...deviations].map((row) => mul(row, preconditioner));
  return reshape(matMul(rows, concat([rows, stack(scaled)]), false, true), [-1]);
}

/** Makes the statistics of what {@link innerProducts} computed; sums are in doubles. */
export function readStatistics(
  products: ArrayLike<number>,
  microBatchSizes: readonly number[],
  preconditioner: 'diagonal' | number,
): GradientStatistics {
  const n = microBatchSizes.length;
  const width = preconditioner === 'diagonal' ? 2 * n + 3 : n + 2;
  const at = (row: number, column: number): number => products[row * width + column] as number;
  const weighted = (term: (deviation: number) => number): number =>
    microBatchSizes.reduce((sum, size, i) => sum + size * term(i), 0);
  const share = typeof preconditioner === 'number' ? preconditioner : 1;
  // Columns of cDg and cDδ_i; without a preconditioner those of g and δ_i, scaled by c below.
  const freshMean = preconditioner === 'diagonal' ? n + 2 : 0;
  const freshDeviation = (i: number): number => (preconditioner === 'diagonal' ? n + 3 + i : 2 + i);
  return {
    microBatchSizes,
    squaredNormOfMean: at(0, 0),
    squaredDeviations: weighted((i) => at(2 + i, 2 + i)),
    meanProjection: at(0, 1),
    freshProjection: share * at(0, freshMean),
    freshDeviations: share * weighted((i) => at(2 + i, freshDeviation(i))),
    projectionDeviations: weighted((i) => (share * at(2 + i, freshMean)) ** 2),
  };
}
