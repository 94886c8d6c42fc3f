import { reshape, type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import type { ExampleGradients } from './example-gradients.js';
import { joined, readRows } from './rows.js';

/**
 * Weights whose gradient has no closed form that is worth it, convolutions: the layer's own backward pass for one example after the other, with one
 * copy of its gradient at a time. The rest of the network is not run again.
 * @param contribution c_j, in any shape
 * @param total Σ c_j, in any shape
 */
export function oneByOne(
  batchSize: number,
  contribution: (example: number) => Tensor,
  total: () => Tensor,
): ExampleGradients {
  return {
    read(v, metric) {
      const sums = Array.from({ length: batchSize }, (_, j) =>
        tidy(() => ({ ...readRows(reshape(contribution(j), [1, -1]) as Tensor2D, v, metric) })),
      );
      return joined(sums);
    },
    total,
  };
}
