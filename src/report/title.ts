import type { XAxis } from './plot-model.js';
import type { ReportSeries } from './types.js';

const AXES: readonly XAxis[] = ['examples', 'steps', 'seconds'];

/**
 * The title of a report: that of the options, the only series' name, or how many series there are.
 * @param name of the function, for messages
 * @throws RangeError if there is no series, or the axis is none
 */
export function titleOf(
  name: string,
  series: readonly ReportSeries[],
  { title, axis = 'examples' }: { readonly title?: string; readonly axis?: XAxis },
): string {
  const [first] = series;
  if (first === undefined) throw new RangeError(`${name}: needs at least one series; got none`);
  if (!AXES.includes(axis)) {
    throw new RangeError(`${name}: axis must be one of ${AXES.join(', ')}; got ${JSON.stringify(axis)}`);
  }
  if (title !== undefined) return title;
  const kinds = [...new Set(series.map(({ kind }) => `${kind}s`))].sort().reverse();
  return series.length === 1 ? first.name : `${series.length} ${kinds.join(' and ')}`;
}
