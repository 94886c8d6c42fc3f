/** Range of an axis. */
export type Range = [low: number, high: number];

const ONE_TWO_FIVE = [1, 2, 5] as const;
/** The least factor between the ends of a logarithmic axis. */
const LEAST_FACTOR = 4;
/** Room beyond the first and the last value, as a share of their distance. */
const MARGIN = 0.06;

/** The ends of a logarithmic axis that shows values from `low` to `high`, both above 0. */
export function logRange(low: number, high: number): Range {
  const widening = Math.max(0, Math.log(LEAST_FACTOR / (high / low)) / 2);
  const margin = Math.max(widening, MARGIN * Math.log(high / low));
  return [low / Math.exp(margin), high * Math.exp(margin)];
}

/** Every so many of the items that no more than `most` stay. */
function thinned(items: readonly number[], most: number): number[] {
  const every = Math.ceil(items.length / Math.max(most, 1));
  return items.filter((_, i) => i % every === 0);
}

/** Powers of two in the range, at most `most`. */
export function twoTicks([low, high]: Range, most: number): number[] {
  const [first, last] = [Math.ceil(Math.log2(low)), Math.floor(Math.log2(high))];
  const powers = Array.from({ length: Math.max(last - first + 1, 0) }, (_, i) => 2 ** (first + i));
  return thinned(powers, most);
}

/** 1, 2, 5, 10, …, or powers of ten alone where those are too many, at most `most`. */
export function tenTicks([low, high]: Range, most: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const decades = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const within = (ticks: readonly number[]) => ticks.filter((tick) => tick >= low && tick <= high);
  const power = (exponent: number, digit = 1) => Number(`${digit}e${exponent}`);
  const fine = within(decades.flatMap((exponent) => ONE_TWO_FIVE.map((digit) => power(exponent, digit))));
  if (fine.length <= most) return fine;
  return thinned(within(decades.map((exponent) => power(exponent))), most);
}
