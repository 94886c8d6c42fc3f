import { type MeasureOptions, type MeasuringState, measuringSchedule } from '../../src/core/measuring.js';
import type { GradientRoute, NoiseEstimate, StepObservation, TimeEstimate } from '../../src/core/types.js';
import { gradientStatistics, plainObservation } from './observations.js';

/** T(16) = 5.6. */
export const TIME: TimeEstimate = { fixedMs: 4, perExampleMs: 0.1, perMicroBatchMs: 3 };

/** A loop that obeys the schedule; steps count from 1. */
export interface Loop extends Omit<MeasureOptions, 'route'> {
  readonly steps: number;
  readonly settleSteps?: number;
  /** What the statistics of a step cost [ms]. @defaultValue 1 */
  readonly measureMs?: (step: number) => number | undefined;
  /** How much longer a pass takes that is measured on its way [ms]. @defaultValue 0 */
  readonly watchedMs?: number;
  /** How each measured step is measured. @defaultValue microBatches: a pass more */
  readonly route?: GradientRoute;
  readonly time?: TimeEstimate;
  /** Whether the schedule is told {@link time}. @defaultValue true */
  readonly isTimeKnown?: boolean;
  readonly noise?: (step: number) => NoiseEstimate | undefined;
  readonly facts?: (step: number) => Partial<StepObservation>;
}

/** What a step of the loop took. */
export interface LoopStep {
  readonly step: number;
  readonly isMeasured: boolean;
  /** What measuring cost: the statistics, and the pass more where there was one, or what the one pass took longer [ms]. */
  readonly costMs: number;
  /** What the training itself took: T(B), and what its micro-batches add [ms]. */
  readonly trainMs: number;
  readonly batchSize: number;
  /** What the schedule remembers after it. */
  readonly state: MeasuringState;
}

export function runLoop({
  steps,
  settleSteps,
  measureMs = () => 1,
  watchedMs = 0,
  route = 'microBatches',
  facts = () => ({}),
  noise = () => undefined,
  time = TIME,
  isTimeKnown = true,
  ...options
}: Loop): LoopStep[] {
  const schedule = measuringSchedule(options, settleSteps);
  let state = schedule.init();
  let measure = schedule.atStart;
  return Array.from({ length: steps }, (_, i) => {
    const step = i + 1;
    const isMeasured = measure;
    const plain = plainObservation({ step, ...facts(step) });
    const { batchSize, microBatches } = plain;
    const trainMs = time.fixedMs + time.perExampleMs * batchSize + time.perMicroBatchMs * (microBatches - 1);
    const moreMs = route === 'microBatches' ? time.perMicroBatchMs : watchedMs;
    const passMs = isMeasured ? moreMs : 0;
    const ms = measureMs(step);
    const statistics = { gradient: gradientStatistics({ route }), ...(ms !== undefined && { measureMs: ms }) };
    const seen = { ...plain, stepMs: trainMs + passMs, ...(isMeasured && statistics) };
    const known = noise(step);
    ({ state, measure } = schedule.update(state, seen, {
      ...(isTimeKnown && { time }),
      ...(known && { noise: known }),
    }));
    const costMs = isMeasured ? passMs + (ms ?? 0) : 0;
    return { step, isMeasured, costMs, trainMs, batchSize, state };
  });
}
