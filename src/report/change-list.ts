import type { Row } from './thinned-rows.js';
import type { ReportChange, Setting } from './types.js';

/** A change with the row of the step it was made after and that of the next step. */
type Kept = { readonly change: ReportChange; readonly rows: Row[] };

/** Changes kept of a stream in constant memory. */
export interface ChangeList {
  add(change: ReportChange, row: Row): void;
  /** The row of the step after the last change added. */
  addNextRow(row: Row): void;
  /** All changes, those left out too. */
  readonly count: number;
  readonly changes: readonly ReportChange[];
  readonly rows: readonly Row[];
}

const LONGEST_REASON = 500;

/** Least distance of two learning rates that makes a change of its own: a factor of 1.5, rounding aside [octaves]. */
const RATE_JUMP = Math.log2(1.5) - 1e-9;

function octaves(from: number, to: number): number {
  const distance = Math.abs(Math.log2(to / from));
  return Number.isFinite(distance) ? distance : 0;
}

/** Whether the batch size differs, or the learning rate by a factor of 1.5 or more. */
export function isChange(from: Setting, to: Setting): boolean {
  return !Object.is(from.batchSize, to.batchSize) || octaves(from.learningRate, to.learningRate) >= RATE_JUMP;
}

function extent({ change: { from, to } }: Kept): number {
  return Math.max(octaves(from.batchSize, to.batchSize), octaves(from.learningRate, to.learningRate));
}

/**
 * Keeps every change up to `maxChanges`; past that the smaller of two neighbours is left out, so that the great ones stay all over the run.
 * Reasons are kept up to 500 characters.
 * @param maxChanges >= 1
 */
export function changeList(maxChanges: number): ChangeList {
  let kept: Kept[] = [];
  let count = 0;

  function halve(): void {
    const halves: Kept[] = [];
    for (let i = 0; i < kept.length; i += 2) {
      const [one, other = one] = kept.slice(i, i + 2) as [Kept, Kept?];
      halves.push(extent(one) >= extent(other) ? one : other);
    }
    kept = halves;
  }

  return {
    add(change, row) {
      count++;
      const { reason } = change;
      const short = reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON - 1)}…` : reason;
      if (kept.length === maxChanges) halve();
      kept.push({ change: { ...change, reason: short }, rows: [row] });
    },
    addNextRow(row) {
      kept.at(-1)?.rows.push(row);
    },
    get count() {
      return count;
    },
    get changes() {
      return kept.map(({ change }) => change);
    },
    get rows() {
      return kept.flatMap(({ rows }) => rows);
    },
  };
}
