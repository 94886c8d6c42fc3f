import { checkCount, checkGreater } from './checks.js';
import { type CheckedSpan, checkSpan, type Span, type SpanUnit } from './span.js';

/** One stage of a list: from when on, and what. What it leaves out stays as it was; at first the base batch size and the user's own rate. */
export type Stage = Span & {
  /** [examples], a whole number >= 1. */
  readonly batchSize?: number;
  /** The batch size as a multiple of the base batch size instead; > 0. */
  readonly batchFactor?: number;
  /** Factor on the user's own rate; > 0. */
  readonly learningRateScale?: number;
};

const STAGE_KEYS = ['batchSize', 'batchFactor', 'learningRateScale'];

function checkStage(name: string, stage: Stage, before: CheckedSpan | undefined): CheckedSpan {
  const from = checkSpan(name, stage, before === undefined ? 0 : before.count + 1, STAGE_KEYS);
  if (before !== undefined && from.unit !== before.unit) {
    throw new RangeError(`${name} must be in ${before.unit}, as the stage before it; got ${from.unit}`);
  }
  const { batchSize, batchFactor, learningRateScale } = stage;
  if (batchSize !== undefined) checkCount(`${name}.batchSize`, batchSize);
  if (batchFactor !== undefined) checkGreater(`${name}.batchFactor`, batchFactor, 0);
  if (learningRateScale !== undefined) checkGreater(`${name}.learningRateScale`, learningRateScale, 0);
  if (batchSize !== undefined && batchFactor !== undefined) {
    throw new RangeError(`${name} must have batchSize or batchFactor, not both; got ${JSON.stringify(stage)}`);
  }
  return from;
}

/** A stage with nothing left out. */
export interface KnownStage {
  readonly from: number;
  /** [examples], or times the base batch size. */
  readonly size: { readonly batchSize: number } | { readonly batchFactor: number };
  readonly scale: number;
}

/**
 * The stages with what each leaves out taken from the one before.
 * @throws RangeError if there is none, or if one lies outside its range
 */
export function knownStages(name: string, list: readonly Stage[]): { unit: SpanUnit; known: readonly KnownStage[] } {
  if (!Array.isArray(list)) {
    throw new RangeError(`${name} must be a list of one stage or more; got ${JSON.stringify(list)}`);
  }
  let [span, known]: [CheckedSpan | undefined, readonly KnownStage[]] = [undefined, []];
  list.forEach((stage, i) => {
    span = checkStage(`${name}[${i}]`, stage, span);
    const { batchSize, batchFactor, learningRateScale } = stage;
    const before = known.at(-1);
    const kept = before?.size ?? { batchFactor: 1 };
    const size = batchSize !== undefined ? { batchSize } : batchFactor !== undefined ? { batchFactor } : kept;
    known = [...known, { from: span.count, size, scale: learningRateScale ?? before?.scale ?? 1 }];
  });
  const first = span as CheckedSpan | undefined;
  if (first === undefined) throw new RangeError(`${name} must be a list of one stage or more; got []`);
  return { unit: first.unit, known };
}
