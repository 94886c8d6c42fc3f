const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);
/** Below it the series of erf converges fast, above it the continued fraction of erfc. */
const SERIES_BOUND = 2.5;

/** erf x = 2/√π·e^(−x²)·Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)): all terms of one sign, so nothing cancels. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
}

/** erfc x = e^(−x²)/√π · 1/(x + ½/(x + 1/(x + 3⁄2/(x + …)))) for x > 0, evaluated from the far end. */
function erfcFraction(x: number): number {
  let tail = x;
  for (let k = 60; k >= 1; k--) tail = x + k / 2 / tail;
  return (TWO_OVER_SQRT_PI / 2) * (Math.exp(-x * x) / tail);
}

/**
 * The complementary error function, 1 − 2/√π ∫₀ˣ exp(−t²) dt, accurate to about 1e-12 relative where it is tiny.
 * @see Abramowitz and Stegun 1964, 7.1.6 and 7.1.14
 */
export function erfc(x: number): number {
  if (Math.abs(x) < SERIES_BOUND) return 1 - erfSeries(x);
  return x > 0 ? erfcFraction(x) : 2 - erfcFraction(-x);
}
