import asciichart from 'asciichart';
import pc from 'picocolors';

/** A value from a time on. */
export interface Point {
  readonly elapsedMs: number;
  readonly value: number;
}

/** A line of a chart. */
interface Line {
  readonly points: readonly Point[];
  readonly color: 'darkgray' | 'cyan' | 'yellow';
}

/** A chart over time. */
interface Chart {
  readonly lines: readonly Line[];
  /** Whether a line keeps its value until the next point, rather than going straight there. */
  readonly isStepped?: boolean;
  /** The time at the right edge [ms]. */
  readonly untilMs: number;
  /** Rows of the plot, less one. */
  readonly height: number;
  readonly format: (value: number) => string;
}

const COLUMNS = 66;
const MARGIN = 8;

/** The value at a time, on a logarithmic scale. */
function valueAt({ points }: Line, elapsedMs: number, isStepped: boolean): number {
  const next = points.findIndex((point) => point.elapsedMs > elapsedMs);
  const after = points[next === -1 ? points.length - 1 : next] as Point;
  const before = points[next === -1 ? points.length - 1 : Math.max(0, next - 1)] as Point;
  if (isStepped || before === after) return Math.log2(before.value);
  const share = (elapsedMs - before.elapsedMs) / (after.elapsedMs - before.elapsedMs);
  return Math.log2(before.value) + share * (Math.log2(after.value) - Math.log2(before.value));
}

function sampled(line: Line, { untilMs, isStepped = false }: Chart): number[] {
  const end = (line.points.at(-1) as Point).elapsedMs;
  const count = Math.max(2, Math.round((COLUMNS * Math.min(end, untilMs)) / untilMs));
  return Array.from({ length: count }, (_, i) => valueAt(line, (untilMs * i) / COLUMNS, isStepped));
}

function timeAxis(untilMs: number): string {
  const digits = untilMs < 10_000 ? 1 : 0;
  const labels = [0, 0.5, 1].map((share) => `${((share * untilMs) / 1000).toFixed(digits)} s`);
  const gap = (COLUMNS - labels.join('').length) / 2;
  const [left, middle, right] = labels as [string, string, string];
  const row = left + ' '.repeat(Math.floor(gap)) + middle + ' '.repeat(Math.ceil(gap)) + right;
  return pc.dim(' '.repeat(MARGIN) + row);
}

/** Draws the lines over time, on a logarithmic scale, 75 columns wide, the last line on top. */
export function drawChart(chart: Chart): string {
  const series = chart.lines.map((line) => sampled(line, chart));
  const plot = asciichart.plot(series, {
    height: chart.height,
    offset: MARGIN,
    colors: chart.lines.map(({ color }) => (pc.isColorSupported ? asciichart[color] : undefined)),
    format: (value) => chart.format(2 ** value).padStart(MARGIN - 2),
  });
  const rows = plot.split('\n').map((row) => row.trimEnd());
  return [...rows, timeAxis(chart.untilMs)].join('\n');
}
