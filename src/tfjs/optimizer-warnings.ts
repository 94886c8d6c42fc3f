import type { Optimizer } from '@tensorflow/tfjs-core';
import type { AdaptiveController } from '../controller/controller.js';
import { isLinear } from './noise/step-direction.js';
import { optimizerKind, optimizerName } from './optimizer-access.js';

/** Tells of what an optimizer keeps from being measured or set. */
export function warnOfOptimizer(controller: AdaptiveController, optimizer: Optimizer, isRateKnown: boolean): void {
  if (optimizerKind(optimizer) === undefined) {
    controller.warn(
      `optimizer '${optimizerName(optimizer)}' is not one of TensorFlow.js's own: its noise is measured as for SGD`,
    );
  }
  if (!isRateKnown) controller.warn('the optimizer shows no learning rate: only the batch size adapts');
}

/** Tells of a policy that draws, beside an optimizer that its rule is not for; the controller has started. */
export function warnOfDraws(controller: AdaptiveController, optimizer: Optimizer): void {
  if (controller.drawSize === undefined || isLinear(optimizer)) return;
  controller.warn(
    `the policy draws by a rule for SGD and momentum: with '${optimizerName(optimizer)}' it stops at its first draw`,
  );
}
