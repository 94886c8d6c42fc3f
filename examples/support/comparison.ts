import type { AdaptiveBatch, AdaptiveBatchOptions } from 'tfjs-adaptive-batch';
import type { EpochRecord } from './target-loss.js';
import { type Setting, type TrainingRecord, train } from './training.js';

/** The two ways of training that are compared. */
export type Way = 'base' | 'adaptive';

/** Both ways from the same weights. */
export interface Pair {
  readonly seed: number;
  readonly base: TrainingRecord;
  readonly adaptive: TrainingRecord;
}

/** How the pairs are run. */
export interface CompareOptions {
  readonly seeds: readonly number[];
  readonly adaptive?: AdaptiveBatchOptions;
  /** Gets the callback of each adaptive training before it begins. */
  readonly onStart?: (adaptive: AdaptiveBatch, seed: number) => void;
  /** Gets each training as it ends. */
  readonly onEnd?: (way: Way, record: TrainingRecord, seed: number) => void;
}

/**
 * Trains both ways for each seed, one after the other in one process. Which of them goes first alternates from seed to seed, so that a
 * machine that slows down or warms up favours neither.
 */
export async function compare(setting: Setting, options: CompareOptions): Promise<Pair[]> {
  const { adaptive = {}, onStart = () => {}, onEnd = () => {} } = options;
  const pairs: Pair[] = [];
  for (const [i, seed] of options.seeds.entries()) {
    const records: { [way in Way]?: TrainingRecord } = {};
    const ways: readonly Way[] = i % 2 === 0 ? ['base', 'adaptive'] : ['adaptive', 'base'];
    for (const way of ways) {
      const extra = way === 'base' ? {} : { adaptive, onStart: (callback: AdaptiveBatch) => onStart(callback, seed) };
      records[way] = await train(setting, seed, extra);
      onEnd(way, records[way], seed);
    }
    pairs.push({ seed, ...(records as Required<typeof records>) });
  }
  return pairs;
}

/** What a training cost, with its end; a training that missed the target cost without bound. */
export function costOf({ isReached, epochs }: TrainingRecord): EpochRecord {
  const end = epochs.at(-1) as EpochRecord;
  const never = Number.POSITIVE_INFINITY;
  return isReached ? end : { loss: end.loss, elapsedMs: never, updates: never, examples: never };
}

/** Adaptive over base for each pair. @throws Error if a base run missed the target: there is nothing to compare with */
export function ratiosOf(pairs: readonly Pair[], quantity: 'elapsedMs' | 'updates' | 'examples'): number[] {
  return pairs.map(({ seed, base, adaptive }) => {
    if (!base.isReached) throw new Error(`seed ${seed}: the base run missed the target loss; allow it more epochs`);
    return costOf(adaptive)[quantity] / costOf(base)[quantity];
  });
}

/** Test accuracy of adaptive less that of base, for each pair [percentage points]. */
export function accuracyDifferencesOf(pairs: readonly Pair[]): number[] {
  return pairs.map(({ base, adaptive }) => 100 * (adaptive.accuracy - base.accuracy));
}
