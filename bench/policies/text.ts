import { median } from '../../examples/support/statistics.js';
import { markdownTable } from '../support/markdown.js';
import { bestFirst, bestFixed, metricDifferences, timeOf, timeRatios } from './figures.js';
import { BASE_BATCH_SIZE, type Outcome, type Pair, START_FACTORS, type Start, type TaskResult } from './types.js';

const ENDS: Readonly<Record<Outcome['end'], string>> = {
  target: 'target',
  time: 'target missed',
  ruined: 'ruined',
  refused: 'refused',
};

/** One training in a line. */
export function describeOutcome({ end, elapsedMs, updates, examples, metric, message }: Outcome): string {
  if (end === 'refused') return `refused: ${message}`;
  const cost = `${(elapsedMs / 1000).toFixed(2)} s, ${Math.round(updates)} updates, ${Math.round(examples)} examples`;
  return `${ENDS[end]}: ${cost}, test ${metric.toFixed(2)} %`;
}

/** A fixed pair in words. */
export function pairName({ batchSize, learningRate }: Pair): string {
  return `fit(), ${batchSize} at ${Number(learningRate.toPrecision(6))}`;
}

const fixedPoint = (digits: number) => (value: number) => (Number.isFinite(value) ? value.toFixed(digits) : 'missed');
const whole = (value: number) => Math.round(value).toLocaleString('en');

/** The middle value, with the least and the most where there are several. */
function spread(values: readonly number[], format: (value: number) => string): string {
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)].map(format);
  return values.length === 1 ? `${middle}` : `${middle} (${least} to ${most})`;
}

/** How many of the trainings did not reach the target, and how. */
function misses(outcomes: readonly Outcome[]): string {
  const missed = outcomes.filter(({ end }) => end !== 'target');
  const kinds = [...new Set(missed.map(({ end }) => end))];
  const count = (kind: Outcome['end']) => missed.filter(({ end }) => end === kind).length;
  return kinds.map((kind) => `${count(kind)} ${kind === 'time' ? 'abandoned' : kind}`).join(', ') || '-';
}

function rowOf(name: string, outcomes: readonly Outcome[], result: TaskResult): string[] {
  const ratio = (others: readonly Outcome[]) => spread(timeRatios(outcomes, others), fixedPoint(3));
  const seconds = median(outcomes.map(timeOf)) / 1000;
  return [
    name,
    fixedPoint(2)(seconds),
    ratio(result.base),
    ...(result.plain === undefined ? [] : [ratio(result.plain)]),
    ratio(bestFixed(result).outcomes),
    whole(median(outcomes.map(({ updates }) => updates))),
    whole(median(outcomes.map(({ examples }) => examples))),
    spread(metricDifferences(outcomes, result.base), fixedPoint(2)),
    misses(outcomes),
  ];
}

function headOf({ plain, metric }: TaskResult): string[] {
  return [
    ...['way', 'seconds', 'time ratio to base'],
    ...(plain === undefined ? [] : ['to plain fit() from here']),
    ...['to best fixed', 'updates', 'examples', `${metric} difference`, 'missed'],
  ];
}

const STARTS: Readonly<Record<Start, string>> = {
  base: '',
  untuned: ', from an untuned rate',
  tooLarge: ', from a rate far too large',
};

/** The name of a result's section. */
export function sectionTitle({ task, start }: TaskResult): string {
  return `${task}${STARTS[start]}`;
}

function legend(result: TaskResult): string {
  const { title, targetLoss, learningRate, start, seeds, base, metric } = result;
  const rate = start === 'base' ? '' : ` The others begin at rate ${START_FACTORS[start] * learningRate}.`;
  const middle = median(base.map((outcome) => outcome.metric)).toFixed(2);
  const best = bestFixed(result);
  return (
    `${title}; to training loss ${targetLoss}. Base: batch size ${BASE_BATCH_SIZE}, rate ${learningRate}, test ${metric} ${middle} %.${rate} ` +
    `Best fixed pair: ${best.batchSize} at ${Number(best.learningRate.toPrecision(6))}. Seeds ${seeds.join(', ')}.`
  );
}

/** What was found for one task, as Markdown: a legend and a table, each way's median with its least and most over the seeds. */
export function textOf(result: TaskResult): string {
  const { base, plain, fixed, contenders, learningRate, start } = result;
  const ways: [string, readonly Outcome[]][] = [
    ['base', base],
    ...(plain === undefined
      ? []
      : [
          [pairName({ batchSize: BASE_BATCH_SIZE, learningRate: START_FACTORS[start] * learningRate }), plain] as [
            string,
            readonly Outcome[],
          ],
        ]),
    ...bestFirst(fixed).map((way): [string, readonly Outcome[]] => [pairName(way), way.outcomes]),
    ...bestFirst(contenders).map(({ name, outcomes }): [string, readonly Outcome[]] => [name, outcomes]),
  ];
  const rows = ways.map(([name, outcomes]) => rowOf(name, outcomes, result));
  return [legend(result), '', markdownTable(headOf(result), rows)].join('\n');
}
