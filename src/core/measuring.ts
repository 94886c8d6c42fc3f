import { checkBetween, checkCount, checkKeys, checkOneOf } from './checks.js';
import { timeOf } from './time-of.js';
import type { Estimates, GradientRoute, NoiseEstimate, StepObservation, TimeEstimate } from './types.js';

/** When and how to measure the gradient statistics. */
export interface MeasureOptions {
  /** Measure every so many steps, whatever it costs; >= 1. @defaultValue as {@link budget} says */
  readonly every?: number;
  /** Share of the training time that measuring may take, in (0, 1]; eight measurements to warm up are free, and new batch sizes have credit for as many. @defaultValue 0.01 */
  readonly budget?: number;
  /** How the statistics are got. @defaultValue 'auto': the closed form for batches up to 256 where it covers the model, else micro-batches */
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
  /** Smoothed cost of computing the statistics, with what the pass took longer for it, and the cost last read, however long [ms]. */
  readonly statisticsMs: number;
  readonly lastMs: number;
  /** Whether the batch was cut for the measurement before, so that a pass more was paid. */
  readonly isCut: boolean;
  /** What measuring has cost since the warm-up, and what the training took beside it; old steps fade [ms]. */
  readonly spentMs: number;
  readonly trainedMs: number;
  /** The noise scale when it last moved by more than its standard error; 0: none yet. */
  readonly noiseScale: number;
  /** Whether more measurements would tell little new: then it is measured less often than the budget allows. */
  readonly isSure: boolean;
};

/** When to measure: pure. */
export interface MeasuringSchedule {
  /** Whether the very first step is measured. */
  readonly atStart: boolean;
  init(): MeasuringState;
  update(
    state: MeasuringState,
    observation: StepObservation,
    estimates: Pick<Estimates, 'time' | 'noise'>,
  ): { state: MeasuringState; measure: boolean };
}

/** Measured steps at the start, every second step, whatever they cost: enough for a first estimate. */
const WARM_UP = 8;
/** Steps between measurements while the cost is not known. */
const BLIND = 10;
/** The steps at a new batch size that are measured, for the next decisions to stand on. */
const LOOKS = [10, 20];
/**
 * How far they may overdraw the account [measurements]: a batch that grows sixfold would else wait at each size for hundreds of steps. They are
 * paid back before the next measurement of a batch that stays.
 */
const CREDIT = 8;
/** Smoothing of the cost of the statistics. */
const SMOOTHING = 0.25;
export const DEFAULT_BUDGET = 0.01;
/** What a coarse clock rounds to 0 [ms]. */
const CLOCK_MS = 1;
/** The share that is kept of the account at each step: what was spent ten thousand steps ago hardly counts. */
const KEEP = 1 - 1e-4;
/** A relative standard error of the noise scale that is good enough to measure less often, this many times. */
const SURE = 0.1;
const EASE = 4;
/** Steps at one batch size after which a noise scale that is a lower bound only, and rests, is good enough too: |G|² stays lost in the noise. */
const STOOD = 200;
/** Steps without a measurement that being sure does not go beyond. */
const RAREST = 100;

const NEW: MeasuringState = {
  measurements: 0,
  stepsSince: 0,
  batchSize: 0,
  // The first batch size is no new one: the warm-up looks at it.
  stepsAtSize: Math.max(...LOOKS),
  statisticsMs: 0,
  lastMs: 0,
  isCut: false,
  spentMs: 0,
  trainedMs: 0,
  noiseScale: 0,
  isSure: false,
};

/** The share of the training time that measuring took, in [0, 1]. */
export function measuringShare({ spentMs, trainedMs }: MeasuringState): number {
  return spentMs > 0 ? spentMs / (spentMs + trainedMs) : 0;
}

/**
 * What the statistics cost this time [ms]. A reading over twice the usual may hold a pause, which must not silence the schedule for long: it counts
 * in full only if the one before was as long.
 */
function costOf({ measurements, statisticsMs, lastMs }: MeasuringState, readMs: number): number {
  // The first readings hold compilation.
  return measurements < 2 ? readMs : Math.min(readMs, 2 * Math.max(statisticsMs, lastMs, CLOCK_MS));
}

/** Whether the noise scale is still within its standard error of what it was when it last moved. */
function isAtRest({ noiseScale }: MeasuringState, noise: NoiseEstimate): boolean {
  return Math.abs(noise.noiseScale - noiseScale) <= noise.standardError;
}

/** Whether the noise scale rests, and is known well or has long been a lower bound only. */
function isSure(before: MeasuringState, noise: NoiseEstimate | undefined, stepsAtSize: number): boolean {
  if (noise === undefined || !isAtRest(before, noise)) return false;
  return noise.isLowerBound === true ? stepsAtSize > STOOD : noise.standardError <= SURE * noise.noiseScale;
}

/** Whether the budget has room for a measurement of this cost [ms]. */
function affords(budget: number, { spentMs, trainedMs }: MeasuringState, costMs: number): boolean {
  return (spentMs + costMs) * (1 - budget) <= budget * trainedMs;
}

