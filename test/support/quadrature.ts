/** Nodes in (0, 1] and weights of Gauss-Legendre quadrature with ten points on [-1, 1]; Abramowitz and Stegun, table 25.4. */
const LEGENDRE = [
  [0.1488743389816312, 0.2955242247147529],
  [0.4333953941292472, 0.2692667193099964],
  [0.6794095682990244, 0.219086362515982],
  [0.8650633666889845, 0.1494513491505806],
  [0.9739065285171717, 0.0666713443086881],
] as const;

/** ∫ f from `low` to `high`, in panels no wider than `panel`, ten points each. */
export function integrate(f: (x: number) => number, low: number, high: number, panel = 0.25): number {
  const panels = Math.max(1, Math.ceil((high - low) / panel));
  const half = (high - low) / panels / 2;
  let sum = 0;
  for (let i = 0; i < panels; i++) {
    const middle = low + (2 * i + 1) * half;
    for (const [node, weight] of LEGENDRE) sum += weight * (f(middle - half * node) + f(middle + half * node));
  }
  return sum * half;
}

/** The density of the standard normal distribution. */
export function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}
