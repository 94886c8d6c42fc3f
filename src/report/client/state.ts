import { COLUMN_NAMES, type PageData, type PageSeries } from '../page-data.js';
import { hasAxis, type PlotSeries, type XAxis } from '../plot-model.js';

/** What the reader has chosen. */
export interface View {
  axis: XAxis;
  layout: 'over' | 'side';
  isDark: boolean;
  readonly hidden: Set<number>;
}

function revived(column: readonly (number | null)[]): number[] {
  return column.map((value) => value ?? Number.NaN);
}

function plotSeries({ columns, noise, ...rest }: PageSeries): PlotSeries {
  const known = Object.fromEntries(COLUMN_NAMES.map((key) => [key, revived(columns[key] ?? [])]));
  const scale = noise && { estimate: revived(noise.estimate), low: revived(noise.low), high: revived(noise.high) };
  return { ...rest, ...known, ...(scale && { noiseScale: scale }) } as unknown as PlotSeries;
}

/** The series that the page carries. */
export function readData(): { axis: XAxis; series: PlotSeries[] } {
  const text = document.getElementById('data')?.textContent ?? '';
  const { axis, series } = JSON.parse(text) as PageData;
  return { axis, series: series.map(plotSeries) };
}

/** Indices of the series that the reader wants to see and that have the axis. */
export function shownSeries(series: readonly PlotSeries[], { hidden, axis }: View): number[] {
  return [...series.keys()].filter((i) => !hidden.has(i) && hasAxis(series[i] as PlotSeries, axis));
}
