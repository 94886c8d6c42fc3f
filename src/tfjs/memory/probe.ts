import { concat, dispose, slice, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { generator } from '../../core/random.js';
import type { ForwardState } from './forward-state.js';

/** `count` rows, those of each tensor over and over. */
function repeated(data: readonly Tensor[], count: number): Tensor[] {
  return data.map((rows) =>
    tidy(() => {
      const times = Math.ceil(count / (rows.shape[0] as number));
      return slice(concat(Array.from({ length: times }, () => rows)), 0, count);
    }),
  );
}

/** Runs `run` on random numbers of its own, so that dropout does not change the order of the examples. */
function withOwnRandom<Result>(run: () => Result): Result {
  const { random } = Math;
  Math.random = generator(1);
  try {
    return run();
  } finally {
    Math.random = random;
  }
}

/** What a probe tries. */
export interface Probe {
  /** A batch of the user's own, to repeat. */
  readonly data: readonly Tensor[];
  /** The sizes to try, ascending [examples]. */
  readonly sizes: readonly number[];
  readonly forward: ForwardState;
  /** Whether a size is worth trying, by what is known of memory. */
  hasRoomFor(size: number): boolean;
  /** A forward and backward pass without an update. */
  run(data: Tensor[], size: number): Tensor[];
}

/** The largest size that works, and what the next one threw. */
export interface ProbeResult {
  /** 0: none. */
  readonly largest: number;
  readonly thrown?: unknown;
}

/**
 * Tries forward and backward passes over growing sizes, until one finds no room. Weights, moving averages, the optimizer and `Math.random` are left as
 * they were; no tensor is left.
 */
export function probeSizes({ data, sizes, forward, hasRoomFor, run }: Probe): ProbeResult {
  let largest = 0;
  for (const size of sizes) {
    if (!hasRoomFor(size)) break;
    try {
      forward.guard(() => withOwnRandom(() => tryOut(data, size, run)), true);
    } catch (thrown) {
      return { largest, thrown };
    }
    largest = size;
  }
  return { largest };
}

function tryOut(data: readonly Tensor[], size: number, run: Probe['run']): void {
  const rows = repeated(data, size);
  try {
    dispose(run(rows, size));
  } finally {
    dispose(rows);
  }
}
