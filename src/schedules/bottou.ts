import { checkAtLeast } from '../core/checks.js';
import type { LearningRateSchedule } from '../core/types.js';
import { checkClock, checkScheduleKeys, needsOfClock, type ScheduleClock } from './clock.js';

/** Options of {@link bottou}. */
export interface BottouOptions {
  /** λ: the weight decay (L2) of the loss, or its least curvature; >= 0. @defaultValue 0.0001 */
  readonly lambda?: number;
  /** What time is told by: 'examples', or 'gainedExamples' for AdaScale's scale-invariant progress. @defaultValue examples */
  readonly clock?: ScheduleClock;
}

/**
 * Bottou's decay for SGD: η0/(1 + η0·λ·t), t in updates of the base size, η0 the user's rate at the start.
 *
 * Starts at a rate found by trial and ends at 1/(λt), the fastest that a loss with curvature λ bears. A larger batch counts as that many updates
 * of the base: t is examples/B0.
 * Limits: for plain SGD on a loss that is at least as curved as λ everywhere, such as a linear model with weight decay λ; with a λ that is too
 * large the training starves.
 * @throws RangeError if an option lies outside the range given with it
 * @see Bottou 2010, "Large-Scale Machine Learning with Stochastic Gradient Descent", section 5
 * @example adaptiveBatch(model, { schedule: bottou({ lambda: 1e-3 }) })
 */
export function bottou(options: BottouOptions = {}): LearningRateSchedule {
  checkScheduleKeys('bottou', options, ['lambda', 'clock']);
  const lambda = checkAtLeast('bottou: lambda', options.lambda ?? 1e-4, 0);
  const clock = checkClock('bottou', options.clock);
  return {
    name: 'bottou',
    options: { lambda, clock },
    ...needsOfClock(clock),
    factor: (progress, { baseBatchSize, baseLearningRate }) =>
      1 / (1 + (baseLearningRate * lambda * progress[clock]) / baseBatchSize),
  };
}
