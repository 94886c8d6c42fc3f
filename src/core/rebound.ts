import { erfc } from './normal.js';

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

/** A walker `height` = s − S* above its floor that one update moves by −η·x, x ~ N(μ, σ²/m). */
export interface Walker {
  /** s − S*, in units of the loss. */
  readonly height: number;
  /** ημ. */
  readonly drift: number;
  /** ησ, per example. */
  readonly spread: number;
}

/** (s − S*) − |M| with M = s − S* − ημ: the decrease of a step without spread, without the rounding of M. */
function plainDecrease({ height, drift }: Walker): number {
  return drift < height ? drift : 2 * height - drift;
}

/**
 * Expected loss decrease of one update with m examples, s − E_m(s'): the walker rebounds where it would pass the floor.
 *
 * With M = s − S* − ημ, τ = ησ/√m, a = M/τ: E_m(s') − S* = M·erf(a/√2) + τ·√(2/π)·exp(−a²/2), even in M.
 * Written so that nothing cancels for |a| ≫ 1, where the decrease is ημ whatever m, or 2(s − S*) − ημ beyond the floor.
 *
 * @see Yin, Luo, Nakamura, KDD 2017, eq. 6
 */
export function expectedDecrease(walker: Walker, batchSize: number): number {
  const rest = Math.abs(walker.height - walker.drift);
  const tau = walker.spread / Math.sqrt(batchSize);
  if (tau === 0) return plainDecrease(walker);
  const a = rest / tau;
  return plainDecrease(walker) + rest * erfc(a / Math.SQRT2) - tau * SQRT_2_OVER_PI * Math.exp((-a * a) / 2);
}

/** g(a) − 2, g(a) = 2k(a) + √(2/π)·exp(−a²/2)/a with k(a) = erf(a/√2) + √(2/π)·exp(−a²/2)/a; falls from ∞ to 0. */
function slopeExcess(a: number): number {
  return (3 * SQRT_2_OVER_PI * Math.exp((-a * a) / 2)) / a - 2 * erfc(a / Math.SQRT2);
}

/** The a > 0 with g(a) − 2 = target, for target > 0: bisection in log a, to the last bit. */
function solveSlope(target: number): number {
  let low = 1e-300;
  let high = 40;
  for (let i = 0; i < 200; i++) {
    const middle = low > high / 4 ? (low + high) / 2 : Math.sqrt(low * high);
    if (middle <= low || middle >= high) break;
    if (slopeExcess(middle) > target) low = middle;
    else high = middle;
  }
  return high;
}

/** The real-valued maximiser of u(m); Infinity where u never stops growing. */
function continuousBest(walker: Walker): number {
  const { height, drift, spread } = walker;
  const rest = Math.abs(height - drift);
  const plain = plainDecrease(walker);
  if (plain <= 0) return Number.POSITIVE_INFINITY;
  if (spread === 0) return 1;
  if (rest <= height * 1e-12) return ((1.5 * spread * SQRT_2_OVER_PI) / height) ** 2;
  return ((solveSlope((2 * plain) / rest) * spread) / rest) ** 2;
}

/**
 * m* = argmax over m in 1..largest of u(m) = (s − E_m(s')) / m, the paper's utility per example, exactly.
 *
 * In a = |M|√m/(ησ) the utility is proportional to (q − k(a))/a² with q = (s − S*)/|M|; its slope has the sign of
 * g(a) − 2q with g falling from ∞ to 2: one maximum where q > 1, and for q <= 1 (the step leads uphill, u < 0 for
 * every m) the largest m. The integer beside the real maximum that has the higher utility is the answer.
 *
 * @param walker `height` > 0, `spread` >= 0
 * @see Yin, Luo, Nakamura, KDD 2017, eq. 7 and 8
 */
export function bestBatchSize(walker: Walker, largest: number): number {
  const best = continuousBest(walker);
  if (!(best < largest)) return largest;
  const below = Math.max(1, Math.floor(best));
  const above = Math.min(largest, below + 1);
  const utility = (m: number): number => expectedDecrease(walker, m) / m;
  return utility(above) > utility(below) ? above : below;
}
