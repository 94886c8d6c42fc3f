import { extentOf, padded, type Range, type ScaleKind } from './scale.js';
import type { ReportChange, ReportSummary, SeriesKind } from './types.js';

/** What the horizontal axis counts. */
export type XAxis = 'examples' | 'steps' | 'seconds';

type Numbers = ArrayLike<number>;

/** A series as a chart reads it: typed arrays here, plain arrays in the page. */
export interface PlotSeries {
  readonly name: string;
  readonly kind: SeriesKind;
  readonly steps: Numbers;
  readonly examples: Numbers;
  readonly seconds: Numbers;
  readonly loss: Numbers;
  readonly smoothedLoss: Numbers;
  readonly validationLoss: Numbers;
  readonly batchSize: Numbers;
  readonly learningRate: Numbers;
  readonly noiseScale?: { readonly estimate: Numbers; readonly low: Numbers; readonly high: Numbers };
  readonly examplesPerSecond: Numbers;
  readonly changes: readonly ReportChange[];
  readonly summary: ReportSummary;
}

/** `main`: a line; `faint`: a thin pale one behind it; `points`: dots. */
type LineStyle = 'main' | 'faint' | 'points';

/** One line of a chart. */
export interface PlotLine {
  /** Index of its series. */
  readonly series: number;
  readonly style: LineStyle;
  /** What it shows, besides what the chart does. */
  readonly label?: string;
  readonly values: Numbers;
  /** Edges of its confidence band. */
  readonly band?: { readonly low: Numbers; readonly high: Numbers };
}

/** One chart with what it shows. */
export interface Plot {
  readonly key: 'loss' | 'batchSize' | 'learningRate' | 'noiseScale' | 'examplesPerSecond';
  readonly title: string;
  /** One line that says how to read it. */
  readonly note: string;
  readonly scale: ScaleKind;
  readonly range: Range;
  /** Whether a value holds from the step before on, so that the line is one of steps. */
  readonly isStepped: boolean;
  readonly lines: readonly PlotLine[];
}

/** Least ratio of a loss's greatest to its least value that makes its axis logarithmic. */
const LOG_LOSS = 20;
/** How far a band may go past the estimates of all series, and a batch's loss below the least smoothed one on a log axis, as a factor. */
const ROOM = 4;

/** Tells records apart: replays of one have the same. */
function recordKey({ summary }: PlotSeries): string {
  const { steps, examples, finalLoss, leastLoss, seconds } = summary;
  return JSON.stringify([steps, examples, finalLoss, leastLoss, seconds]);
}

function noiseKey(series: PlotSeries): string {
  return `${recordKey(series)} ${series.summary.noiseScale}`;
}

