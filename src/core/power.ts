/**
 * base to a whole power >= 0, by squaring: products alone, so that its last bit is the same in every version of V8.
 * Exact as long as the products are.
 */
export function wholePower(base: number, exponent: number): number {
  let power = 1;
  let square = base;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power *= square;
    square *= square;
  }
  return power;
}
