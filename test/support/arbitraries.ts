import fc from 'fast-check';

/** Numbers spread evenly over the orders of magnitude in [min, max]. */
export function logarithmic(min: number, max: number): fc.Arbitrary<number> {
  return fc
    .double({ min: Math.log(min), max: Math.log(max), noNaN: true })
    .map((x) => Math.min(Math.max(Math.exp(x), min), max));
}
