import uPlot from 'uplot';
import { formatNumber, formatShort, formatTime } from '../format.js';
import { colorOf, dashOf, type Palette } from '../palette.js';
import type { Plot, XAxis } from '../plot-model.js';
import { type Range, ticksOf } from '../scale.js';
import type { Placed } from './aligned.js';

/** What a chart looks like. */
export interface ChartLook {
  readonly plot: Plot;
  readonly axis: XAxis;
  readonly palette: Palette;
  readonly width: number;
  readonly height: number;
  readonly xRange: Range;
}

/** Room for one label [px]. */
const LABEL_WIDTH = 74;
const LABEL_HEIGHT = 34;
const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

function pathsOf(plot: Plot): uPlot.Series.PathBuilder {
  const { stepped, linear } = uPlot.paths;
  const build = plot.isStepped ? stepped?.({ align: -1 }) : linear?.();
  return build ?? (() => null);
}

function seriesOf({ plot, palette }: ChartLook, { line }: Placed): uPlot.Series[] {
  const color = colorOf(palette, line.series);
  const edge: uPlot.Series = { stroke: 'transparent', width: 0, points: { show: false }, paths: pathsOf(plot) };
  const edges = line.band === undefined ? [] : [edge, edge];
  if (line.style === 'points') {
    const points = { show: true, size: 6, stroke: palette.panel, fill: color, width: 1 };
    return [{ stroke: color, paths: () => null, points }, ...edges];
  }
  const isFaint = line.style === 'faint';
  const main: uPlot.Series = {
    stroke: isFaint ? `${color}40` : color,
    width: isFaint ? 1 : 2,
    points: { show: false },
    paths: pathsOf(plot),
    ...(!isFaint && { dash: [...dashOf(line.series)] }),
  };
  return [main, ...edges];
}

function bandsOf({ palette }: ChartLook, placed: readonly Placed[]): uPlot.Band[] {
  return placed
    .filter(({ line }) => line.band !== undefined)
    .map(({ line, column }) => ({ series: [column + 1, column + 2], fill: `${colorOf(palette, line.series)}24` }));
}

function axesOf({ plot, axis, palette }: ChartLook): uPlot.Axis[] {
  const common: uPlot.Axis = {
    stroke: palette.muted,
    font: FONT,
    grid: { stroke: palette.grid, width: 1 },
    ticks: { show: false },
  };
  const most = (length: number, label: number): number => Math.max(2, Math.floor(length / label));
  const format = axis === 'seconds' ? formatTime : formatShort;
  return [
    {
      ...common,
      size: 28,
      gap: 8,
      splits: ({ width }, _axis, min, max) => ticksOf('linear', [min, max], most(width, LABEL_WIDTH)),
      values: (_u, splits) => splits.map(format),
    },
    {
      ...common,
      size: 54,
      gap: 8,
      splits: ({ height }, _axis, min, max) => ticksOf(plot.scale, [min, max], most(height, LABEL_HEIGHT)),
      filter: (_u, splits) => splits,
      values: (_u, splits) => splits.map(plot.scale === 'log2' ? formatNumber : formatShort),
    },
  ];
}

/** uPlot's options for a chart, without its hooks. */
export function chartOptions(look: ChartLook, placed: readonly Placed[]): uPlot.Options {
  const { plot, xRange, width, height } = look;
  const range: uPlot.Range.MinMax = [...plot.range];
  const y: uPlot.Scale =
    plot.scale === 'linear' ? { range } : { distr: 3, log: plot.scale === 'log2' ? 2 : 10, range: () => range };
  return {
    width,
    height,
    padding: [10, 14, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: 'report', setSeries: false },
      drag: { x: true, y: false, setScale: true },
      points: { size: 8 },
      y: false,
    },
    scales: { x: { time: false, range: (_u, min, max) => (min === null ? [...xRange] : [min, max]) }, y },
    axes: axesOf(look),
    series: [{}, ...placed.flatMap((one) => seriesOf(look, one))],
    bands: bandsOf(look, placed),
  };
}
