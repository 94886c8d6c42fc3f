import type { Estimator, TimeEstimate } from '../../src/core/types.js';

/** Times of steps of one kind: the same batch size, cut into the same number of micro-batches. */
type Cell = {
  readonly batchSize: number;
  readonly microBatches: number;
  /** The latest readings [ms]. */
  readonly recent: readonly number[];
  readonly lastStep: number;
};

type StepTimeState = { readonly step: number; readonly cells: readonly Cell[] };

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
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 4)] as number;
}

/** A row of the least-squares problem: weight·(x·θ − y)², θ = (t0, t1, per micro-batch). */
type Row = { readonly x: readonly [number, number, number]; readonly y: number; readonly weight: number };

/** Solves the normal equations for the unknowns in `free`; undefined if they are singular. */
function leastSquares(rows: readonly Row[], free: readonly number[]): number[] | undefined {
  const matrix = free.map((i) => [
    ...free.map((j) => rows.reduce((sum, { x, weight }) => sum + weight * (x[i] as number) * (x[j] as number), 0)),
    rows.reduce((sum, { x, y, weight }) => sum + weight * (x[i] as number) * y, 0),
  ]);
  for (let pivot = 0; pivot < free.length; pivot++) {
    const row = matrix[pivot] as number[];
    const head = row[pivot] as number;
    if (!(head > 1e-12)) return undefined;
    for (let other = 0; other < free.length; other++) {
      if (other === pivot) continue;
      const target = matrix[other] as number[];
      const factor = (target[pivot] as number) / head;
      for (let column = pivot; column <= free.length; column++) {
        target[column] = (target[column] as number) - factor * (row[column] as number);
      }
    }
  }
  return matrix.map((row, i) => (row[free.length] as number) / (row[i] as number));
}

const ACTIVE_SETS: readonly (readonly number[])[] = [[0, 1, 2], [0, 1], [0, 2], [1, 2], [0], [1], [2]];

/** Least squares with every unknown >= 0, by trying the seven sets of unknowns that may differ from 0. */
function nonNegativeLeastSquares(rows: readonly Row[]): readonly [number, number, number] {
  let best: [number, number, number] = [0, 0, 0];
  let least = Number.POSITIVE_INFINITY;
  for (const free of ACTIVE_SETS) {
    const solution = leastSquares(rows, free);
    if (solution === undefined || solution.some((value) => value < 0)) continue;
    const theta: [number, number, number] = [0, 0, 0];
    free.forEach((unknown, i) => {
      theta[unknown] = solution[i] as number;
    });
    const error = rows.reduce(
      (sum, { x, y, weight }) => sum + weight * (x[0] * theta[0] + x[1] * theta[1] + x[2] * theta[2] - y) ** 2,
      0,
    );
    if (error < least) [least, best] = [error, theta];
  }
  return best;
}

/** The step-time model written for a reader alone: what src/estimators/step-time.ts makes fast must give the same to the last bit. */
export function plainStepTime(): Estimator<StepTimeState, TimeEstimate> {
  return {
    init: () => ({ step: 0, cells: [] }),
    update({ cells }, { step, batchSize, microBatches, stepMs }) {
      if (step <= COLD_STEPS || !(stepMs > 0 && Number.isFinite(stepMs))) return { step, cells };
      const old = cells.find((cell) => cell.batchSize === batchSize && cell.microBatches === microBatches);
      const recent = old === undefined ? [stepMs] : [...old.recent.slice(1 - READINGS), stepMs];
      const others = cells.filter((cell) => cell !== old).slice(0, MOST_CELLS - 1);
      return { step, cells: [{ batchSize, microBatches, recent, lastStep: step }, ...others] };
    },
    estimate({ step, cells }) {
      const ready = cells.filter((cell) => cell.recent.length >= LEAST_READINGS);
      if (new Set(ready.map((cell) => `${cell.batchSize} ${cell.microBatches}`)).size < 2) return undefined;
      const rows: Row[] = ready.map(({ batchSize, microBatches, recent, lastStep }) => {
        const y = lowerQuartile(recent);
        const weight = Math.exp((-Math.LN2 * (step - lastStep)) / HALF_LIFE) / (y * y);
        return { x: [1, batchSize, microBatches - 1], y, weight };
      });
      const scale = (ready[0] as Cell).batchSize;
      const typical = lowerQuartile((ready[0] as Cell).recent);
      rows.push({ x: [1, 0, -1], y: 0, weight: PRIOR_WEIGHT / (typical * typical) });
      // Unknowns in like units, so that the pivots can be compared with 0.
      const [fixedMs, perBatchMs, perMicroBatchMs] = nonNegativeLeastSquares(
        rows.map(({ x, y, weight }) => ({
          x: [x[0], x[1] / scale, x[2]],
          y: y / typical,
          weight: weight * typical * typical,
        })),
      );
      return {
        fixedMs: fixedMs * typical,
        perExampleMs: (perBatchMs * typical) / scale,
        perMicroBatchMs: perMicroBatchMs * typical,
      };
    },
  };
}
