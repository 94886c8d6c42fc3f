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
    const size = this.#pieces.shift() as number;
    this.#handedOut = cursor.take(size);
    session.expect(size);
    return this.#handedOut;
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
    for (const tensor of tensorsIn(this.#handedOut)) if (!tensor.isDisposed) tensor.dispose();
    this.#handedOut = undefined;
    this.#pieces = [];
    this.#cursor?.dispose();
    this.#cursor = undefined;
  }
}

function tensorsIn(batch: Batch | undefined): Tensor[] {
  if (batch === undefined) return [];
  return [batch.xs, batch.ys].flatMap((part) =>
    'dataId' in part ? [part as Tensor] : Object.values(part),
  ) as Tensor[];
}

/** Disposes of a batch's tensors. */
export function disposeBatch(batch: Batch): void {
  dispose(batch as unknown as TensorContainer);
}
