import uPlot from 'uplot';
import type { Plot, PlotLine, PlotSeries, XAxis } from '../plot-model.js';

/** Where a line and its band stand among the aligned columns; 0 is the horizontal axis. */
export interface Placed {
  readonly line: PlotLine;
  readonly column: number;
}

/** Lines of several series over one horizontal axis. */
export interface Aligned {
  readonly data: uPlot.AlignedData;
  readonly placed: readonly Placed[];
}

/** Indices of the rows whose x is finite and above that of the row kept before. */
function ascending(x: ArrayLike<number>): number[] {
  const kept: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < x.length; i++) {
    const value = x[i] as number;
    if (!(value > last && Number.isFinite(value))) continue;
    kept.push(i);
    last = value;
  }
  return kept;
}

/** The values of the rows; null for those that the axis cannot show. */
function picked(values: ArrayLike<number>, rows: readonly number[], isLog: boolean): (number | null)[] {
  return rows.map((row) => {
    const value = values[row] as number;
    return Number.isFinite(value) && (value > 0 || !isLog) ? value : null;
  });
}

/** Puts the lines of the chosen series over one axis; a line's band edges come right behind it, upper edge first. */
export function aligned(plot: Plot, series: readonly PlotSeries[], chosen: readonly number[], axis: XAxis): Aligned {
  const tables: uPlot.AlignedData[] = [];
  const placed: Placed[] = [];
  let column = 1;
  for (const index of chosen) {
    const lines = plot.lines.filter((line) => line.series === index);
    if (lines.length === 0) continue;
    const x = (series[index] as PlotSeries)[axis];
    const rows = ascending(x);
    const columns: (number | null)[][] = [];
    for (const line of lines) {
      placed.push({ line, column: column + columns.length });
      const all = line.band === undefined ? [line.values] : [line.values, line.band.high, line.band.low];
      columns.push(...all.map((values) => picked(values, rows, plot.scale !== 'linear')));
    }
    column += columns.length;
    tables.push([rows.map((row) => x[row] as number), ...columns] as uPlot.AlignedData);
  }
  return { data: tables.length === 0 ? [[]] : uPlot.join(tables), placed };
}

/** The value of a column at a row or, where another series alone has that row, the one before; undefined where there is none. */
export function valueAt(data: uPlot.AlignedData, column: number, row: number): number | undefined {
  const values = data[column];
  for (let i = row; i >= 0; i--) {
    const value = values?.[i];
    if (value !== undefined) return value ?? undefined;
  }
  return undefined;
}
