import { checkBetween } from '../core/checks.js';
import type { LearningRateSchedule } from '../core/types.js';
import { checkClock, checkLength, checkScheduleKeys, examplesIn, needsOfClock, type ScheduleClock } from './clock.js';

/** Options of {@link cosine}. */
export interface CosineOptions {
  /** Passes over the data until the floor is reached, or `examples`; > 0. @defaultValue 20 */
  readonly epochs?: number;
  /** Examples until the floor is reached, in place of `epochs`; > 0. */
  readonly examples?: number;
  /** Factor at the end and after it; between 0.000001 and 1. @defaultValue 0.01 */
  readonly floor?: number;
  /** What time is told by: 'examples', or 'gainedExamples' for AdaScale's scale-invariant progress. @defaultValue examples */
  readonly clock?: ScheduleClock;
}

/** Terms of the series below: the first one left out is under 1e-17. */
const TERMS = 9;

/** 1 − x²/(n(n + 1))·(1 − x²/((n + 2)(n + 3))·(…)), by which sin x = x·series(x, 2) and cos x = series(x, 1), |x| <= π/4. */
function series(x: number, first: number): number {
  let sum = 1;
  for (let n = first + 2 * (TERMS - 1); n >= first; n -= 2) sum = 1 - ((x * x) / (n * (n + 1))) * sum;
  return sum;
}

/**
 * (1 + cos πx)/2 = cos²(πx/2) for x in [0, 1].
 *
 * Not by Math.cos, which the standard leaves to the engine: a log must replay the same, bit for bit, on all versions of V8.
 */
function halfCosine(x: number): number {
  const quarter = (Math.PI * (x <= 0.5 ? x : 1 - x)) / 2;
  const side = x <= 0.5 ? series(quarter, 1) : quarter * series(quarter, 2);
  return side * side;
}

/**
 * Half a cosine from 1 to the floor: floor + (1 − floor)·(1 + cos(π·t/T))/2 over a length T, then the floor.
 *
 * Limits: T is the length of the training, to be known beforehand. A T in epochs is N times as many examples.
 * @throws RangeError if an option lies outside the range given with it; at the start of a training, if `epochs` is given and N is not known
 * @see Loshchilov & Hutter 2017, "SGDR", arXiv 1608.03983, equation 5 without restarts
 * @example adaptiveBatch(model, { schedule: cosine({ epochs: 30 }) })
 */
export function cosine(options: CosineOptions = {}): LearningRateSchedule {
  checkScheduleKeys('cosine', options, ['epochs', 'examples', 'floor', 'clock']);
  const length = checkLength('cosine', options, { epochs: 20 });
  const floor = checkBetween('cosine: floor', options.floor ?? 0.01, 1e-6, 1);
  const clock = checkClock('cosine', options.clock);
  return {
    name: 'cosine',
    options: { ...length, floor, clock },
    ...needsOfClock(clock),
    factor(progress, facts) {
      const share = progress[clock] / examplesIn('cosine', length, facts);
      return share >= 1 ? floor : floor + (1 - floor) * halfCosine(share);
    },
  };
}
