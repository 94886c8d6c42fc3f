import { checkGreater, checkKeys, checkOneOf } from '../core/checks.js';
import type { ProgressEstimate, RunFacts } from '../core/types.js';

/** A length of training: one of the two. */
export interface ScheduleLength {
  /** In examples; > 0. */
  readonly examples?: number;
  /** In passes over the data, whose size the run must know; > 0. */
  readonly epochs?: number;
}

/**
 * What a schedule's time is told by: the examples seen, or AdaScale's scale-invariant progress, in which a step counts for as many examples as
 * the base would have had to see.
 */
export type ScheduleClock = keyof ProgressEstimate;

const CLOCKS: readonly ScheduleClock[] = ['examples', 'gainedExamples'];

/** @returns the clock. @throws RangeError if it is none */
export function checkClock(name: string, clock: ScheduleClock = 'examples'): ScheduleClock {
  return checkOneOf(`${name}: clock`, clock, CLOCKS);
}

/** Signals without which the clock does not tell what it says. */
export function needsOfClock(clock: ScheduleClock): { readonly needs?: readonly ['gradient'] } {
  return clock === 'gainedExamples' ? { needs: ['gradient'] } : {};
}

/** @throws RangeError if `options` has a key that is not in `known`; for `steps`, with why there is no such thing */
export function checkScheduleKeys(name: string, options: object, known: readonly string[]): void {
  if ('steps' in options) {
    throw new RangeError(
      `${name} has no option 'steps': a step is longer the larger the batch. Give examples (steps times the base batch size), or epochs`,
    );
  }
  checkKeys(name, options, known);
}

/**
 * @param usual where neither is given
 * @returns the length, with nothing else
 * @throws RangeError if both are given, or one that is not > 0
 */
export function checkLength(name: string, { examples, epochs }: ScheduleLength, usual: ScheduleLength): ScheduleLength {
  if (examples !== undefined && epochs !== undefined) {
    throw new RangeError(`${name} must be given examples or epochs, not both; got ${examples} and ${epochs}`);
  }
  if (examples !== undefined) return { examples: checkGreater(`${name}: examples`, examples, 0) };
  if (epochs !== undefined) return { epochs: checkGreater(`${name}: epochs`, epochs, 0) };
  return usual;
}

/** A length that is an option itself. @throws RangeError as {@link checkLength}, and if it is no such object or empty */
export function checkLengthOption(name: string, length: ScheduleLength): ScheduleLength {
  if (typeof length !== 'object' || length === null || Array.isArray(length)) {
    throw new RangeError(`${name} must be an object with examples or epochs; got ${JSON.stringify(length)}`);
  }
  checkScheduleKeys(name, length, ['examples', 'epochs']);
  const checked = checkLength(name, length, {});
  if (Object.keys(checked).length > 0) return checked;
  throw new RangeError(`${name} must be an object with examples or epochs; got {}`);
}

/** A length in examples. @throws RangeError where it is told in epochs and the size of the data is not known */
export function examplesIn(name: string, { examples, epochs }: ScheduleLength, { datasetSize }: RunFacts): number {
  if (examples !== undefined) return examples;
  if (datasetSize === undefined) {
    throw new RangeError(
      `${name}: a length in epochs needs the size of the data, which this run does not know; give it in examples`,
    );
  }
  return (epochs as number) * datasetSize;
}
