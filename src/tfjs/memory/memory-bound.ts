import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { meterPeak } from './peak-bytes.js';

/** Bytes of tensors that a pass over so many examples was seen to take, with those of its batch, beyond all others. */
type Reading = { readonly size: number; readonly bytes: number };

/** How a pass runs: those that measure every example hold more. */
export type PassKind = 'plain' | 'measured';

/** What a bound is made of. */
export interface MemoryBoundOptions {
  /** Largest micro-batch, whatever the memory [examples]. */
  readonly largest: number;
  /** B0 [examples]: what the user's own training takes, or the least that batch normalization can do with; the budget does not cut it. */
  readonly base: number;
  /** Bytes of tensors that a step may take; Infinity: no bound. */
  readonly budget: number;
}

/**
 * The largest micro-batch that there is memory for.
 *
 * A pass over m examples takes a + c·m bytes of tensors at its peak, beside those that are alive anyway: the line through the peaks of the two largest sizes
 * seen so far, each metered once; through one alone with a = 0, which is no less for larger ones. The bound is the largest of L, L/2, L/4, … that keeps within
 * the budget; L is the largest allowed, halved where memory ran out. Few sizes mean few shapes. Before any pass was seen it is B0, which the user's own training takes.
 */
export class MemoryBound {
  readonly #base: number;
  #budget: number;
  readonly #readings: Record<PassKind, readonly Reading[]> = { plain: [], measured: [] };
  #largest: number;
  #size: number;
  #restBytes = 0;

  constructor({ largest, base, budget }: MemoryBoundOptions) {
    this.#largest = largest;
    this.#base = base;
    this.#budget = budget;
    this.#size = this.#allowed();
  }

  /** Largest micro-batch, the budget aside [examples]. */
  get largest(): number {
    return this.#largest;
  }

  /** Largest micro-batch [examples]. */
  get size(): number {
    return this.#size;
  }

  /** Whether a pass over so many examples keeps within the budget, as far as is known. */
  hasRoomFor(size: number): boolean {
    return this.bytesFor(size) <= this.#budget;
  }

  /** Bytes of tensors alive at the peak of a pass over so many examples, as far as is known. */
  bytesFor(size: number): number {
    return this.#restBytes + Math.max(...Object.values(this.#readings).map((readings) => expected(readings, size)));
  }

  /** From here on no micro-batch is larger. */
  lower(largest: number): void {
    this.#largest = Math.min(this.#largest, largest);
    this.#settle();
  }

  /** Runs a pass over the examples in `data`, metered where there is a budget and no pass so large has been. */
  run<Result>(kind: PassKind, size: number, data: readonly Tensor[], pass: () => Result): Result {
    const readings = this.#readings[kind];
    if (this.#budget === Number.POSITIVE_INFINITY || size <= (readings.at(-1)?.size ?? 0)) return pass();
    const batchBytes = data.reduce((sum, { dtype, size: entries }) => sum + (dtype === 'bool' ? 1 : 4) * entries, 0);
    const before = engine().state.numBytes;
    const { result, bytes } = meterPeak(pass);
    if (bytes === undefined) {
      this.#budget = Number.POSITIVE_INFINITY;
      this.#settle();
      return result;
    }
    this.#restBytes = before - batchBytes;
    this.#readings[kind] = [...readings.slice(-1), { size, bytes: bytes + batchBytes }];
    this.#settle();
    return result;
  }

  #settle(): void {
    this.#size = this.#allowed();
  }

  #allowed(): number {
    const { plain, measured } = this.#readings;
    const isUnknown = this.#budget < Number.POSITIVE_INFINITY && plain.length + measured.length === 0;
    if (isUnknown) return Math.min(this.#base, this.#largest);
    let size = this.#largest;
    while (size > this.#base && !this.hasRoomFor(size)) size = Math.max(this.#base, Math.ceil(size / 2));
    return size;
  }
}

/** Bytes of a pass over so many examples, by the readings of at most two smaller ones. */
function expected(readings: readonly Reading[], size: number): number {
  const last = readings.at(-1);
  if (last === undefined) return 0;
  const [first] = readings as [Reading];
  const slope = first === last ? last.bytes / last.size : (last.bytes - first.bytes) / (last.size - first.size);
  return last.bytes + Math.max(slope, 0) * (size - last.size);
}
