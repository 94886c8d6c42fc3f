import type { Estimator, StepObservation, TimeEstimate } from '../core/types.js';

/** Times of steps of one kind: the same batch size, cut into the same number of micro-batches. */
type Cell = {
  readonly batchSize: number;
  readonly microBatches: number;
  /** The latest readings [ms]. */
  readonly recent: readonly number[];
  readonly lastStep: number;
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

/** A row of the least-squares problem: weight·(x·θ − y)², θ = (t0, t1, per micro-batch). */
type Row = { readonly x: readonly [number, number, number]; readonly y: number; readonly weight: number };

/** The normal equations, row by row: Σ weight·x_i·x_j for each j, then Σ weight·x_i·y. */
function normalEquations(rows: readonly Row[]): number[][] {
  const matrix = [0, 1, 2].map(() => [0, 0, 0, 0]);
  for (const { x, y, weight } of rows) {
    for (let i = 0; i < 3; i++) {
      const row = matrix[i] as number[];
      const weighted = weight * (x[i] as number);
      for (let j = 0; j < 3; j++) row[j] = (row[j] as number) + weighted * (x[j] as number);
      row[3] = (row[3] as number) + weighted * y;
    }
  }
  return matrix;
}

/** Solves the normal equations for the unknowns in `free` by Gauss and Jordan; undefined if they are singular. */
function leastSquares(equations: readonly (readonly number[])[], free: readonly number[]): number[] | undefined {
  const count = free.length;
  const matrix: number[][] = [];
  for (let i = 0; i < count; i++) {
    const from = equations[free[i] as number] as readonly number[];
    const row: number[] = [];
    for (let j = 0; j < count; j++) row.push(from[free[j] as number] as number);
    row.push(from[3] as number);
    matrix.push(row);
  }
  for (let pivot = 0; pivot < count; pivot++) {
    const row = matrix[pivot] as number[];
    const head = row[pivot] as number;
    if (!(head > 1e-12)) return undefined;
    for (let other = 0; other < count; other++) {
      if (other === pivot) continue;
      const target = matrix[other] as number[];
      const factor = (target[pivot] as number) / head;
      for (let column = pivot; column <= count; column++) {
        target[column] = (target[column] as number) - factor * (row[column] as number);
      }
    }
  }
  const solution: number[] = [];
  for (let i = 0; i < count; i++) {
    const row = matrix[i] as number[];
    solution.push((row[count] as number) / (row[i] as number));
  }
  return solution;
}

const isNegative = (value: number): boolean => value < 0;

const ACTIVE_SETS: readonly (readonly number[])[] = [[0, 1, 2], [0, 1], [0, 2], [1, 2], [0], [1], [2]];

/** Least squares with every unknown >= 0, by trying the seven sets of unknowns that may differ from 0. */
function nonNegativeLeastSquares(rows: readonly Row[]): readonly [number, number, number] {
  const equations = normalEquations(rows);
  let best: [number, number, number] = [0, 0, 0];
  let least = Number.POSITIVE_INFINITY;
  for (const free of ACTIVE_SETS) {
    const solution = leastSquares(equations, free);
    if (solution === undefined || solution.some(isNegative)) continue;
    const theta: [number, number, number] = [0, 0, 0];
    for (let i = 0; i < free.length; i++) theta[free[i] as number] = solution[i] as number;
    let error = 0;
    for (const { x, y, weight } of rows) {
      error += weight * (x[0] * theta[0] + x[1] * theta[1] + x[2] * theta[2] - y) ** 2;
    }
    if (error < least) [least, best] = [error, theta];
  }
  return best;
}

const isReady = ({ recent }: Cell): boolean => recent.length >= LEAST_READINGS;

/** The cells with a reading more: that of its kind first, the others in their order. */
function withReading(
  cells: readonly Cell[],
  { batchSize, microBatches, stepMs, step }: Pick<StepObservation, 'batchSize' | 'microBatches' | 'stepMs' | 'step'>,
): Cell[] {
  const old = cells.find((cell) => cell.batchSize === batchSize && cell.microBatches === microBatches);
  const recent = old === undefined ? [] : old.recent.slice(1 - READINGS);
  recent.push(stepMs);
  const next: Cell[] = [{ batchSize, microBatches, recent, lastStep: step }];
  for (let i = 0; i < cells.length && next.length < MOST_CELLS; i++) {
    if (cells[i] !== old) next.push(cells[i] as Cell);
  }
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
      const rows: Row[] = [];
      const add = (x: Row['x'], y: number, weight: number): void => {
        rows.push({ x: [x[0], x[1] / scale, x[2]], y: y / typical, weight: weight * typical * typical });
      };
      for (const { batchSize, microBatches, recent, lastStep } of ready) {
        const y = lowerQuartile(recent);
        add([1, batchSize, microBatches - 1], y, 0.5 ** ((step - lastStep) / HALF_LIFE) / (y * y));
      }
      add([1, 0, -1], 0, PRIOR_WEIGHT / (typical * typical));
      const [fixedMs, perBatchMs, perMicroBatchMs] = nonNegativeLeastSquares(rows);
      return {
        fixedMs: fixedMs * typical,
        perExampleMs: (perBatchMs * typical) / scale,
        perMicroBatchMs: perMicroBatchMs * typical,
      };
    },
  };
}
