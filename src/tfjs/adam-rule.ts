import type { Optimizer } from '@tensorflow/tfjs-core';
import type { AdaptiveController } from '../controller/controller.js';
import { AdamControl } from './adam-control.js';
import { adamParameters, optimizerName } from './optimizer-access.js';

/** Makes Adam what the controller's learning-rate rule wants. */
export interface AdamRule {
  /** For a batch of so many examples. */
  apply(batchSize: number): void;
  /** Gives the user's own back. */
  restore(): void;
}

/**
 * For a learning-rate rule that sets more of Adam than its rate; undefined for any other.
 * @throws RangeError if it is such a rule and the optimizer is not TensorFlow.js's Adam
 */
export function adamRule(controller: AdaptiveController, optimizer: Optimizer): AdamRule | undefined {
  const { ruleForAdam } = controller;
  if (ruleForAdam === undefined) return undefined;
  if (adamParameters(optimizer) === undefined) {
    throw new RangeError(
      `learning-rate rule '${ruleForAdam}' sets Adam's betas and epsilon, and the optimizer is '${optimizerName(optimizer)}'; use squareRoot() instead`,
    );
  }
  const control = new AdamControl(optimizer);
  return {
    apply(batchSize) {
      control.apply((base) => controller.adamAt(batchSize, base));
      if (!control.isWithoutMomentum) return;
      controller.warn(
        'batches are so large that the learning-rate rule leaves Adam no momentum (beta1 is 0): set maxBatchSize',
      );
    },
    restore: () => control.restore(),
  };
}
