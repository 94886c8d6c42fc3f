import { checkBetween, checkCount } from './checks.js';
import { erfc } from './normal.js';

/** z with Φ(z) = p for 0 < p < 1: bisection of Φ(z) = erfc(−z/√2)/2, to the last bit. */
function normalQuantile(p: number): number {
  let low = -40;
  let high = 40;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (erfc(-middle / Math.SQRT2) / 2 < p) low = middle;
    else high = middle;
  }
}

/** @returns `level` of a confidence interval, in [0.5, 0.98]. @throws RangeError otherwise */
export function checkLevel(name: string, level: number): number {
  return checkBetween(name, level, 0.5, 0.98);
}

/**
 * The quantile of Student's distribution: P(t ≤ q) = p. By its expansion about the normal quantile z in 1/ν, four terms long: within 0.001 of the
 * tables for ν ≥ 5 and p in [0.01, 0.99].
 * @param p in [0.01, 0.99]
 * @param degreesOfFreedom ν, a whole number >= 5
 * @throws RangeError if one lies outside its range
 * @see Abramowitz and Stegun 1964, 26.7.5
 */
export function studentQuantile(p: number, degreesOfFreedom: number): number {
  const z = normalQuantile(checkBetween('studentQuantile: p', p, 0.01, 0.99));
  const v = checkCount('studentQuantile: degreesOfFreedom', degreesOfFreedom, 5);
  const s = z * z;
  const first = (s + 1) / 4;
  const second = ((5 * s + 16) * s + 3) / 96;
  const third = (((3 * s + 19) * s + 17) * s - 15) / 384;
  const fourth = ((((79 * s + 776) * s + 1482) * s - 1920) * s - 945) / 92160;
  return z * (1 + (first + (second + (third + fourth / v) / v) / v) / v);
}
