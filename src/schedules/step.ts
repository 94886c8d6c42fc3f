import { checkBetween } from '../core/checks.js';
import type { JsonObject, LearningRateSchedule, RunFacts } from '../core/types.js';
import {
  checkClock,
  checkLengthOption,
  checkScheduleKeys,
  examplesIn,
  needsOfClock,
  type ScheduleClock,
  type ScheduleLength,
} from './clock.js';

/** Options of {@link step}. */
export interface StepOptions {
  /** A length after which the rate drops, again and again: an object with `epochs` or `examples`. @defaultValue {"epochs":30} */
  readonly every?: ScheduleLength;
  /** In place of `every`, the milestones at which the rate drops: a list of lengths from the start, at least one. */
  readonly at?: readonly ScheduleLength[];
  /** What the rate is multiplied by at each drop; between 0.001 and 1. @defaultValue 0.1 */
  readonly factor?: number;
  /** Least factor, however many the drops; between 0.000001 and 1. @defaultValue 0.000001 */
  readonly floor?: number;
  /** What time is told by: 'examples', or 'gainedExamples' for AdaScale's scale-invariant progress. @defaultValue examples */
  readonly clock?: ScheduleClock;
}

type Drops = { readonly every: ScheduleLength } | { readonly at: readonly ScheduleLength[] };

function checkDrops({ every, at }: StepOptions): Drops {
  if (at === undefined) return { every: { ...checkLengthOption('step: every', every ?? { epochs: 30 }) } };
  if (every !== undefined) throw new RangeError('step must be given every or at, not both');
  if (!Array.isArray(at) || at.length === 0) {
    throw new RangeError(`step: at must be a list of lengths, at least one; got ${JSON.stringify(at)}`);
  }
  return { at: at.map((milestone: ScheduleLength, i) => ({ ...checkLengthOption(`step: at[${i}]`, milestone) })) };
}

/** How often the rate has dropped once `time` examples have passed. */
function dropsUntil(time: number, drops: Drops, facts: RunFacts): number {
  if ('every' in drops) return Math.floor(time / examplesIn('step: every', drops.every, facts));
  const milestones = drops.at.map((milestone, i) => examplesIn(`step: at[${i}]`, milestone, facts));
  return milestones.filter((milestone) => time >= milestone).length;
}

/** base to the power of a whole number, by squaring: products only, whose last bit is the same on all engines. */
function power(base: number, exponent: number): number {
  let [result, square] = [1, base];
  for (let left = exponent; left >= 1; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}

/**
 * Multiplies the rate by a factor after each length of training, or at milestones; between them it stays.
 *
 * A milestone holds from the first step after its last example. Where a batch may grow instead, Smith 2018 does that at the same milestones and
 * leaves the rate.
 * @throws RangeError if an option lies outside the range given with it; at the start of a training, if a length is in epochs and the size of the
 * data is not known
 * @see He et al. 2016, "Deep Residual Learning for Image Recognition", arXiv 1512.03385: a tenth every 30 epochs
 * @example adaptiveBatch(model, { schedule: step({ at: [{ epochs: 30 }, { epochs: 45 }], factor: 0.2 }) })
 */
export function step(options: StepOptions = {}): LearningRateSchedule {
  checkScheduleKeys('step', options, ['every', 'at', 'factor', 'floor', 'clock']);
  const drops = checkDrops(options);
  const factor = checkBetween('step: factor', options.factor ?? 0.1, 1e-3, 1);
  const floor = checkBetween('step: floor', options.floor ?? 1e-6, 1e-6, 1);
  const clock = checkClock('step', options.clock);
  return {
    name: 'step',
    options: { ...drops, factor, floor, clock } as unknown as JsonObject,
    ...needsOfClock(clock),
    factor: (progress, facts) => Math.max(floor, power(factor, dropsUntil(progress[clock], drops, facts))),
  };
}