/** Indices of the series whose loss and speed are shown: replays share those of the record that they were made on. */
function recordsOf(series: readonly PlotSeries[]): number[] {
  const isReplay = (i: number): boolean => series[i]?.kind === 'replay';
  const seen = new Set<string>();
  const indices = [...series.keys()].sort((a, b) => Number(isReplay(a)) - Number(isReplay(b)));
  return indices.filter((i) => {
    const key = recordKey(series[i] as PlotSeries);
    const isNew = !isReplay(i) || !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

function lossPlot(series: readonly PlotSeries[], shown: readonly number[]): Omit<Plot, 'range'> {
  const columns = shown.map((i) => (series[i] as PlotSeries).smoothedLoss);
  const extent = extentOf('linear', columns);
  const isLog = extent !== undefined && extent[0] > 0 && extent[1] / extent[0] >= LOG_LOSS;
  const lines = shown.flatMap((i): PlotLine[] => {
    const { loss, smoothedLoss, validationLoss } = series[i] as PlotSeries;
    return [
      { series: i, style: 'faint', label: 'of the batch', values: loss },
      { series: i, style: 'main', values: smoothedLoss },
      { series: i, style: 'points', label: 'validation', values: validationLoss },
    ];
  });
  const hasDots = shown.some((i) => extentOf('linear', [(series[i] as PlotSeries).validationLoss]) !== undefined);
  return {
    key: 'loss',
    title: 'Loss',
    note: `line: smoothed training loss; pale: of each batch${hasDots ? '; dots: validation' : ''}${isLog ? '; log axis' : ''}`,
    scale: isLog ? 'log10' : 'linear',
    isStepped: false,
    lines,
  };
}

function otherPlots(series: readonly PlotSeries[], shown: readonly number[]): Omit<Plot, 'range'>[] {
  const all = [...series.keys()];
  const hasReplay = series.some(({ kind }) => kind === 'replay');
  const main = (indices: readonly number[], key: 'batchSize' | 'learningRate' | 'examplesPerSecond'): PlotLine[] =>
    indices.map((i) => ({ series: i, style: 'main', values: (series[i] as PlotSeries)[key] }));
  const noise = all.flatMap((i): PlotLine[] => {
    const { noiseScale } = series[i] as PlotSeries;
    // Replays of one record estimate alike, unless their memory differs.
    const isRepeated = all.some(
      (j) => j < i && noiseKey(series[j] as PlotSeries) === noiseKey(series[i] as PlotSeries),
    );
    return noiseScale === undefined || isRepeated
      ? []
      : [{ series: i, style: 'main', values: noiseScale.estimate, band: noiseScale }];
  });
  const hasBand = noise.some(({ band }) => band !== undefined && extentOf('log10', [band.low]) !== undefined);
  return [
    {
      key: 'batchSize',
      title: 'Batch size',
      note: `examples; log axis; dots: changes${hasReplay ? '; replays: last asked for' : ''}`,
      scale: 'log2',
      isStepped: true,
      lines: main(all, 'batchSize'),
    },
    {
      key: 'learningRate',
      title: 'Learning rate',
      note: 'log axis; dots: changes',
      scale: 'log10',
      isStepped: true,
      lines: main(all, 'learningRate'),
    },
    {
      key: 'noiseScale',
      title: 'Noise scale',
      note: `examples; log axis${hasBand ? '; band: 95 % confidence' : ''}`,
      scale: 'log10',
      isStepped: false,
      lines: noise,
    },
    {
      key: 'examplesPerSecond',
      title: 'Examples per second',
      note: 'smoothed',
      scale: 'linear',
      isStepped: false,
      lines: main(shown, 'examplesPerSecond'),
    },
  ];
}

/** The range that shows all lines whole; bands, and the least losses on a log axis, as far as they do not dwarf the rest. */
function rangeOf({ key, scale, lines }: Omit<Plot, 'range'>): Range | undefined {
  const whole = extentOf(
    scale,
    lines.map(({ values }) => values),
  );
  if (whole === undefined) return undefined;
  if (key === 'examplesPerSecond') return padded(scale, [0, whole[1]]);
  const main = lines.filter(({ style }) => style === 'main').map(({ values }) => values);
  const least = extentOf(scale, main)?.[0] ?? whole[0];
  const extent = [scale === 'linear' ? whole[0] : Math.max(whole[0], least / ROOM), whole[1]] as const;
  const edges = lines.flatMap(({ band }) => (band === undefined ? [] : [band.low, band.high]));
  const [low, high] = extentOf(scale, edges) ?? extent;
  return padded(scale, [
    Math.min(extent[0], Math.max(low, extent[0] / ROOM)),
    Math.max(extent[1], Math.min(high, extent[1] * ROOM)),
  ]);
}

/** The charts for which there is anything to show, in the order in which a report has them. */
export function plotsOf(series: readonly PlotSeries[]): Plot[] {
  const shown = recordsOf(series);
  return [lossPlot(series, shown), ...otherPlots(series, shown)].flatMap((plot) => {
    const range = rangeOf(plot);
    return range === undefined ? [] : [{ ...plot, range }];
  });
}

/** Whether the series has this axis: a record without times cannot be shown over time. */
export function hasAxis(series: PlotSeries, axis: XAxis): boolean {
  return axis !== 'seconds' || series.summary.seconds !== undefined;
}
