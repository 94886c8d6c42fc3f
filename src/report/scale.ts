/** How values lie on an axis. */
export type ScaleKind = 'linear' | 'log2' | 'log10';

/** Least and greatest value of an axis. */
export type Range = readonly [number, number];

const TICK_STEPS = [1, 2, 5, 10];

function linearTicks([low, high]: Range, most: number): number[] {
  const rough = (high - low) / Math.max(most, 1);
  if (!(rough > 0 && Number.isFinite(rough))) return [low];
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = magnitude * (TICK_STEPS.find((factor) => factor * magnitude >= rough * 0.999) as number);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Powers of the base in the range, every so many that no more than `most` remain. */
function powers([low, high]: Range, base: number, most: number): number[] {
  const first = Math.ceil(Math.log(low) / Math.log(base) - 1e-9);
  const last = Math.floor(Math.log(high) / Math.log(base) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / Math.max(most, 1)));
  const ticks: number[] = [];
  for (let exponent = first; exponent <= last; exponent++) {
    if (exponent % every === 0) ticks.push(Number((base ** exponent).toPrecision(12)));
  }
  return ticks;
}

function log10Ticks(range: Range, most: number): number[] {
  const decades = powers(range, 10, most);
  if (decades.length > 2) return decades;
  for (const factors of [
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 5],
    [1, 3],
  ]) {
    const first = Math.floor(Math.log10(range[0]) - 1e-9);
    const last = Math.ceil(Math.log10(range[1]) + 1e-9);
    const all = Array.from({ length: last - first + 1 }, (_, i) => factors.map((f) => Number(`${f}e${first + i}`)));
    const inside = all.flat().filter((value) => value >= range[0] * (1 - 1e-9) && value <= range[1] * (1 + 1e-9));
    if (inside.length <= most && inside.length >= 2) return inside;
  }
  return decades.length > 0 ? decades : linearTicks(range, most);
}

/** Round values within the range, ascending, about `most` at the most. A logarithmic range lies above 0. */
export function ticksOf(kind: ScaleKind, range: Range, most: number): number[] {
  if (kind === 'linear') return linearTicks(range, most);
  if (kind === 'log10') return log10Ticks(range, most);
  const found = powers(range, 2, most);
  return found.length > 0 ? found : linearTicks(range, most);
}

/** Where a value lies in the range, 0 at the low end and 1 at the high. */
export function shareOf(kind: ScaleKind, [low, high]: Range, value: number): number {
  if (kind === 'linear') return (value - low) / (high - low);
  return Math.log(value / low) / Math.log(high / low);
}

/** The finite values' least and greatest; on a logarithmic axis of those above 0. */
export function extentOf(kind: ScaleKind, columns: Iterable<ArrayLike<number>>): Range | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const column of columns) {
    for (let i = 0; i < column.length; i++) {
      const value = column[i] as number;
      if (!Number.isFinite(value) || (kind !== 'linear' && !(value > 0))) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : undefined;
}

/** The range with room on both sides, 4 % of it, and never empty; a linear one of values >= 0 does not go below 0. */
export function padded(kind: ScaleKind, [low, high]: Range): Range {
  if (kind === 'linear') {
    const room = high > low ? 0.04 * (high - low) : Math.max(Math.abs(high) * 0.1, 1e-9);
    return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
  }
  const least = kind === 'log2' ? Math.SQRT2 : 1.25;
  const factor = Math.max((high / low) ** 0.04, high / low < 2 ? least : 1.06);
  return [low / factor, high * factor];
}
