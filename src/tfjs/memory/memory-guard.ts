import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { isAllocationFailure } from './allocation-failure.js';
import { cleanly } from './cleanly.js';
import { ForwardState } from './forward-state.js';
import type { MemoryBound, PassKind } from './memory-bound.js';
import { cut, divide, meanOf, type Piece, type PieceValues, rowsOf } from './pieces.js';

/** A micro-batch about to run. */
export interface GuardedPass {
  /** Tensors whose first axis counts the examples. */
  readonly data: Tensor[];
  /** [examples] */
  readonly size: number;
  readonly kind: PassKind;
  /** Whether the loop hands it over as it is, in a size of its own. */
  readonly isGiven: boolean;
  /** Whether it takes no more memory than in plain TensorFlow.js: then what it throws is the user's. */
  readonly isPlain: boolean;
  /** Runs the pass over some of the examples. @returns means over them */
  run(data: Tensor[], size: number): Tensor[];
  /** Whether the batch's update has begun: then nothing can be done over. */
  isApplied(): boolean;
}

/** Runs micro-batches; where memory runs out, in smaller ones: the same examples, each once, for the same update. */
export class MemoryGuard {
  readonly forward = new ForwardState();
  readonly #bound: MemoryBound;
  readonly #warn: (message: string) => void;

  constructor(bound: MemoryBound, warn: (message: string) => void) {
    this.#bound = bound;
    this.#warn = warn;
  }

  /**
   * Runs a micro-batch, in halves, quarters, … where memory runs out; the size that works then is the bound for the rest of the run.
   * @param largest size to begin with [examples]
   * @throws what the pass threw first, if memory is not the matter, a single example has no room, or an update has begun
   */
  run(pass: GuardedPass, largest: number): Tensor[] {
    const done: PieceValues[] = [];
    let most = Math.min(pass.size, largest);
    let left: readonly Piece[] = divide({ from: 0, size: pass.size }, most);
    let first: { readonly thrown: unknown } | undefined;
    while (left.length > 0) {
      const [piece, ...rest] = left as [Piece, ...Piece[]];
      try {
        done.push({ size: piece.size, values: this.runPiece(pass, piece) });
        left = rest;
        if (first !== undefined && most < this.#bound.largest) this.#ranOut(pass.size, most);
      } catch (thrown) {
        const isOver = first === undefined ? pass.isPlain : false;
        if (isOver || piece.size < 2 || pass.isApplied() || !isAllocationFailure(thrown)) {
          for (const { values } of done) dispose(values);
          throw first === undefined ? thrown : first.thrown;
        }
        first ??= { thrown };
        most = Math.ceil(piece.size / 2);
        left = left.flatMap((one) => divide(one, most));
      }
    }
    return meanOf(done);
  }

  /** Runs some of the examples of a micro-batch. Where it throws, nothing of it is left. */
  runPiece({ data, size, kind, run }: GuardedPass, piece: Piece): Tensor[] {
    const isWhole = piece.size === size;
    const rows = isWhole ? data : rowsOf(data, piece);
    try {
      return this.forward.guard(() =>
        this.#bound.run(kind, piece.size, rows, () => cleanly(() => run(rows, piece.size))),
      );
    } finally {
      if (!isWhole) dispose(rows);
    }
  }

  /**
   * The sizes to cut a piece of a batch into, after its tensors found no room.
   * @throws what was thrown, if memory is not the matter or the piece is no larger than `base`, the user's own size
   */
  smaller(thrown: unknown, size: number, base: number): number[] {
    if (!isAllocationFailure(thrown) || size <= base) throw thrown;
    this.#ranOut(size, Math.ceil(size / 2));
    return cut(size, 2);
  }

  #ranOut(size: number, most: number): void {
    this.#bound.lower(most);
    this.#warn(`memory ran out at a micro-batch of ${size}: batches of more than ${most} are accumulated from here on`);
  }
}
