import type { Json, JsonObject } from '../core/types.js';
import { formatNumber, formatTime } from '../report/format.js';
import { sparkline } from '../report/sparkline.js';
import type { ReportSeries, ReportSummary } from '../report/types.js';
import type { RunLogHeader } from '../run-log/format.js';
import { visible } from './visible.js';

/** One run as JSON: its header without the state it began with, and its summary. */
export function inspectedRun(header: RunLogHeader, { name, summary }: ReportSeries): object {
  const { runLog, version, facts, options, about, state } = header;
  return { name, runLog, version, facts, options, about, isResumed: state !== undefined, summary };
}

/** `cooled(ramped(gaussianWalk))`, with the options that are not themselves policies. */
function unitText(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  const { name, options = {} } = (value ?? {}) as { name?: unknown; options?: JsonObject };
  if (typeof name !== 'string') return 'as by default';
  const { policy, policies = [], ...rest } = options;
  const within = policy === undefined ? (policies as readonly Json[]) : [policy];
  const inner = within.map(unitText);
  const own = Object.entries(rest).map(([key, option]) => `${key} ${JSON.stringify(option)}`);
  const all = [...inner, ...own].join(', ');
  return all === '' ? name : `${name}(${all})`;
}

/** Letters for the name of a line. */
const LABEL = 15;
/** Longest text of a value that is shown. */
const LONGEST = 100;

function shortened(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function pairs(object: object): string {
  return Object.entries(object)
    .map(([name, value]) => `${name} ${shortened(value)}`)
    .join(', ');
}

function extent({ steps, examples, seconds, measuredSteps, brokenSteps }: ReportSummary): string {
  const time = seconds === undefined ? '' : `, ${formatTime(seconds)}`;
  const broken = brokenSteps === 0 ? '' : `, ${formatNumber(brokenSteps)} with a loss that is not finite`;
  const measured = `${formatNumber(measuredSteps)} measured`;
  return `${formatNumber(steps)} steps (${measured}${broken}), ${formatNumber(examples)} examples${time}`;
}

function ends(first: number, last: number): string {
  return first === last ? formatNumber(first) : `${formatNumber(first)} → ${formatNumber(last)}`;
}

type Line = readonly [label: string, text: string];

/** Where the run comes from and what decided in it; a training of another tool has no such thing. */
function originLines({ facts, options, about, version, state }: RunLogHeader): Line[] {
  const { imported } = about as { imported?: { readonly format?: unknown; readonly columns?: object } };
  if (typeof imported?.format === 'string') {
    return [
      ['imported', `from ${imported.format}: ${pairs(imported.columns ?? {})}`],
      ['facts', pairs(facts)],
    ];
  }
  const writer = version === undefined ? 'an unknown version' : `version ${version}`;
  return [
    ['written by', `${writer}${state === undefined ? '' : ', resumed'}`],
    ['facts', pairs(facts)],
    ['policy', unitText(options.policy)],
    ['rate rule', unitText(options.learningRate)],
    ...(options.schedule === undefined ? [] : [['schedule', unitText(options.schedule)] as const]),
    ...(Object.keys(about).length === 0 ? [] : [['about', pairs(about)] as const]),
  ];
}

/** How it went: extent, and the course of loss and batch size in bars. */
function courseLines({ summary, smoothedLoss, batchSize, changes }: ReportSeries, bars: number): Line[] {
  const { finalLoss = Number.NaN, noiseScale } = summary;
  const last = changes.at(-1);
  return [
    ['extent', extent(summary)],
    ['loss', `${sparkline(smoothedLoss, bars)}  ${ends(smoothedLoss[0] ?? Number.NaN, finalLoss)}`],
    ['batch size', `${sparkline(batchSize, bars, 'log2')}  ${ends(summary.firstBatchSize, summary.finalBatchSize)}`],
    ['learning rate', ends(summary.firstLearningRate, summary.finalLearningRate)],
    ...(noiseScale === undefined ? [] : [['noise scale', formatNumber(noiseScale)] as const]),
    ['changes', formatNumber(summary.changes)],
    ...(last === undefined || last.reason === ''
      ? []
      : [['last change', `after step ${formatNumber(last.step)}: ${last.reason}`] as const]),
  ];
}

/** A run in lines of text. */
export function runText(header: RunLogHeader, series: ReportSeries, width: number): string {
  const bars = Math.max(10, Math.min(60, width - LABEL - 25));
  const lines = [...originLines(header), ...courseLines(series, bars)];
  const shown = lines.map(([label, text]) => `    ${label.padEnd(LABEL)}${visible(text)}\n`);
  return `  run ${visible(series.name)}\n${shown.join('')}`;
}
