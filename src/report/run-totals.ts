import type { StepObservation } from '../core/types.js';
import type { ReportSummary, Setting } from './types.js';

/** What was learned of one step. */
interface StepFacts {
  readonly observation: StepObservation;
  readonly setting: Setting;
  readonly smoothedLoss: number;
  readonly noiseScale: number;
  /** Training time of the step [s]; NaN where it is not known. */
  readonly seconds: number;
}

/** Counts over a whole run, a few numbers whatever its length. */
export interface RunTotals {
  add(facts: StepFacts): void;
  summary(changes: number): ReportSummary;
}

/** The fields whose number is finite. */
function finite<Name extends string>(fields: Record<Name, number>): { [name in Name]?: number } {
  const known = Object.entries<number>(fields).filter(([, value]) => Number.isFinite(value));
  return Object.fromEntries(known) as { [name in Name]?: number };
}

/** The smaller of two numbers of which one may be NaN. */
const less = (a: number, b: number): number => (b < a || Number.isNaN(a) ? b : a);

/** @see RunTotals */
export function runTotals(): RunTotals {
  let [steps, measuredSteps, brokenSteps, examples, timedExamples, seconds] = [0, 0, 0, 0, 0, 0];
  let [finalLoss, leastLoss, leastValidationLoss, noiseScale] = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
  let first: Setting | undefined;
  let last: Setting = { batchSize: Number.NaN, learningRate: Number.NaN };
  let [leastBatchSize, mostBatchSize] = [Number.NaN, Number.NaN];

  return {
    add(facts) {
      const { observation, setting } = facts;
      steps++;
      if (observation.gradient !== undefined) measuredSteps++;
      if (!Number.isFinite(observation.loss)) brokenSteps++;
      examples = observation.examplesSeen;
      if (facts.seconds > 0) {
        seconds += facts.seconds;
        timedExamples += observation.batchSize;
      }
      first ??= setting;
      last = setting;
      finalLoss = facts.smoothedLoss;
      leastLoss = less(leastLoss, facts.smoothedLoss);
      leastValidationLoss = less(leastValidationLoss, observation.validationLoss ?? Number.NaN);
      leastBatchSize = less(leastBatchSize, setting.batchSize);
      mostBatchSize = -less(-mostBatchSize, -setting.batchSize);
      if (!Number.isNaN(facts.noiseScale)) noiseScale = facts.noiseScale;
    },
    summary: (changes) => ({
      ...{ steps, measuredSteps, brokenSteps, examples, changes },
      firstBatchSize: (first ?? last).batchSize,
      ...{ leastBatchSize, mostBatchSize, finalBatchSize: last.batchSize },
      firstLearningRate: (first ?? last).learningRate,
      finalLearningRate: last.learningRate,
      ...finite({ finalLoss, leastLoss, leastValidationLoss, noiseScale }),
      ...(seconds > 0 && { seconds, examplesPerSecond: timedExamples / seconds }),
    }),
  };
}
