import { total } from './readback.js';

/** Deviations that are a smaller part of the squares they are the rest of are rounding. */
const LEAST_PART = 1e-4;

/** Σ_j|B c_j − C|² of B²Σ|c_j|² and |C|²; NaN where float32 does not tell it from 0. */
export function deviations(norms: readonly number[], squaredTotal: number): number {
  const count = norms.length;
  const squares = count * count * total(norms);
  const rest = squares - count * squaredTotal;
  if (squares === 0) return 0;
  return rest > LEAST_PART * squares ? rest : Number.NaN;
}

/** Least, quartiles and largest. */
export function fiveNumbers(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return [0, 0.25, 0.5, 0.75, 1].map((share) => sorted[Math.round(share * (sorted.length - 1))] as number);
}
