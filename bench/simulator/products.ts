/** Row-major matrices in one array: rows × columns. */
type Matrix = Float64Array;

/** Σ_k a[i + k]·b[j + k]. */
function dot(a: Matrix, i: number, b: Matrix, j: number, length: number): number {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += (a[i + k] as number) * (b[j + k] as number);
  return sum;
}

/** The products of four rows of `a` with two of `b`, eight sums at a time in registers. */
function dotBlock(
  out: Matrix,
  a: Matrix,
  b: Matrix,
  row: number,
  column: number,
  columns: number,
  length: number,
): void {
  const [a0, b0] = [row * length, column * length];
  const [a1, a2, a3, b1] = [a0 + length, a0 + 2 * length, a0 + 3 * length, b0 + length];
  let [s00, s01, s10, s11, s20, s21, s30, s31] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let k = 0; k < length; k++) {
    const x = b[b0 + k] as number;
    const y = b[b1 + k] as number;
    const r0 = a[a0 + k] as number;
    const r1 = a[a1 + k] as number;
    const r2 = a[a2 + k] as number;
    const r3 = a[a3 + k] as number;
    s00 += r0 * x;
    s01 += r0 * y;
    s10 += r1 * x;
    s11 += r1 * y;
    s20 += r2 * x;
    s21 += r2 * y;
    s30 += r3 * x;
    s31 += r3 * y;
  }
  const at = row * columns + column;
  out[at] = s00;
  out[at + 1] = s01;
  out[at + columns] = s10;
  out[at + columns + 1] = s11;
  out[at + 2 * columns] = s20;
  out[at + 2 * columns + 1] = s21;
  out[at + 3 * columns] = s30;
  out[at + 3 * columns + 1] = s31;
}

/** out = a·bᵀ: `rows` rows of `a` with each of the `columns` rows of `b`, all of `length` entries. */
export function dots(out: Matrix, a: Matrix, b: Matrix, rows: number, columns: number, length: number): void {
  const [blockRows, blockColumns] = [rows - (rows % 4), columns - (columns % 2)];
  for (let row = 0; row < blockRows; row += 4) {
    for (let column = 0; column < blockColumns; column += 2) dotBlock(out, a, b, row, column, columns, length);
  }
  for (let row = 0; row < rows; row++) {
    for (let column = row < blockRows ? blockColumns : 0; column < columns; column++) {
      out[row * columns + column] = dot(a, row * length, b, column * length, length);
    }
  }
}

/** Where the factor of row s in row r stands: c[s·bySummed + r·byRow]. */
interface Strides {
  readonly bySummed: number;
  readonly byRow: number;
}

/** Adds four rows of `x` to two of `out`, each times its factor. */
function combineBlock(
  out: Matrix,
  c: Matrix,
  x: Matrix,
  { bySummed, byRow }: Strides,
  row: number,
  summed: number,
  length: number,
): void {
  const at = summed * bySummed + row * byRow;
  const c0 = c[at] as number;
  const c1 = c[at + bySummed] as number;
  const c2 = c[at + 2 * bySummed] as number;
  const c3 = c[at + 3 * bySummed] as number;
  const d0 = c[at + byRow] as number;
  const d1 = c[at + byRow + bySummed] as number;
  const d2 = c[at + byRow + 2 * bySummed] as number;
  const d3 = c[at + byRow + 3 * bySummed] as number;
  const [o0, o1, i0] = [row * length, (row + 1) * length, summed * length];
  const [i1, i2, i3] = [i0 + length, i0 + 2 * length, i0 + 3 * length];
  for (let k = 0; k < length; k++) {
    const x0 = x[i0 + k] as number;
    const x1 = x[i1 + k] as number;
    const x2 = x[i2 + k] as number;
    const x3 = x[i3 + k] as number;
    out[o0 + k] = (out[o0 + k] as number) + (c0 * x0 + c1 * x1 + (c2 * x2 + c3 * x3));
    out[o1 + k] = (out[o1 + k] as number) + (d0 * x0 + d1 * x1 + (d2 * x2 + d3 * x3));
  }
}

/** out = Σ_s c(s, r)·x_s for each row r: the rows of `x` combined with the factors that lie in `c` as the strides say. */
export function combine(
  out: Matrix,
  c: Matrix,
  x: Matrix,
  strides: Strides,
  rows: number,
  summed: number,
  length: number,
): void {
  out.fill(0, 0, rows * length);
  const [blockRows, blockSummed] = [rows - (rows % 2), summed - (summed % 4)];
  for (let row = 0; row < blockRows; row += 2) {
    for (let s = 0; s < blockSummed; s += 4) combineBlock(out, c, x, strides, row, s, length);
  }
  for (let row = 0; row < rows; row++) {
    for (let s = row < blockRows ? blockSummed : 0; s < summed; s++) {
      const factor = c[s * strides.bySummed + row * strides.byRow] as number;
      if (factor === 0) continue;
      for (let k = 0; k < length; k++) {
        out[row * length + k] = (out[row * length + k] as number) + factor * (x[s * length + k] as number);
      }
    }
  }
}

/** Σ_k a_k·b_k over the whole of both. */
export function inner(a: Matrix, b: Matrix): number {
  return dot(a, 0, b, 0, a.length);
}