/** What a measurement costs besides its statistics: one more pass, where the batch is cut [ms]. */
function passMs(isCut: boolean, time: TimeEstimate | undefined): number {
  return isCut ? (time?.perMicroBatchMs ?? 0) : 0;
}

/** What the next measurement is expected to cost [ms]. */
function nextMs({ statisticsMs, isCut }: MeasuringState, time: TimeEstimate | undefined): number {
  return statisticsMs + passMs(isCut, time);
}

/** How much longer than a plain one the pass took that was measured on its way [ms]. */
function watchedMs(observation: StepObservation, time: TimeEstimate | undefined): number {
  const { batchSize, microBatches, stepMs, gradient } = observation;
  if (gradient === undefined || gradient.route === 'microBatches' || time === undefined) return 0;
  return Math.max(stepMs - timeOf(time, batchSize, {}) - time.perMicroBatchMs * (microBatches - 1), 0);
}

function checkedOptions(options: MeasureOptions) {
  checkKeys('measure', options, ['every', 'budget', 'route', 'layers']);
  checkOneOf('measure.route', options.route ?? 'auto', ROUTES);
  checkOneOf('measure.layers', options.layers ?? false, [true, false]);
  const every = options.every === undefined ? undefined : checkCount('measure.every', options.every);
  return { every, budget: checkBetween('measure.budget', options.budget ?? DEFAULT_BUDGET, 1e-6, 1) };
}

/**
 * After a warm-up, as often as the budget allows, which is an account: what measuring has cost, against the time that the training took. Where the
 * noise scale rests and is known to a tenth, or is a lower bound still after 200 steps at one batch size, four times less often, but each
 * hundredth step if the budget allows it. And twice when a new batch size has settled, on account, which may be overdrawn by eight measurements.
 * @param settleSteps steps at the start without a measurement, unless `every` asks for it: an optimizer that divides by a running size
 *   of the gradient at first divides by little but the gradient being measured
 * @throws RangeError if an option lies outside the range given with it
 */
export function measuringSchedule(options: MeasureOptions = {}, settleSteps = 0): MeasuringSchedule {
  const { every, budget } = checkedOptions(options);

  /** Whether it is time again. */
  function isDue(state: MeasuringState, observation: StepObservation, time: TimeEstimate | undefined): boolean {
    const steps = state.stepsSince + 1;
    if (every !== undefined) return steps >= every;
    if (state.measurements < WARM_UP) return steps >= 2;
    if (time === undefined) return steps >= BLIND;
    const cost = nextMs(state, time);
    if (!affords(budget, state, cost)) return false;
    const affordable = Math.ceil(cost / (budget * timeOf(time, observation.batchSize, {})));
    return !state.isSure || steps >= Math.max(Math.min(EASE * affordable, RAREST), affordable);
  }

  return {
    atStart: every !== undefined || settleSteps === 0,
    init: () => NEW,
    update(before, observation, { time, noise }) {
      const { step, gradient, measureMs, batchSize, short, stepMs } = observation;
      const measured = gradient !== undefined || measureMs !== undefined;
      const isKnown = measureMs !== undefined && measureMs >= 0 && measureMs < Number.POSITIVE_INFINITY;
      const isSame = short === true || batchSize === before.batchSize || before.batchSize === 0;
      const isTimed = stepMs > 0 && Number.isFinite(stepMs);
      const watched = isTimed ? watchedMs(observation, time) : 0;
      const cost = isKnown ? costOf(before, measureMs + watched) : before.statisticsMs;
      const smoothing = before.measurements < 2 ? 1 : SMOOTHING;
      const isCut = gradient === undefined ? before.isCut : gradient.route === 'microBatches';
      const passed = measured ? passMs(isCut, time) : 0;
      const measurements = before.measurements + (measured ? 1 : 0);
      const isWarm = measurements > WARM_UP || (every !== undefined && measurements > 0);
      const known = isTimed ? stepMs - passed - watched : 0;
      const stepsAtSize = isSame ? before.stepsAtSize + 1 : 1;
      const state: MeasuringState = {
        measurements,
        stepsSince: measured ? 0 : before.stepsSince + 1,
        batchSize: short === true ? before.batchSize : batchSize,
        stepsAtSize,
        statisticsMs: before.statisticsMs + smoothing * (cost - before.statisticsMs),
        lastMs: isKnown ? measureMs + watched : before.lastMs,
        isCut,
        spentMs: before.spentMs * KEEP + (measured && isWarm ? cost + passed : 0),
        trainedMs: before.trainedMs * KEEP + (measurements >= WARM_UP || every !== undefined ? Math.max(known, 0) : 0),
        noiseScale: measured && noise !== undefined && !isAtRest(before, noise) ? noise.noiseScale : before.noiseScale,
        isSure: measured ? isSure(before, noise, stepsAtSize) : before.isSure,
      };
      const isSettled = every !== undefined || step >= settleSteps;
      const isLook = every === undefined && LOOKS.includes(stepsAtSize + 1);
      const isNew = isLook && affords(budget, state, -CREDIT * nextMs(state, time));
      return { state, measure: isSettled && (isNew || isDue(state, observation, time)) };
    },
  };
}
