import { brailleCanvas } from './braille.js';
import { formatNumber, formatShort, formatTime } from './format.js';
import type { Paint } from './paint.js';
import type { Plot, PlotSeries, XAxis } from './plot-model.js';
import { type Range, shareOf, ticksOf } from './scale.js';

/** What a chart of letters looks like. */
export interface TerminalLook {
  /** Letters, labels included. */
  readonly width: number;
  /** Rows of the plot. */
  readonly height: number;
  readonly axis: XAxis;
  readonly xRange: Range;
  readonly paint: Paint;
}

/** Letters left of the plot. */
const LABELS = 9;

type Point = readonly [x: number, y: number];

/** Draws one line over the canvas, from point to point. */
function drawLine(
  values: ArrayLike<number>,
  x: ArrayLike<number>,
  place: (x: number, value: number) => Point,
  draw: (from: Point, to: Point) => void,
) {
  let before: Point | undefined;
  for (let i = 0; i < values.length; i++) {
    const point = place(x[i] as number, values[i] as number);
    if (!point.every(Number.isFinite)) {
      before = undefined;
      continue;
    }
    draw(before ?? point, point);
    before = point;
  }
}

/** The numbers left of the plot, one on each row that has one. */
function labelsOf({ scale, range }: Plot, { height, paint }: TerminalLook): string[] {
  const labels = new Array<string>(height).fill('');
  for (const value of ticksOf(scale, range, Math.max(2, Math.ceil(height / 2)))) {
    const row = Math.round((1 - shareOf(scale, range, value)) * (height - 1));
    labels[row] = (scale === 'log2' ? formatNumber : formatShort)(value);
  }
  return labels.map((label) => paint.dim(`${label.padStart(LABELS - 2)} ${label === '' ? '│' : '┤'}`));
}

function bottomOf({ width, axis, xRange: [low, high], paint }: TerminalLook): string[] {
  const format = axis === 'seconds' ? formatTime : formatShort;
  const room = width - LABELS;
  const [left, middle, right] = [low, (low + high) / 2, high].map(format) as [string, string, string];
  const gap = room - left.length - middle.length - right.length;
  const half = Math.max(1, Math.floor(gap / 2));
  const numbers = gap < 2 ? left : `${left}${' '.repeat(half)}${middle}${' '.repeat(Math.max(1, gap - half))}${right}`;
  return [`${' '.repeat(LABELS - 1)}└${'─'.repeat(room)}`, `${' '.repeat(LABELS)}${numbers}`].map(paint.dim);
}

/** A chart of the chosen series in letters, a row each. */
export function terminalChart(
  plot: Plot,
  series: readonly PlotSeries[],
  chosen: readonly number[],
  look: TerminalLook,
): string[] {
  const canvas = brailleCanvas(look.width - LABELS, look.height);
  const place = (x: number, value: number): Point => [
    Math.round(shareOf('linear', look.xRange, x) * (canvas.width - 1)),
    Math.round((1 - shareOf(plot.scale, plot.range, value)) * (canvas.height - 1)),
  ];
  for (const { series: index, values } of plot.lines) {
    if (!chosen.includes(index)) continue;
    drawLine(values, (series[index] as PlotSeries)[look.axis], place, (from, to) => {
      const corner: Point = plot.isStepped ? [from[0], to[1]] : from;
      canvas.line(from, corner, index);
      canvas.line(corner, to, index);
    });
  }
  const labels = labelsOf(plot, look);
  const rows = canvas.rows(look.paint.series).map((row, i) => `${labels[i]}${row}`.trimEnd());
  return [...rows, ...bottomOf(look)];
}
