import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';

/** What is read of the gradient of each example, [B] each. */
export interface ExampleSums {
  /** |c_j|². */
  readonly squaredNorms: Tensor1D;
  /** Σ D·c_j²; present where a metric was given. */
  readonly weightedNorms?: Tensor1D;
  /** c_j·v. */
  readonly projections: Tensor1D;
}

/**
 * The gradients c_j that the B examples of a batch contribute to what is trained of one variable, without a copy of the weights for each.
 *
 * They add up to the gradient of the batch's loss: with a mean loss, B·c_j is the gradient of example j. Call within a tidy.
 */
export interface ExampleGradients {
  /**
   * @param v a vector with one entry a weight, in any shape
   * @param metric D, likewise; absent: 1
   */
  read(v: Tensor, metric?: Tensor): ExampleSums;
  /** Σ c_j, in any shape. */
  total(): Tensor;
}

/** Most entries that a step of the computation may hold beside what it is given, in all its examples at once. */
export const MOST_ENTRIES = 2 ** 18;
