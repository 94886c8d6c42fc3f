import type uPlot from 'uplot';
import type { PlotSeries, XAxis } from '../plot-model.js';
import type { ReportChange } from '../types.js';

/** A change where a chart has it. */
export interface Mark {
  /** Index of its series. */
  readonly series: number;
  readonly change: ReportChange;
  readonly x: number;
}

function xOf({ step, examples, seconds }: ReportChange, axis: XAxis): number {
  return axis === 'steps' ? step : axis === 'examples' ? examples : seconds;
}

/** The changes of the chosen series along the axis. */
export function marksOf(series: readonly PlotSeries[], chosen: readonly number[], axis: XAxis): Mark[] {
  const marks = chosen.flatMap((index) =>
    (series[index] as PlotSeries).changes.map((change) => ({ series: index, change, x: xOf(change, axis) })),
  );
  return marks.sort((a, b) => a.x - b.x);
}

/** How far from a change the pointer still finds it [px]. */
const REACH = 14;

/** The marks nearest to a place, at most three, each of another series. @param left from the plot's left edge [px] */
export function marksAt(u: uPlot, marks: readonly Mark[], left: number): Mark[] {
  const near = marks
    .map((mark) => ({ mark, distance: Math.abs(u.valToPos(mark.x, 'x') - left) }))
    .filter(({ distance }) => distance <= REACH)
    .sort((a, b) => a.distance - b.distance);
  const bySeries = new Map<number, Mark>();
  for (const { mark } of near) if (!bySeries.has(mark.series)) bySeries.set(mark.series, mark);
  return [...bySeries.values()].slice(0, 3);
}
