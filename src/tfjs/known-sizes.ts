import { getBackend } from '@tensorflow/tfjs-core';

/** Backends that compile their programs anew for each shape of a tensor. */
const COMPILING_BACKENDS: readonly string[] = ['webgl', 'rn-webgl'];
/** With more micro-batches than this a batch takes about as long as compiling. */
const MOST_PIECES = 16;

/**
 * The micro-batch sizes that have run, where each new one is dear.
 *
 * An epoch's short last batch is cut into sizes known, the largest first; what is smaller than all of them stays a piece. So the sizes stay those of
 * the ladder, their halves, and what is left over below them, however the batch grows.
 */
export class KnownSizes {
  readonly #isDear: boolean;
  /** Descending [examples]. */
  #sizes: readonly number[] = [];

  /** @param isCoupled whether batch normalization lets the examples of a batch see each other: then none is cut for this */
  constructor(isCoupled = false, backend = getBackend()) {
    this.#isDear = COMPILING_BACKENDS.includes(backend) && !isCoupled;
  }

  /** Known sizes that add up to `batchSize`, the last aside; itself alone where that takes too many, or new sizes cost little [examples]. */
  split(batchSize: number): number[] {
    if (!this.#isDear) return [batchSize];
    const pieces: number[] = [];
    let left = batchSize;
    for (const size of this.#sizes) {
      for (; size <= left; left -= size) if (pieces.push(size) > MOST_PIECES) return [batchSize];
    }
    if (left > 0) pieces.push(left);
    return pieces.length > MOST_PIECES ? [batchSize] : pieces;
  }

  /** Remembers micro-batches that are run [examples]. */
  add(sizes: readonly number[]): void {
    if (this.#isDear) this.#sizes = [...new Set([...this.#sizes, ...sizes])].sort((a, b) => b - a);
  }
}
