/** Numbers a row has: x₀, x₁, x₂, y, weight, for weight·(x·θ − y)². */
const STRIDE = 5;

type Four = readonly [number, number, number, number];

/** The normal equations, an unknown a line: Σ weight·x_i·x_j for each j, then Σ weight·x_i·y. */
function normalEquations(rows: readonly number[]): readonly [Four, Four, Four] {
  let [aa, ab, ac, ay, ba, bb, bc, by, ca, cb, cc, cy] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (let at = 0; at < rows.length; at += STRIDE) {
    const a = rows[at] as number;
    const b = rows[at + 1] as number;
    const c = rows[at + 2] as number;
    const y = rows[at + 3] as number;
    const weight = rows[at + 4] as number;
    // The two halves of the matrix differ in their rounding.
    const [wa, wb, wc] = [weight * a, weight * b, weight * c];
    aa += wa * a;
    ab += wa * b;
    ac += wa * c;
    ay += wa * y;
    ba += wb * a;
    bb += wb * b;
    bc += wb * c;
    by += wb * y;
    ca += wc * a;
    cb += wc * b;
    cc += wc * c;
    cy += wc * y;
  }
  return [
    [aa, ab, ac, ay],
    [ba, bb, bc, by],
    [ca, cb, cc, cy],
  ];
}

/** Solves the normal equations for the unknowns in `free` by Gauss and Jordan; undefined if they are singular. */
function solved(equations: readonly Four[], free: readonly number[]): number[] | undefined {
  const count = free.length;
  const matrix: number[][] = [];
  for (let i = 0; i < count; i++) {
    const from = equations[free[i] as number] as Four;
    const row: number[] = [];
    for (let j = 0; j < count; j++) row.push(from[free[j] as number] as number);
    row.push(from[3]);
    matrix.push(row);
  }
  for (let pivot = 0; pivot < count; pivot++) {
    const row = matrix[pivot] as number[];
    const head = row[pivot] as number;
    if (!(head > 1e-12)) return undefined;
    for (let other = 0; other < count; other++) {
      if (other === pivot) continue;
      const target = matrix[other] as number[];
      const factor = (target[pivot] as number) / head;
      for (let column = pivot; column <= count; column++) {
        target[column] = (target[column] as number) - factor * (row[column] as number);
      }
    }
  }
  const solution: number[] = [];
  for (let i = 0; i < count; i++) {
    const row = matrix[i] as number[];
    solution.push((row[count] as number) / (row[i] as number));
  }
  return solution;
}

function squaredError(rows: readonly number[], one: number, two: number, three: number): number {
  let error = 0;
  for (let at = 0; at < rows.length; at += STRIDE) {
    const found = (rows[at] as number) * one + (rows[at + 1] as number) * two + (rows[at + 2] as number) * three;
    const off = found - (rows[at + 3] as number);
    error += (rows[at + 4] as number) * (off * off);
  }
  return error;
}

const isNegative = (value: number): boolean => value < 0;

const ACTIVE_SETS: readonly (readonly number[])[] = [[0, 1, 2], [0, 1], [0, 2], [1, 2], [0], [1], [2]];

/**
 * Weighted least squares for three unknowns θ >= 0, by trying the seven sets of them that may differ from 0.
 * @param rows x₀, x₁, x₂, y, weight of one equation after the other
 */
export function nonNegativeLeastSquares(rows: readonly number[]): readonly [number, number, number] {
  const equations = normalEquations(rows);
  let best: [number, number, number] = [0, 0, 0];
  let least = Number.POSITIVE_INFINITY;
  for (const free of ACTIVE_SETS) {
    const solution = solved(equations, free);
    if (solution === undefined || solution.some(isNegative)) continue;
    const theta: [number, number, number] = [0, 0, 0];
    for (let i = 0; i < free.length; i++) theta[free[i] as number] = solution[i] as number;
    const error = squaredError(rows, theta[0], theta[1], theta[2]);
    if (error < least) [least, best] = [error, theta];
  }
  return best;
}
