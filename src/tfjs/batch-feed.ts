import { dispose, type Tensor, type TensorContainer } from '@tensorflow/tfjs-core';
import type { Batch, Cursor, OpenSource } from './source.js';
import type { TrainingSession } from './training-session.js';

/**
 * Hands out micro-batches, pass after pass, in the sizes that the session asks for.
 *
 * {@link next} cuts the next one; {@link advance}, after its `minimize`, completes the step if that was the last of its batch.
 */
export class BatchFeed {
  readonly #source: OpenSource;
  readonly #session: () => TrainingSession;
  #cursor: Cursor | undefined;
  #pieces: number[] = [];
  #handedOut: Batch | undefined;

  constructor(source: OpenSource, session: () => TrainingSession) {
    this.#source = source;
    this.#session = session;
  }

  /** Begins a pass over the data. */
  async startPass(): Promise<void> {
    this.dispose();
    this.#cursor = await this.#source.pass();
  }

  /** The next micro-batch; undefined at the end of the pass. */
  async next(): Promise<Batch | undefined> {
    await this.advance();
    const cursor = this.#cursor as Cursor;
    const session = this.#session();
    if (this.#pieces.length === 0) {
      const asked = session.nextBatchSize;
      const available = await cursor.reserve(asked);
      if (available === 0) return undefined;
      this.#pieces = session.open(available, available < asked);
    }
    this.#refit(session);
    for (;;) {
      const size = this.#pieces[0] as number;
      try {
        this.#handedOut = cursor.take(size);
      } catch (thrown) {
        this.#pieces.splice(0, 1, ...session.memory.smaller(thrown, size));
        continue;
      }
      this.#pieces.shift();
      session.expect(size);
      return this.#handedOut;
    }
  }

  /** The bound may have come down since the batch was cut. */
  #refit({ memory }: TrainingSession): void {
    if (Math.max(...this.#pieces) > memory.size) this.#pieces = this.#pieces.flatMap((piece) => memory.cut(piece));
  }

  /** Completes the step under way once its last micro-batch has run; asks a drawing policy whether to draw more. */
  async advance(): Promise<void> {
    const session = this.#session();
    if (this.#pieces.length === 0 && session.isOpen) {
      const wanted = await session.drawMore();
      const available = wanted > 0 ? await (this.#cursor as Cursor).reserve(wanted) : 0;
      if (available > 0) this.#pieces = session.widen(available);
      else session.flush();
    }
    await session.settle();
  }

  /** Drops what is handed out and not used up, and what lies ready. */
  dispose(): void {
    for (const tensor of this.#handedOut === undefined ? [] : tensorsIn(this.#handedOut))
      if (!tensor.isDisposed) tensor.dispose();
    this.#handedOut = undefined;
    this.#pieces = [];
    this.#cursor?.dispose();
    this.#cursor = undefined;
  }
}

/** The tensors of a batch: inputs, then targets. */
export function tensorsIn(batch: Batch): Tensor[] {
  return [batch.xs, batch.ys].flatMap((part) =>
    'dataId' in part ? [part as Tensor] : Object.values(part),
  ) as Tensor[];
}

/** A batch in the containers of another, of tensors in the order of {@link tensorsIn}. */
export function batchLike({ xs, ys }: Batch, tensors: readonly Tensor[]): Batch {
  const left = [...tensors];
  const close = <Part extends Batch['xs']>(part: Part): Part => {
    if ('dataId' in part) return left.shift() as unknown as Part;
    const names = Object.keys(part);
    const taken = left.splice(0, names.length);
    if (Array.isArray(part)) return taken as unknown as Part;
    return Object.fromEntries(names.map((name, i) => [name, taken[i]])) as unknown as Part;
  };
  return { xs: close(xs), ys: close(ys) };
}

/** Disposes of a batch's tensors. */
export function disposeBatch(batch: Batch): void {
  dispose(batch as unknown as TensorContainer);
}
