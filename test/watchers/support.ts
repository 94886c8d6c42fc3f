import {
  AdaptiveController,
  type ControllerOptions,
  type RunFacts,
  type StepObservation,
} from '../../src/core-entry.js';
import { fixed } from '../../src/policies/index.js';
import { scripted } from '../controller/support.js';

/** A clock that goes where it is sent [ms]. */
export function madeClock(at = 0): { now: () => number; pass: (ms: number) => void } {
  let time = at;
  return {
    now: () => time,
    pass: (ms) => {
      time += ms;
    },
  };
}

export const FACTS: RunFacts = { baseBatchSize: 16, baseLearningRate: 0.1, datasetSize: 1000 };

/** A step of a run; loss 1 and 10 ms where nothing else is said. */
export function stepOf(step: number, more: Partial<StepObservation> = {}): StepObservation {
  const { batchSize = 16 } = more;
  return {
    ...{ step, epoch: 0, examplesSeen: 16 * step, batchSize, microBatches: 1 },
    ...{ learningRate: 0.1, baseLearningRate: 0.1, loss: 1, stepMs: 10 },
    ...more,
  };
}

/** A controller that keeps to these sizes one after another, or to the base. */
export function controllerOf(options: ControllerOptions, sizes?: readonly number[]): AdaptiveController {
  return new AdaptiveController({ policy: sizes === undefined ? fixed() : scripted(sizes), ...options });
}
