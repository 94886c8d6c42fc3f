import { type DataType, gather, getBackend, type Tensor, type Tensor1D, tensor, tensor1d } from '@tensorflow/tfjs-core';

/** Values that rows can be cut from without a tensor. */
export type RowValues = Float32Array | Int32Array | Uint8Array;

/** Examples as a flat array: `shape[0]` rows of `shape[1]·shape[2]·…` values each. */
export interface RowArray {
  readonly values: RowValues;
  /** [examples, ...shape of one example] */
  readonly shape: readonly number[];
  /** @defaultValue 'float32' for Float32Array, else 'int32' */
  readonly dtype?: 'float32' | 'int32' | 'bool';
}

/** Which rows to take, in this order. */
export interface Chosen {
  readonly indices: Int32Array;
  /** The same as a tensor: one for all that are cut by it. Call within a tidy. */
  tensor(): Tensor1D;
}

/** @param indices not to be changed while it is in use */
export function chosenRows(indices: Int32Array): Chosen {
  let made: Tensor1D | undefined;
  return {
    indices,
    tensor() {
      made ??= tensor1d(indices, 'int32');
      return made;
    },
  };
}

/** Examples that batches can be cut from: `take` makes a tensor of the rows chosen. Call it within a tidy. */
export interface Rows {
  readonly count: number;
  take(chosen: Chosen): Tensor;
}

function rowsOfArray({ values, shape, dtype }: RowArray & { dtype: DataType }): Rows {
  const [count, ...rowShape] = shape as [number, ...number[]];
  const width = rowShape.reduce((product, size) => product * size, 1);
  const Values = values.constructor as new (length: number) => RowValues;
  return {
    count,
    take({ indices }) {
      const cut = new Values(indices.length * width);
      if (width === 1)
        indices.forEach((row, i) => {
          cut[i] = values[row] as number;
        });
      else
        indices.forEach((row, i) => {
          cut.set(values.subarray(row * width, (row + 1) * width), i * width);
        });
      return tensor(cut, [indices.length, ...rowShape], dtype);
    },
  };
}

function rowsOfTensor(source: Tensor): Rows {
  return {
    count: source.shape[0] as number,
    take: (chosen) => gather(source, chosen.tensor()),
  };
}

/** Backends whose tensors lie in ordinary memory: cutting a typed array there is many times faster than their `gather`. */
const HOST_BACKENDS: readonly string[] = ['cpu', 'wasm'];

/** Rows of a tensor [examples, …], cut the way that is fast on the backend in use. The tensor stays the caller's. */
export async function rowsFromTensor(source: Tensor): Promise<Rows> {
  if (!HOST_BACKENDS.includes(getBackend()) || source.dtype === 'string' || source.dtype === 'complex64') {
    return rowsOfTensor(source);
  }
  const values = (await source.data()) as RowValues;
  return rowsOfArray({ values, shape: source.shape, dtype: source.dtype as 'float32' });
}

/** @throws RangeError if the shape does not fit the values */
export function rowsFromArray(name: string, { values, shape, dtype }: RowArray): Rows {
  const size = shape.reduce((product, length) => product * length, 1);
  if (shape.length === 0 || size !== values.length) {
    throw new RangeError(
      `${name}: shape [${shape.join(', ')}] must hold ${values.length} values, as many as there are; it holds ${size}`,
    );
  }
  return rowsOfArray({ values, shape, dtype: dtype ?? (values instanceof Float32Array ? 'float32' : 'int32') });
}
