import type { Decision, JsonObject, RunFacts, TimeEstimate } from '../core/types.js';
import { thinned } from './thinned.js';

/** A change of the batch size. */
export interface SizeChange {
  /** The step after which it was decided. */
  readonly step: number;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

/** Least, greatest, mean over the steps and last value of a quantity. */
export interface Range {
  readonly least: number;
  readonly greatest: number;
  readonly mean: number;
  readonly last: number;
}

/** What a policy decided over a run, in short. */
export interface Outcome {
  /** As it was given to the comparison; 'logged' for what the run itself did. */
  readonly name: string;
  /** The options that decided, as JSON; of the log's own run those of its header. */
  readonly options: JsonObject;
  /** In force during the steps [examples]. */
  readonly batchSize: Range;
  readonly learningRate: Range;
  /** Examples that so many steps would have taken. */
  readonly examples: number;
  /** Time of the steps by the time model fitted to the record [ms]; absent where the record does not show one. */
  readonly estimatedMs?: number;
  readonly estimatedMsPerExample?: number;
  /** How often the batch size changed, and the first thousand changes. */
  readonly changeCount: number;
  readonly changes: readonly SizeChange[];
  /** Steps on which something could not be used or was thrown, so that the decision before stood. */
  readonly heldCount: number;
  /** As many as were asked for, evenly spread. */
  readonly decisions: readonly Decision[];
}

const MOST_CHANGES = 1000;

function rangeOf() {
  let [least, greatest, sum, last, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, Number.NaN, 0];
  return {
    add(value: number): void {
      if (value < least) least = value;
      if (value > greatest) greatest = value;
      sum += value;
      last = value;
      count += 1;
    },
    range: (): Range => ({ least, greatest, mean: sum / count, last }),
    sum: (): number => sum,
    count: (): number => count,
  };
}

/** Gathers an {@link Outcome} step by step, in constant memory. */
export interface OutcomeBuilder {
  /** A step as it was taken. */
  addStep(batchSize: number, learningRate: number, isMeasured: boolean): void;
  /** What was decided after it. */
  addDecision(decision: Decision, isHeld: boolean): void;
  outcome(time: TimeEstimate | undefined): Outcome;
}

/**
 * @param facts of the run, for the number of micro-batches
 * @param mostDecisions that are kept
 */
export function outcomeBuilder(
  name: string,
  options: JsonObject,
  { maxMicroBatchSize }: RunFacts,
  mostDecisions: number,
): OutcomeBuilder {
  const sizes = rangeOf();
  const rates = rangeOf();
  const changes: SizeChange[] = [];
  const decisions = thinned<Decision>(mostDecisions);
  let [changeCount, heldCount, furtherPasses] = [0, 0, 0];
  let asked: number | undefined;

  function estimated(time: TimeEstimate): Pick<Outcome, 'estimatedMs' | 'estimatedMsPerExample'> {
    const { fixedMs, perExampleMs, perMicroBatchMs } = time;
    const estimatedMs = fixedMs * sizes.count() + perExampleMs * sizes.sum() + perMicroBatchMs * furtherPasses;
    return { estimatedMs, estimatedMsPerExample: estimatedMs / sizes.sum() };
  }

  return {
    addStep(batchSize, learningRate, isMeasured) {
      asked ??= batchSize;
      sizes.add(batchSize);
      rates.add(learningRate);
      const passes = Math.ceil(batchSize / (maxMicroBatchSize ?? batchSize));
      furtherPasses += (isMeasured && batchSize > 1 ? Math.max(passes, 2) : passes) - 1;
    },
    addDecision(decision, isHeld) {
      const { step, batchSize: to, reason } = decision;
      if (isHeld) heldCount += 1;
      decisions.add(decision);
      const from = asked ?? to;
      asked = to;
      if (from === to) return;
      changeCount += 1;
      if (changes.length < MOST_CHANGES) changes.push({ step, from, to, reason });
    },
    outcome: (time) => ({
      name,
      options,
      batchSize: sizes.range(),
      learningRate: rates.range(),
      examples: sizes.sum(),
      ...(time !== undefined && sizes.count() > 0 && estimated(time)),
      changeCount,
      changes,
      heldCount,
      decisions: decisions.items(),
    }),
  };
}
