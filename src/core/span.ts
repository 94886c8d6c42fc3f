import { checkCount, checkKeys } from './checks.js';
import type { RunFacts, StepObservation } from './types.js';

/** A length of a training, or a place in it, that does not depend on how long its steps are. */
export type Span = { readonly epochs: number } | { readonly examples: number };

/** What a {@link Span} is counted in. */
export type SpanUnit = 'epochs' | 'examples';

/** A {@link Span} that has been checked. */
export interface CheckedSpan {
  readonly unit: SpanUnit;
  readonly count: number;
}

function reject(name: string, more: string, value: unknown): never {
  const shown = JSON.stringify(value) ?? String(value);
  throw new RangeError(`${name} must be { epochs } or { examples }${more}; got ${shown}`);
}

const NOT_STEPS =
  ', not steps: a step is as long as its batch, so a schedule in steps would move with the sizes it sets';

/**
 * @param least of the count, a whole number
 * @param beside other keys that the object may have
 * @returns the one unit that `value` is given in, and its count
 * @throws RangeError if it is given in steps, in both units or in none, or if the count is not a whole number >= `least`
 */
export function checkSpan(name: string, value: Span, least = 1, beside: readonly string[] = []): CheckedSpan {
  if (typeof value !== 'object' || value === null) reject(name, '', value);
  if ('steps' in value) reject(name, NOT_STEPS, value);
  checkKeys(name, value, ['epochs', 'examples', ...beside]);
  const { epochs, examples } = value as { epochs?: number; examples?: number };
  if (epochs !== undefined && examples !== undefined) reject(name, ', not both', value);
  if (epochs !== undefined) return { unit: 'epochs', count: checkCount(`${name}.epochs`, epochs, least) };
  if (examples !== undefined) return { unit: 'examples', count: checkCount(`${name}.examples`, examples, least) };
  return reject(name, '', value);
}

/** The span as its option is written. */
export function spanOption({ unit, count }: CheckedSpan): Span {
  return unit === 'epochs' ? { epochs: count } : { examples: count };
}

/**
 * How much of a training is done, in `unit`. Passes over the data are whole ones; where the size of the data is known they are counted by
 * examples, so that a decision after the last step of a pass already belongs to the next; else by the loop, one step later.
 */
export function doneSoFar(
  unit: SpanUnit,
  { epoch, examplesSeen }: Pick<StepObservation, 'epoch' | 'examplesSeen'>,
  { datasetSize }: Pick<RunFacts, 'datasetSize'>,
): number {
  if (unit === 'examples') return examplesSeen;
  return datasetSize === undefined ? epoch : Math.max(epoch, Math.floor(examplesSeen / datasetSize));
}
