import uPlot from 'uplot';
import { formatNumber, formatSeconds } from './format.js';
import type { RunRecord } from './record.js';
import { logRange, type Range, tenTicks, twoTicks } from './ticks.js';

/** A quantity that is drawn over the time of a run. */
export interface Quantity {
  readonly key: 'loss' | 'batchSize' | 'learningRate' | 'noiseScale';
  /** What is drawn as the line; `key` itself is then drawn faintly behind it. */
  readonly smoothed?: 'smoothedLoss';
  readonly title: string;
  readonly unit: string;
  readonly isStepped: boolean;
  readonly base: 2 | 10;
}

export const QUANTITIES: readonly Quantity[] = [
  { key: 'loss', smoothed: 'smoothedLoss', title: 'Training loss', unit: '', isStepped: false, base: 10 },
  { key: 'batchSize', title: 'Batch size', unit: 'examples', isStepped: true, base: 2 },
  { key: 'learningRate', title: 'Learning rate', unit: '', isStepped: true, base: 10 },
  { key: 'noiseScale', title: 'Gradient noise scale', unit: 'examples', isStepped: true, base: 10 },
];

/** A chart on the page. */
export interface Chart {
  /** Draws the run, and behind it the one before. */
  draw(record: RunRecord, before: RunRecord | undefined): void;
  /** Takes on the page's width and colours. */
  refit(): void;
}

const HEIGHT = 210;
const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
/** Room for one label [px]. */
const LABEL = { width: 70, height: 30 };

/** A colour of the page's style, in the theme it now has. */
function color(name: string, alpha = ''): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim() + alpha;
}

function seriesOf({ isStepped, smoothed }: Quantity): uPlot.Series[] {
  const paths = (isStepped ? uPlot.paths.stepped?.({ align: -1 }) : uPlot.paths.linear?.()) as uPlot.Series.PathBuilder;
  const common: uPlot.Series = { points: { show: false }, paths, spanGaps: true };
  const before: uPlot.Series = { ...common, stroke: () => color('before'), width: 1.5, dash: [6, 4] };
  const faint: uPlot.Series = { ...common, stroke: () => color('now', '38'), width: 1 };
  const now: uPlot.Series = { ...common, stroke: () => color('now'), width: 2 };
  return smoothed === undefined ? [{}, before, now] : [{}, faint, before, now];
}

function axesOf({ base }: Quantity): uPlot.Axis[] {
  const common: uPlot.Axis = {
    stroke: () => color('muted'),
    font: FONT,
    grid: { stroke: () => color('grid'), width: 1 },
    ticks: { show: false },
    gap: 8,
  };
  const ticks = base === 2 ? twoTicks : tenTicks;
  return [
    { ...common, size: 28, space: LABEL.width, values: (_u, splits) => splits.map((at) => `${formatNumber(at)} s`) },
    {
      ...common,
      size: 58,
      splits: ({ height }, _axis, low, high) => ticks([low, high], Math.floor(height / LABEL.height)),
      filter: (_u, splits) => splits,
      values: (_u, splits) => splits.map(formatNumber),
    },
  ];
}

function optionsOf(quantity: Quantity, show: (u: uPlot) => void): uPlot.Options {
  const range = (_u: uPlot, low: number | null, high: number | null): Range =>
    low === null || high === null ? [1, 10] : logRange(low, high);
  return {
    width: 300,
    height: HEIGHT,
    padding: [10, 14, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: 'run', setSeries: false }, drag: { x: false, y: false }, y: false, points: { size: 7 } },
    scales: {
      x: { time: false, range: (_u, _low, high) => [0, Math.max(high ?? 0, 0.1)] },
      y: { distr: 3, log: quantity.base, range },
    },
    axes: axesOf(quantity),
    series: seriesOf(quantity),
    hooks: { setCursor: [show] },
  };
}

/** Columns of both runs over one time axis, in the order of the chart's series. */
function columnsOf({ key, smoothed }: Quantity, record: RunRecord, before?: RunRecord): uPlot.AlignedData {
  const main = smoothed ?? key;
  const own: uPlot.AlignedData = [record.seconds, ...(smoothed ? [record[key]] : []), record[main]];
  const [x, ...columns] = before === undefined ? own : uPlot.join([own, [before.seconds, before[main]]]);
  const [faint, now, earlier = []] = smoothed ? columns : [[], ...columns];
  return [x, ...(smoothed ? [faint] : []), earlier, now] as uPlot.AlignedData;
}

/** The last value at or before a row. */
function valueAt(values: ArrayLike<number | null | undefined> | undefined, row: number): number | undefined {
  for (let i = row; i >= 0; i--) {
    const value = values?.[i];
    if (value !== null && value !== undefined) return value;
  }
  return undefined;
}

/** Makes a chart with its title and its value, the latest or the one under the pointer, and puts it into `parent`. */
export function addChart(parent: HTMLElement, quantity: Quantity): Chart {
  const { title, unit } = quantity;
  const figure = document.createElement('figure');
  figure.className = quantity.key;
  figure.innerHTML = '<figcaption><h3></h3><span class="value"></span></figcaption><div class="plot" role="img"></div>';
  parent.append(figure);
  const [heading, value, plot] = ['h3', '.value', '.plot'].map((part) => figure.querySelector(part)) as [
    HTMLElement,
    HTMLElement,
    HTMLElement,
  ];
  heading.textContent = title;
  plot.ariaLabel = `${title}: nothing yet`;

  function show(u: uPlot): void {
    const [x] = u.data;
    const row = u.cursor.idx ?? x.length - 1;
    const now = valueAt(u.data.at(-1), row);
    const text = now === undefined ? '' : `${formatNumber(now)} ${unit}`.trim();
    value.textContent = text === '' || u.cursor.idx == null ? text : `${text} at ${formatSeconds(x[row] as number)}`;
    if (text !== '') plot.ariaLabel = `${title}: ${text} after ${formatSeconds(x[row] as number)}`;
  }

  const u = new uPlot(optionsOf(quantity, show), [[]], plot);
  return {
    draw(record, before) {
      u.setData(columnsOf(quantity, record, before));
      show(u);
    },
    refit() {
      if (plot.clientWidth > 0) u.setSize({ width: plot.clientWidth, height: HEIGHT });
      u.redraw();
    },
  };
}
