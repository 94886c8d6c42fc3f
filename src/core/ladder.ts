import type { PolicyContext } from './types.js';

/** Options of a {@link ladder}. */
export interface LadderOptions {
  /** A size on the ladder [examples]. */
  readonly base: number;
  /** Factor between one size and the next; > 1. */
  readonly factor: number;
  /** Least size [examples]. */
  readonly min: number;
  /** Greatest size [examples]. */
  readonly max: number;
  /** Every size is a whole multiple of it [examples]. */
  readonly quantum?: number;
}

/**
 * The whole multiple of `quantum` within [min, max] that is nearest to `size`; where there is none, the greatest below
 * `max`, but no less than one quantum.
 */
export function nearestMultiple(
  size: number,
  { min, max, quantum = 1 }: Omit<LadderOptions, 'base' | 'factor'>,
): number {
  const nearest = Math.round(Math.min(Math.max(size, min), max) / quantum);
  const least = Math.ceil(min / quantum);
  const most = Math.max(1, Math.floor(max / quantum));
  return Math.min(Math.max(nearest, least), most) * quantum;
}

/** The candidate nearest to `size` in log size, the smaller of two as near. `candidates` ascending, at least one. */
export function nearestCandidate(size: number, candidates: readonly number[]): number {
  let nearest = candidates[0] as number;
  for (let i = 1; i < candidates.length; i++) {
    const next = candidates[i] as number;
    if (!(size > Math.sqrt(nearest * next))) break;
    nearest = next;
  }
  return nearest;
}

/** The least candidate that is no smaller than `size`, else the greatest. `candidates` ascending, at least one. */
export function candidateAtLeast(size: number, candidates: readonly number[]): number {
  for (let i = 0; i < candidates.length; i++) {
    const candidate = candidates[i] as number;
    if (candidate >= size) return candidate;
  }
  return candidates[candidates.length - 1] as number;
}

/** The size of the greatest value, that in force unless a candidate exceeds it; its value, and that of the one in force. */
export function bestSize(
  { batchSize, candidates }: Pick<PolicyContext, 'batchSize' | 'candidates'>,
  valueAt: (batchSize: number) => number,
): readonly [best: number, most: number, now: number] {
  const now = valueAt(batchSize);
  let best = batchSize;
  let most = now;
  for (const candidate of candidates) {
    const value = valueAt(candidate);
    if (value > most) [best, most] = [candidate, value];
  }
  return [best, most, now];
}

/** A factor so close to 1 that it makes more is a mistake, or an attempt to keep the program busy. */
const MOST_RUNGS = 100_000;

/**
 * The batch sizes to choose from: base·factorᵏ within [min, max], ascending. Few distinct sizes mean few distinct
 * tensor shapes, which some backends compile one by one.
 * @throws RangeError if the factor makes more than a hundred thousand
 */
export function ladder({ base, factor, min, max, quantum = 1 }: LadderOptions): number[] {
  if (Math.log(Math.max(max, base) / 0.5) / Math.log(factor) > MOST_RUNGS) {
    throw new RangeError(`ladder must be a factor that makes at most ${MOST_RUNGS} sizes up to ${max}; got ${factor}`);
  }
  const snap = (size: number): number => Math.max(quantum, Math.round(size / quantum) * quantum);
  const sizes = new Set<number>();
  for (let size = base; snap(size) >= min && size >= 0.5; size /= factor) if (snap(size) <= max) sizes.add(snap(size));
  for (let size = base * factor; snap(size) <= max; size *= factor) if (snap(size) >= min) sizes.add(snap(size));
  if (sizes.size === 0) sizes.add(nearestMultiple(base, { min, max, quantum }));
  return [...sizes].sort((a, b) => a - b);
}
