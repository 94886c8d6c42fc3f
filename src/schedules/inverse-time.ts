import { checkAtLeast } from '../core/checks.js';
import type { LearningRateSchedule } from '../core/types.js';
import {
  checkClock,
  checkLengthOption,
  checkScheduleKeys,
  examplesIn,
  needsOfClock,
  type ScheduleClock,
  type ScheduleLength,
} from './clock.js';

/** Options of {@link inverseTime}. */
export interface InverseTimeOptions {
  /** What the rate has lost after `over`: it is 1/(1 + decay) then; >= 0. @defaultValue 1 */
  readonly decay?: number;
  /** The length that time is counted in: an object with `epochs` or `examples`. @defaultValue {"epochs":1} */
  readonly over?: ScheduleLength;
  /** What time is told by: 'examples', or 'gainedExamples' for AdaScale's scale-invariant progress. @defaultValue examples */
  readonly clock?: ScheduleClock;
}

/**
 * A rate that falls as 1/t: 1/(1 + decay·t/over).
 *
 * Falls without end and ever more slowly: the sum of the rates is infinite and that of their squares is not, which is what convergence of SGD
 * asks for. For a decay that follows from the curvature see `bottou()`.
 * @throws RangeError if an option lies outside the range given with it; at the start of a training, if `over` is in epochs and the size of the
 * data is not known
 * @see Robbins & Monro 1951, "A Stochastic Approximation Method"
 * @example adaptiveBatch(model, { schedule: inverseTime({ decay: 1, over: { epochs: 5 } }) })
 */
export function inverseTime(options: InverseTimeOptions = {}): LearningRateSchedule {
  checkScheduleKeys('inverseTime', options, ['decay', 'over', 'clock']);
  const decay = checkAtLeast('inverseTime: decay', options.decay ?? 1, 0);
  const over = checkLengthOption('inverseTime: over', options.over ?? { epochs: 1 });
  const clock = checkClock('inverseTime', options.clock);
  return {
    name: 'inverseTime',
    options: { decay, over: { ...over }, clock },
    ...needsOfClock(clock),
    factor: (progress, facts) => 1 / (1 + (decay * progress[clock]) / examplesIn('inverseTime: over', over, facts)),
  };
}
