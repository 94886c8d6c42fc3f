import { add, dispose, mul, slice, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** Sizes as equal as can be that add up to `batchSize`, no more and no larger than needed. */
export function cut(batchSize: number, pieces: number): number[] {
  const count = Math.min(pieces, batchSize);
  const least = Math.floor(batchSize / count);
  const larger = batchSize % count;
  return Array.from({ length: count }, (_, i) => (i < larger ? least + 1 : least));
}

/** Some of the examples of a micro-batch, one after the other. */
export interface Piece {
  readonly from: number;
  /** [examples] */
  readonly size: number;
}

/** A piece in pieces of at most `most` examples. */
export function divide({ from, size }: Piece, most: number): Piece[] {
  let at = from;
  return cut(size, Math.ceil(size / most)).map((part) => {
    at += part;
    return { from: at - part, size: part };
  });
}

/** The rows of a piece, of tensors whose first axis counts the examples. */
export function rowsOf(data: readonly Tensor[], { from, size }: Piece): Tensor[] {
  return data.map((tensor) => slice(tensor, from, size));
}

/** What a piece's losses and metrics were. */
export interface PieceValues {
  readonly size: number;
  readonly values: Tensor[];
}

/** Means over all pieces, weighted by their examples; the values of the pieces are disposed of. */
export function meanOf(pieces: readonly PieceValues[]): Tensor[] {
  const [first] = pieces as [PieceValues];
  if (pieces.length === 1) return first.values;
  const total = pieces.reduce((sum, { size }) => sum + size, 0);
  const means = first.values.map((_, i) =>
    tidy(() =>
      pieces.map(({ size, values }) => mul(values[i] as Tensor, size / total)).reduce((sum, one) => add(sum, one)),
    ),
  );
  for (const { values } of pieces) dispose(values);
  return means;
}
