import type { Estimator, StepObservation, TimeEstimate } from '../core/types.js';
import { nonNegativeLeastSquares } from './least-squares.js';

/** Times of steps of one kind: the same batch size, cut into the same number of micro-batches. */
type Cell = {
  readonly batchSize: number;
  readonly microBatches: number;
  /** The latest readings [ms]. */
  readonly recent: readonly number[];
  readonly lastStep: number;
  /** Present where they are of steps that were measured in their one pass: nothing else is known of the size yet. */
  readonly isWatched?: true;
};

/** State of {@link stepTime}. */
export type StepTimeState = { readonly step: number; readonly cells: readonly Cell[] };

/** Steps at the start that are not read: compilation. */
const COLD_STEPS = 2;
/** Readings a cell keeps: few enough to follow drift. */
const READINGS = 7;
const LEAST_READINGS = 3;
const MOST_CELLS = 16;
/** Steps after which a cell that is not visited counts half. */
const HALF_LIFE = 200;
/** Weight of the prior t0 = perMicroBatchMs against one cell: decides only where the sizes seen leave t0 open. */
const PRIOR_WEIGHT = 1e-3;

/** The reading that a quarter lie below: pauses and late compilation only ever make a step longer. */
function lowerQuartile(values: readonly number[]): number {
  const sorted = [...values];
  for (let i = 1; i < sorted.length; i++) {
    const value = sorted[i] as number;
    let at = i - 1;
    for (; at >= 0 && (sorted[at] as number) > value; at--) sorted[at + 1] = sorted[at] as number;
    sorted[at + 1] = value;
  }
  return sorted[Math.floor((sorted.length - 1) / 4)] as number;
}

const FADINGS: number[] = [];
const MOST_FADINGS = 4096;

/** ½^(steps/200). By exp, whose last bit is the same in all versions of V8; that of ** is not. */
const faded = (steps: number): number => Math.exp((-Math.LN2 * steps) / HALF_LIFE);

/** {@link faded}, kept for the ages that come again and again. */
function fading(steps: number): number {
  if (!(steps >= 0 && steps < MOST_FADINGS && Number.isInteger(steps))) return faded(steps);
  while (FADINGS.length <= steps) FADINGS.push(faded(FADINGS.length));
  return FADINGS[steps] as number;
}

const isReady = ({ recent }: Cell): boolean => recent.length >= LEAST_READINGS;

/** The latest readings with one more, the oldest leaving where there are enough. */
function withLatest(readings: readonly number[], ms: number): number[] {
  const next = readings.slice(-READINGS);
  if (next.length < READINGS) {
    next.push(ms);
  } else {
    // In place: an array that grows takes three times the room, on every step.
    for (let i = 1; i < READINGS; i++) next[i - 1] = next[i] as number;
    next[READINGS - 1] = ms;
  }
  return next;
}

type Reading = Pick<StepObservation, 'batchSize' | 'microBatches' | 'stepMs' | 'step' | 'gradient'>;

/** Whether the step was measured in its one pass, which makes it longer or shorter than a plain one. */
function isWatchedPass({ gradient }: Reading): boolean {
  return gradient !== undefined && gradient.route !== 'microBatches';
}

/** The cells with a reading more: that of its kind first, the others in their order. A plain step's time replaces those of watched ones. */
function withReading(cells: readonly Cell[], reading: Reading): readonly Cell[] {
  const { batchSize, microBatches, stepMs, step } = reading;
  const isWatched = isWatchedPass(reading);
  let at = 0;
  while (at < cells.length && !(cells[at]?.batchSize === batchSize && cells[at]?.microBatches === microBatches))
    at += 1;
  const known = cells[at];
  if (isWatched && known !== undefined && known.isWatched !== true) return cells;
  const isLike = known !== undefined && (known.isWatched === true) === isWatched;
  const recent = isLike ? withLatest(known.recent, stepMs) : [stepMs];
  const plain: Cell = { batchSize, microBatches, recent, lastStep: step };
  const cell: Cell = isWatched ? { ...plain, isWatched } : plain;
  if (at === cells.length) return [cell, ...cells.slice(0, MOST_CELLS - 1)];
  const next = cells.slice(0, MOST_CELLS);
  for (let i = Math.min(at, MOST_CELLS - 1); i > 0; i--) next[i] = next[i - 1] as Cell;
  next[0] = cell;
  return next;
}

/**
 * The time of a step, T(m) = t0 + t1·m, and what each micro-batch more adds.
 *
 * The lower quartile of the latest readings of each (batch size, micro-batches) is fitted by least squares in relative error,
 * all unknowns >= 0. Measured steps cut the same batch in two, so the fixed cost shows before the size ever moves: as long
 * as one size alone has been seen, t0 is taken to be what one micro-batch more costs.
 *
 * Units: milliseconds, examples. Limits: no estimate before three steps of one kind and a hint of t0.
 */
export function stepTime(): Estimator<StepTimeState, TimeEstimate> {
  return {
    init: () => ({ step: 0, cells: [] }),
    update({ cells }, observation) {
      const { step, stepMs } = observation;
      if (step <= COLD_STEPS || !(stepMs > 0 && Number.isFinite(stepMs))) return { step, cells };
      return { step, cells: withReading(cells, observation) };
    },
    estimate({ step, cells }) {
      const ready = cells.filter(isReady);
      if (ready.length < 2) return undefined;
      const { batchSize: scale, recent: latest } = ready[0] as Cell;
      const typical = lowerQuartile(latest);
      // Unknowns in like units, so that the pivots can be compared with 0.
      const rows: number[] = [];
      for (const { batchSize, microBatches, recent, lastStep } of ready) {
        const y = lowerQuartile(recent);
        const weight = fading(step - lastStep) / (y * y);
        rows.push(1, batchSize / scale, microBatches - 1, y / typical, weight * typical * typical);
      }
      rows.push(1, 0, -1, 0, (PRIOR_WEIGHT / (typical * typical)) * typical * typical);
      const [fixedMs, perBatchMs, perMicroBatchMs] = nonNegativeLeastSquares(rows);
      return {
        fixedMs: fixedMs * typical,
        perExampleMs: (perBatchMs * typical) / scale,
        perMicroBatchMs: perMicroBatchMs * typical,
      };
    },
  };
}
