import type { LearningRateRule } from '../core/types.js';

/** The mean that Adam keeps forgets k times as much a step, for a step of k times the examples. */
function scaledBeta(beta: number, k: number): number {
  return Math.max(0, 1 - k * (1 - beta));
}

/**
 * The square-root rule of Adam with all that belongs to it, k = B/B0: η0·√k, 1 − β₁ → k(1 − β₁), 1 − β₂ → k(1 − β₂), ε → ε/√k.
 *
 * The running means then remember as many examples at every batch size, and the training follows the same stochastic differential equation.
 * Limits: for TensorFlow.js's Adam alone, a run with another optimizer is refused at its start: there `squareRoot()` sets the rate. From
 * k(1 − β) = 1 on β stays at 0: with β₁ = 0.9 a batch of ten times the base is without momentum, and the rule holds no longer. A value of β₁,
 * β₂ or ε that the user sets in the middle of a training is the one that is scaled from there on.
 * @see Malladi et al. 2022, "On the SDEs and Scaling Rules for Adaptive Gradient Algorithms", arXiv 2205.10287
 * @example adaptiveBatch(model, { learningRate: adamSquareRoot(), maxBatchSize: 128 })
 */
export function adamSquareRoot(): LearningRateRule {
  return {
    name: 'adamSquareRoot',
    factor: (batchSize, baseBatchSize) => Math.sqrt(batchSize / baseBatchSize),
    adamParameters(batchSize, baseBatchSize, adam) {
      const k = batchSize / baseBatchSize;
      // Not by the formula, which is off by the last bit.
      if (k === 1) return adam;
      const { beta1, beta2, epsilon } = adam;
      return { beta1: scaledBeta(beta1, k), beta2: scaledBeta(beta2, k), epsilon: epsilon / Math.sqrt(k) };
    },
  };
}
