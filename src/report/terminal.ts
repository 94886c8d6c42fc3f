import { checkCount, checkKeys } from '../core/checks.js';
import { formatNumber, formatTime } from './format.js';
import { type Paint, paint, showsColor } from './paint.js';
import { hasAxis, type Plot, plotsOf, type XAxis } from './plot-model.js';
import { extentOf, padded, type Range } from './scale.js';
import { notesFor, summaryRows } from './summary-rows.js';
import { type TerminalLook, terminalChart } from './terminal-chart.js';
import { titleOf } from './title.js';
import type { ReportChange, ReportSeries } from './types.js';
import { wrapped } from './wrapped.js';

/** Options of {@link terminalReport}. */
export interface TerminalOptions {
  /** Letters of a line; a whole number >= 40. @defaultValue 80 */
  readonly width?: number;
  /** Rows of a chart; a whole number >= 3. @defaultValue 8 */
  readonly height?: number;
  /** What the charts count along. @defaultValue 'examples' */
  readonly axis?: XAxis;
  /** @defaultValue whether standard output is a terminal and NO_COLOR is not set */
  readonly color?: boolean;
  /** Changes listed of each series; a whole number >= 0. @defaultValue 8 */
  readonly changes?: number;
}

const SHOWN: readonly Plot['key'][] = ['loss', 'batchSize', 'learningRate', 'noiseScale'];
const UNITS: Readonly<Record<XAxis, string>> = { examples: 'examples', steps: 'steps', seconds: 'training time' };

/** Text of a log without what would steer a terminal. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

function xRangeOf(series: readonly ReportSeries[], axis: XAxis): Range {
  const shown = series.filter((one) => hasAxis(one, axis));
  const [low, high] = extentOf(
    'linear',
    shown.map((one) => one[axis]),
  ) ?? [0, 1];
  return high > low ? [low, high] : [low - 1, low + 1];
}

/** The chart without what letters are too coarse for. */
function mainOnly(plot: Plot): Plot {
  const lines = plot.lines.filter(({ style }) => style === 'main').map(({ band: _band, ...line }) => line);
  const extent = extentOf(
    plot.scale,
    lines.map(({ values }) => values),
  );
  return { ...plot, lines, range: extent === undefined ? plot.range : padded(plot.scale, extent) };
}

/** Colours tell the series apart; without them each gets a chart of its own. */
function chartsOf(plot: Plot, series: readonly ReportSeries[], look: TerminalLook): string[] {
  const having = [...series.keys()].filter(
    (i) => plot.lines.some((line) => line.series === i) && hasAxis(series[i] as ReportSeries, look.axis),
  );
  const groups = look.paint.hasColor || having.length < 2 ? [having] : having.map((i) => [i]);
  return groups.flatMap((group) => {
    const name = groups.length > 1 ? `, ${plain((series[group[0] as number] as ReportSeries).name)}` : '';
    const title = `${plot.title}${name}`.slice(0, look.width);
    return group.length === 0 ? [] : [look.paint.bold(title), ...terminalChart(plot, series, group, look), ''];
  });
}

function changeLines({ step, from, to, reason }: ReportChange, width: number): string[] {
  const what = Object.is(from.batchSize, to.batchSize)
    ? `rate ${formatNumber(from.learningRate)} → ${formatNumber(to.learningRate)}`
    : `${formatNumber(from.batchSize)} → ${formatNumber(to.batchSize)}`;
  const text = `after step ${formatNumber(step)}: ${what}${reason === '' ? '' : `: ${plain(reason)}`}`;
  return wrapped(text, width - 4).map((line, i) => `${i === 0 ? '  ' : '    '}${line}`);
}

function seriesLines(one: ReportSeries, index: number, width: number, most: number, colors: Paint): string[] {
  const { name, kind, summary, changes } = one;
  const time = summary.seconds === undefined ? '' : `, ${formatTime(summary.seconds)}`;
  const facts = `${kind}, ${formatNumber(summary.steps)} steps, ${formatNumber(summary.examples)} examples${time}`;
  const head = wrapped(`${plain(name)}: ${facts}; ${formatNumber(summary.changes)} changes`, width - 3);
  const left = summary.changes - Math.min(most, changes.length);
  return [
    ...head.map((line, i) => `${i === 0 ? colors.series('━━', index) : '  '} ${line}`),
    ...changes.slice(0, most).flatMap((change) => changeLines(change, width)),
    ...(left > 0 && most > 0 ? [`  and ${formatNumber(left)} more`] : []),
  ];
}

/** Letters of a name over its column of the summary. */
const NAME = 16;

/** The summary, a column for each series; none where they do not fit. */
function summaryLines(series: readonly ReportSeries[], width: number): string[] {
  const names = series.map(({ name }) => (name.length > NAME ? `${plain(name).slice(0, NAME - 1)}…` : plain(name)));
  const rows = [{ label: '', cells: names }, ...summaryRows(series)];
  const label = Math.max(...rows.map((row) => row.label.length));
  const cell = Math.max(...rows.flatMap((row) => row.cells.map((text) => text.length)));
  if (label + (cell + 2) * series.length > width) return [];
  return [
    ...rows.map((row) => row.label.padEnd(label) + row.cells.map((text) => `  ${text.padStart(cell)}`).join('')),
    '',
  ];
}

/**
 * The main charts for a terminal, in braille dots, with the changes and their reasons.
 *
 * @throws RangeError if there is no series, or an option lies outside the range given with it
 * @example console.log(terminalReport([series], { width: process.stdout.columns }));
 */
export function terminalReport(series: readonly ReportSeries[], options: TerminalOptions = {}): string {
  checkKeys('terminalReport', options, ['width', 'height', 'axis', 'color', 'changes']);
  titleOf('terminalReport', series, options);
  const { axis = 'examples' } = options;
  const width = checkCount('terminalReport: width', options.width ?? 80, 40);
  const height = checkCount('terminalReport: height', options.height ?? 8, 3);
  const most = checkCount('terminalReport: changes', options.changes ?? 8, 0);
  const colors = paint(options.color ?? showsColor());
  const look: TerminalLook = { width, height, axis, xRange: xRangeOf(series, axis), paint: colors };
  const plots = plotsOf(series)
    .filter(({ key }) => SHOWN.includes(key))
    .map(mainOnly);
  return [
    ...series.flatMap((one, i) => seriesLines(one, i, width, most, colors)),
    '',
    ...plots.flatMap((plot) => chartsOf(plot, series, look)),
    ...summaryLines(series, width),
    ...wrapped(`Along: ${UNITS[axis]}. ${notesFor(series).join(' ')}`, width).map(colors.dim),
  ].join('\n');
}
