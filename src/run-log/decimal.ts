/** 10⁰ to 10²², each a double exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
const MOST_POWER = 22;
/** Splits a double into two halves of 26 bits. */
const SPLITTER = 2 ** 27 + 1;
/** Above the relative error of the second quotient, which is under 2⁻⁵¹. */
const DOUBT = 2 ** -50;

/** a·b − fl(a·b), exactly. @see Dekker 1971, "A floating-point technique for extending the available precision" */
function productError(a: number, b: number, product: number): number {
  const aScaled = SPLITTER * a;
  const aHigh = aScaled - (aScaled - a);
  const aLow = a - aHigh;
  const bScaled = SPLITTER * b;
  const bHigh = bScaled - (bScaled - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/**
 * The double nearest to (high·10^lowDigits + low)·10^−scale, as `Number` of the same digits gives it; NaN where this way cannot tell, which
 * is rare for the up to 17 digits that JavaScript writes.
 *
 * Where the digits make a whole number below 2⁵³, one division by an exact power of ten rounds rightly. Else the whole number is the exact
 * sum of two doubles; the quotient of the first has an exact remainder, which with the second makes a correction known to 2⁻⁵⁰ of
 * itself: if both ends of that doubt round the same way, so does the truth.
 * @param high a whole number below 10⁹
 * @param low a whole number of `lowDigits` <= 8 digits
 * @see Clinger 1990, "How to read floating point numbers accurately"
 */
export function nearestDouble(high: number, low: number, lowDigits: number, scale: number): number {
  const shifted = high * (POWERS[lowDigits] as number);
  const sum = shifted + low;
  const isExact = sum <= Number.MAX_SAFE_INTEGER;
  if (scale <= 0) {
    if (scale === 0) return sum;
    return isExact && scale >= -MOST_POWER ? sum * (POWERS[-scale] as number) : Number.NaN;
  }
  if (scale > MOST_POWER) return sum === 0 ? 0 : Number.NaN;
  const divisor = POWERS[scale] as number;
  const quotient = sum / divisor;
  if (isExact) return quotient;
  // As shifted > low, this is what the sum lost, exactly.
  const lost = low - (sum - shifted);
  const product = quotient * divisor;
  const remainder = sum - product - productError(quotient, divisor, product);
  const correction = (remainder + lost) / divisor;
  const below = quotient + correction * (1 - DOUBT);
  const above = quotient + correction * (1 + DOUBT);
  return below === above ? above : Number.NaN;
}
