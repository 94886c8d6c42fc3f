import {
  getBackend,
  matMul,
  reshape,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  transpose,
} from '@tensorflow/tfjs-core';

/** The tensor in another shape, one length of which may be −1; itself where it has that shape: on some backends a reshape costs as much as a sum. */
export function shaped(tensor: Tensor, shape: readonly [number]): Tensor1D;
export function shaped(tensor: Tensor, shape: readonly [number, number]): Tensor2D;
export function shaped(tensor: Tensor, shape: readonly number[]): Tensor;
export function shaped(tensor: Tensor, shape: readonly number[]): Tensor {
  const isSame = shape.length === tensor.rank && shape.every((length, i) => length < 0 || length === tensor.shape[i]);
  return isSame ? tensor : reshape(tensor, shape as number[]);
}

/** Whether the backend is ten times slower at transposing a factor on the way than beforehand. */
export function transposesBeforehand(): boolean {
  return getBackend() === 'wasm';
}

/** aᵀ·b. */
export function columnProducts(a: Tensor2D, b: Tensor2D): Tensor2D {
  return transposesBeforehand() ? matMul(transpose(a), b) : matMul(a, b, true);
}
