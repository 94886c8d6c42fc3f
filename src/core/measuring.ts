import { checkBetween, checkCount, checkKeys, checkOneOf } from './checks.js';
import type { GradientRoute, StepObservation, TimeEstimate } from './types.js';

/** When and how to measure the gradient statistics. */
export interface MeasureOptions {
  /** Measure every so many steps, whatever it costs; >= 1. @defaultValue as {@link budget} says */
  readonly every?: number;
  /** Share of the training time that measuring may take; in (0, 1]. @defaultValue 0.02 */
  readonly budget?: number;
  /** How the statistics are got. @defaultValue 'auto': the closed form for small batches where it covers the model, else micro-batches */
  readonly route?: GradientRoute | 'auto';
  /** Whether each layer's share is measured too. @defaultValue false */
  readonly layers?: boolean;
}

const ROUTES = ['auto', 'microBatches', 'closedForm', 'randomSigns', 'perExample', 'temporal'];

/** What the schedule remembers. JSON. */
export type MeasuringState = {
  readonly measurements: number;
  readonly stepsSince: number;
  /** Batch size in force, an epoch's short last batch aside [examples], and the steps at it. */
  readonly batchSize: number;
  readonly stepsAtSize: number;
  /** Smoothed cost of computing the statistics [ms]. */
  readonly statisticsMs: number;
};

/** When to measure: pure. */
export interface MeasuringSchedule {
  /** Whether the very first step is measured. */
  readonly atStart: boolean;
  init(): MeasuringState;
  update(
    state: MeasuringState,
    observation: StepObservation,
    time: TimeEstimate | undefined,
  ): { state: MeasuringState; measure: boolean };
}

/** Measured steps at the start, every second step, whatever they cost: enough for a first estimate. */
const WARM_UP = 8;
/** Steps between measurements while the cost is not known. */
const BLIND = 10;
const RAREST = 100;
/** A new batch size is measured after this many steps, for the next decision to stand on. */
const AFTER_CHANGE = 10;
const SMOOTHING = 0.25;
export const DEFAULT_BUDGET = 0.02;
/** What a coarse clock rounds to 0 [ms]. */
const CLOCK_MS = 1;

/** Steps between measurements that keep their cost, one more pass and the statistics, within the budget. */
function affordable(budget: number, { statisticsMs }: MeasuringState, batchSize: number, time: TimeEstimate): number {
  const cost = time.perMicroBatchMs + statisticsMs;
  const plain = time.fixedMs + time.perExampleMs * batchSize;
  return Math.min(RAREST, Math.max(1, Math.ceil(cost / (budget * plain))));
}

/**
 * After a warm-up, as often as the budget allows: every ⌈cost / (budget · T(B))⌉ steps, at least each hundredth;
 * and once when a new batch size has settled.
 * @param settleSteps steps at the start without a measurement, unless `every` asks for it: an optimizer that divides by a running size
 *   of the gradient at first divides by little but the gradient being measured
 * @throws RangeError if an option lies outside the range given with it
 */
export function measuringSchedule(options: MeasureOptions = {}, settleSteps = 0): MeasuringSchedule {
  checkKeys('measure', options, ['every', 'budget', 'route', 'layers']);
  checkOneOf('measure.route', options.route ?? 'auto', ROUTES);
  checkOneOf('measure.layers', options.layers ?? false, [true, false]);
  const every = options.every === undefined ? undefined : checkCount('measure.every', options.every);
  const budget = checkBetween('measure.budget', options.budget ?? DEFAULT_BUDGET, 1e-6, 1);
  return {
    atStart: every !== undefined || settleSteps === 0,
    init: () => ({ measurements: 0, stepsSince: 0, batchSize: 0, stepsAtSize: AFTER_CHANGE, statisticsMs: 0 }),
    update(before, { step, gradient, measureMs, batchSize, short }, time) {
      const measured = gradient !== undefined || measureMs !== undefined;
      const isKnown = measureMs !== undefined && measureMs >= 0 && measureMs < Number.POSITIVE_INFINITY;
      const cost = isKnown ? measureMs : before.statisticsMs;
      // A first reading holds compilation, a late one may hold a pause: neither may silence the schedule for long.
      const share = before.measurements < 2 ? 1 : SMOOTHING;
      const bounded = before.measurements < 2 ? cost : Math.min(cost, 2 * Math.max(before.statisticsMs, CLOCK_MS));
      const isSame = short === true || batchSize === before.batchSize || before.batchSize === 0;
      const state: MeasuringState = {
        measurements: before.measurements + (measured ? 1 : 0),
        stepsSince: measured ? 0 : before.stepsSince + 1,
        batchSize: short === true ? before.batchSize : batchSize,
        stepsAtSize: isSame ? before.stepsAtSize + 1 : 1,
        statisticsMs: measured ? before.statisticsMs + share * (bounded - before.statisticsMs) : before.statisticsMs,
      };
      let wait = BLIND;
      if (every !== undefined) wait = every;
      else if (state.measurements < WARM_UP) wait = 2;
      else if (time !== undefined) wait = affordable(budget, state, batchSize, time);
      const isSettled = every !== undefined || step >= settleSteps;
      const isNew = every === undefined && state.stepsAtSize + 1 === AFTER_CHANGE;
      return { state, measure: isSettled && (isNew || state.stepsSince + 1 >= wait) };
    },
  };
}
