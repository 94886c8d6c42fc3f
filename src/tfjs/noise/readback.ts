import { concat, dispose, keep, mul, reshape, sum, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { shaped } from './matrices.js';

/** Numbers of a readback, once it is there. */
export type Read = (values: ArrayLike<number>) => number[];

/** A number of a readback, once it is there. */
export type Dot = (values: ArrayLike<number>) => number;

/** Most parts of a sum that are added up on the device one by one: the parts are then added in doubles. */
const MOST_PARTS = 256;

/** The largest divisor of `size` up to {@link MOST_PARTS}: how many parts a sum is read back in. */
function partsOf(size: number): number {
  for (let parts = Math.min(MOST_PARTS, size); parts > 1; parts--) if (size % parts === 0) return parts;
  return 1;
}

/** Gathers whatever is to be read back into one tensor, so that the device is waited for once. What it is given may go. */
export class Readback {
  readonly #tensors: Tensor1D[] = [];
  #length = 0;

  /** The entries of a tensor, in its order. */
  numbers(tensor: Tensor): Read {
    const from = this.#length;
    // A copy of its own, of the tensor and not of its data: what it is given may go.
    this.#tensors.push(keep(tensor.rank === 1 ? tensor.clone() : reshape(tensor, [-1])) as Tensor1D);
    this.#length += tensor.size;
    return (values) => Array.from({ length: tensor.size }, (_, i) => values[from + i] as number);
  }

  /** x·y, of tensors of as many entries in the same order, summed up in doubles. */
  dot(x: Tensor, y: Tensor): Dot {
    const { size } = x;
    const parts = partsOf(size);
    const read = this.numbers(
      tidy(() => {
        const products = mul(x, shaped(y, x.shape));
        return parts === size ? products : sum(shaped(products, [parts, size / parts]), 1);
      }),
    );
    return (values) => total(read(values));
  }

  /** All of it in one tensor, kept: the caller's to dispose of. */
  pack(): Tensor1D {
    const packed = keep(concat(this.#tensors));
    dispose(this.#tensors.splice(0));
    return packed;
  }
}

/** The sum, in doubles. */
export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
