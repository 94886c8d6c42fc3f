import { formatNumber, formatTime } from './format.js';
import type { ReportSeries, ReportSummary } from './types.js';

/** One line of the summary: a quantity and its text for each series. */
export interface SummaryRow {
  readonly label: string;
  readonly cells: readonly string[];
}

type Cell = (summary: ReportSummary, series: ReportSeries) => string | undefined;

const number = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : formatNumber(value);

function span(first: number, last: number): string {
  return first === last ? formatNumber(first) : `${formatNumber(first)} → ${formatNumber(last)}`;
}

const ROWS: readonly (readonly [label: string, cell: Cell])[] = [
  ['Kind', (_summary, { kind }) => kind],
  ['Steps', ({ steps }) => formatNumber(steps)],
  ['Examples', ({ examples }) => formatNumber(examples)],
  ['Training time', ({ seconds }) => (seconds === undefined ? undefined : formatTime(seconds))],
  ['Examples per second', ({ examplesPerSecond }) => number(examplesPerSecond)],
  ['Loss at the end, smoothed', ({ finalLoss }) => number(finalLoss)],
  ['Least loss, smoothed', ({ leastLoss }) => number(leastLoss)],
  ['Least validation loss', ({ leastValidationLoss }) => number(leastValidationLoss)],
  ['Batch size, start → end', ({ firstBatchSize, finalBatchSize }) => span(firstBatchSize, finalBatchSize)],
  [
    'Batch size, least to greatest',
    ({ leastBatchSize, mostBatchSize }) => `${formatNumber(leastBatchSize)} to ${formatNumber(mostBatchSize)}`,
  ],
  [
    'Learning rate, start → end',
    ({ firstLearningRate, finalLearningRate }) => span(firstLearningRate, finalLearningRate),
  ],
  ['Noise scale at the end', ({ noiseScale }) => number(noiseScale)],
  ['Changes', ({ changes }) => formatNumber(changes)],
  ['Steps with measured gradient', ({ measuredSteps }) => formatNumber(measuredSteps)],
  ['Steps whose loss is not finite', ({ brokenSteps }) => (brokenSteps > 0 ? formatNumber(brokenSteps) : undefined)],
];

/** Rows that a replay takes from its record: its own decisions had no part in them. */
const RECORDED = new Set([
  'Training time',
  'Examples per second',
  'Loss at the end, smoothed',
  'Least loss, smoothed',
  'Least validation loss',
]);

/** The summary of the series, one beside the other; a quantity that none of them has is left out. */
export function summaryRows(series: readonly ReportSeries[]): SummaryRow[] {
  return ROWS.flatMap(([label, cell]) => {
    const cells = series.map((one) => {
      const text = cell(one.summary, one);
      return text !== undefined && one.kind === 'replay' && RECORDED.has(label) ? 'as recorded' : text;
    });
    return cells.every((text) => text === undefined) ? [] : [{ label, cells: cells.map((text) => text ?? '–') }];
  });
}

/** What a replay can and cannot say: stands over everything that shows one. */
const REPLAY_NOTE =
  'A replay shows the decisions that a policy makes on this record. It cannot show the loss that a run with those decisions would have reached, ' +
  'nor its speed: loss, examples and times are those of the record.';

/** What a recorded run shows. */
const RUN_NOTE =
  'A run shows what its training loop applied and measured. Times are of its own machine, without what lay between the steps; two runs ' +
  'differ by chance too.';

/** The notes that these series need. */
export function notesFor(series: readonly ReportSeries[]): string[] {
  const has = (kind: ReportSeries['kind']) => series.some((one) => one.kind === kind);
  return [...(has('replay') ? [REPLAY_NOTE] : []), ...(has('run') ? [RUN_NOTE] : [])];
}
