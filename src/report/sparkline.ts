import { checkCount } from '../core/checks.js';
import { extentOf, type ScaleKind, shareOf } from './scale.js';

const BARS = '▁▂▃▄▅▆▇█';

/**
 * A row of bars, one letter each: the values' course in a line of text. A letter shows the mean of its share of the values; a blank stands
 * where there is none.
 * @param width letters at most; a whole number >= 1
 * @param scale of the bars' height
 * @throws RangeError if the width is out of its range
 * @example sparkline([1, 2, 4, 8], 4, 'log2') // '▁▃▆█'
 */
export function sparkline(values: ArrayLike<number>, width: number, scale: ScaleKind = 'linear'): string {
  const count = Math.min(checkCount('sparkline: width', width), values.length);
  const means = Array.from({ length: count }, (_, i) => {
    const [from, to] = [Math.floor((i * values.length) / count), Math.floor(((i + 1) * values.length) / count)];
    const part = Array.from({ length: to - from }, (_value, j) => values[from + j] as number);
    const shown = part.filter((value) => Number.isFinite(value) && (scale === 'linear' || value > 0));
    return shown.reduce((sum, value) => sum + value, 0) / shown.length;
  });
  const range = extentOf(scale, [means]);
  if (range === undefined) return ' '.repeat(count);
  return means
    .map((value) => {
      if (!Number.isFinite(value)) return ' ';
      const share = range[0] === range[1] ? 0 : shareOf(scale, range, value);
      return BARS[Math.min(Math.round(share * (BARS.length - 1)), BARS.length - 1)];
    })
    .join('');
}
