import { median } from '../../examples/support/statistics.js';
import { markdownTable } from '../support/markdown.js';
import type { Arena, Bout, Contender } from './contest.js';
import { geometricMean } from './hindsight.js';

/** What a contender came to at one task, clock and start: medians over the seeds. */
export interface Row {
  readonly task: string;
  /** t0/t1 [examples]. */
  readonly ratioOfTimes: number;
  readonly start: number;
  readonly contender: string;
  readonly ratio: number;
  readonly least: number;
  readonly most: number;
  readonly toBest: number;
  readonly loss: number;
  readonly metric: number;
  /** Test metric less the base's. */
  readonly metricDifference: number;
  readonly missed: number;
  readonly ruined: number;
  /** Batch size and rate over the start's at the end. */
  readonly batchSize: number;
  readonly rateFactor: number;
  readonly measuringShare: number;
  readonly error?: string;
}

/** Medians of the trainings of one contender. */
export function rowOf({ name }: Contender, { task, clock, start }: Arena, all: readonly Bout[]): Row {
  const of = (pick: (bout: Bout) => number) => median(all.map(pick));
  const ratios = all.map(({ ratio }) => ratio);
  const error = all.find(({ result }) => result.error !== undefined)?.result.error;
  const last = ({ result }: Bout) => result.curve.at(-1) as { batchSize: number; learningRate: number };
  return {
    task: task.name,
    ratioOfTimes: Math.round(clock.t0 / clock.t1),
    start,
    contender: name,
    ratio: median(ratios),
    least: Math.min(...ratios),
    most: Math.max(...ratios),
    toBest: of(({ toBest }) => toBest),
    loss: of(({ result }) => result.finalTrainingLoss),
    metric: of(({ result }) => result.finalTestMetric),
    metricDifference: of(({ result, baseMetric }) => result.finalTestMetric - baseMetric),
    missed: all.filter(({ outcome }) => outcome === 'missed').length,
    ruined: all.filter(({ outcome }) => outcome === 'ruined').length,
    batchSize: of((bout) => last(bout).batchSize),
    rateFactor: of((bout) => last(bout).learningRate / (start * task.baseLearningRate)),
    measuringShare: of(({ result }) => result.measuringTime / result.time),
    ...(error !== undefined && { error }),
  };
}

const HEAD = ['task', 't0/t1', 'start', 'contender', 'time ratio', 'to best', 'loss', 'metric', '− base', 'missed'];
const REST = ['ruined', 'last size', 'rate ×', 'measuring'];
/** Longest name of a contender in the table. */
const WIDEST = 60;

/** The head of the table of rows, in markdown. */
export const TABLE_HEAD = markdownTable([...HEAD, ...REST], []);

/** A row of it. */
export function lineOf(row: Row): string {
  const name = row.contender.length > WIDEST ? `${row.contender.slice(0, WIDEST - 1)}…` : row.contender;
  const cells = [
    row.task,
    String(row.ratioOfTimes),
    String(row.start),
    name,
    `${row.ratio.toFixed(3)} (${row.least.toFixed(3)}..${row.most.toFixed(3)})`,
    row.toBest.toFixed(2),
    row.loss.toPrecision(3),
    row.metric.toFixed(3),
    row.metricDifference.toFixed(3),
    String(row.missed),
    String(row.ruined),
    String(row.batchSize),
    row.rateFactor.toFixed(2),
    `${(100 * row.measuringShare).toFixed(1)} %${row.error === undefined ? '' : ` ${row.error}`}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** One line for a contender over all its rows: geometric means, the worst, what went wrong. */
export function overall(rows: readonly Row[], contender: string): string {
  const own = rows.filter((row) => row.contender === contender);
  const mean = (key: 'ratio' | 'toBest') => geometricMean(own.map((row) => row[key])).toFixed(3);
  const sum = (key: 'missed' | 'ruined') => own.reduce((total, row) => total + row[key], 0);
  const worst = Math.max(...own.map(({ ratio }) => ratio)).toFixed(3);
  const lost = `missed ${sum('missed')}, ruined ${sum('ruined')}`;
  return `${contender}: ${mean('ratio')} of the base, worst ${worst}; ${mean('toBest')} of hindsight's best; ${lost}`;
}
