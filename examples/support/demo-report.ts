import Table from 'cli-table3';
import pc from 'picocolors';
import type { Change } from 'tfjs-adaptive-batch';
import { drawChart, type Point } from './charts.js';
import { accuracyDifferencesOf, costOf, type Pair, ratiosOf, type Way } from './comparison.js';
import { median } from './statistics.js';

/** A change of the batch size, and when it was made. */
export interface TimedChange extends Change {
  readonly elapsedMs: number;
}

type Quantity = 'elapsedMs' | 'examples' | 'updates';

const WIDTH = 78;

function medianCost(pairs: readonly Pair[], way: Way, quantity: Quantity): number {
  return median(pairs.map((pair) => costOf(pair[way])[quantity]));
}

function whole(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en') : 'not reached';
}

function seconds(ms: number): string {
  return Number.isFinite(ms) ? `${(ms / 1000).toFixed(2)} s` : 'not reached';
}

/** What both ways cost, medians over the seeds. */
export function costTable(pairs: readonly Pair[], targetLoss: number): string {
  const head = [`to training loss ${targetLoss}`, 'plain fit()', 'adaptive', 'ratio'].map((text) => pc.bold(text));
  const table = new Table({ head, colAligns: ['left', 'right', 'right', 'right'], style: { head: [], border: [] } });
  const row = (name: string, quantity: Quantity, format: (value: number) => string) => {
    const ratio = median(ratiosOf(pairs, quantity)).toFixed(2);
    table.push([
      name,
      format(medianCost(pairs, 'base', quantity)),
      pc.cyan(format(medianCost(pairs, 'adaptive', quantity))),
      quantity === 'elapsedMs' ? pc.bold(pc.cyan(ratio)) : ratio,
    ]);
  };
  row('time', 'elapsedMs', seconds);
  row('updates', 'updates', whole);
  row('examples', 'examples', whole);
  const percent = (way: Way) => `${(100 * median(pairs.map((pair) => pair[way].accuracy))).toFixed(1)} %`;
  const difference = median(accuracyDifferencesOf(pairs));
  const points = `${difference < 0 ? '' : '+'}${difference.toFixed(1)} pt`;
  table.push(['test accuracy', percent('base'), pc.cyan(percent('adaptive')), points]);
  return table.toString();
}

/** Loss of both ways over time, and which line is which. */
export function lossChart({ base, adaptive }: Pair): string {
  const points = ({ epochs }: Pair[Way]): Point[] => epochs.map(({ elapsedMs, loss }) => ({ elapsedMs, value: loss }));
  const lines = [
    { points: points(base), color: 'darkgray' },
    { points: points(adaptive), color: 'cyan' },
  ] as const;
  const untilMs = untilOf({ base, adaptive });
  const chart = drawChart({ lines, untilMs, height: 9, format: (loss) => loss.toPrecision(2) });
  const end = (way: string, record: Pair[Way]) => `${way} ends at ${seconds(record.epochs.at(-1)?.elapsedMs ?? 0)}`;
  return `${chart}\n${pc.dim(end('plain fit()', base))}, ${pc.cyan(end('adaptive', adaptive))}`;
}

function untilOf({ base, adaptive }: Pick<Pair, Way>): number {
  return Math.max(...[base, adaptive].map(({ epochs }) => epochs.at(-1)?.elapsedMs ?? 0));
}

/** Batch size of the adaptive training over the same time. */
export function batchSizeChart(pair: Pair, baseBatchSize: number, changes: readonly TimedChange[]): string {
  const end = pair.adaptive.epochs.at(-1)?.elapsedMs ?? 0;
  const steps = changes.map(({ elapsedMs, to }) => ({ elapsedMs, value: to.batchSize }));
  const last = steps.at(-1)?.value ?? baseBatchSize;
  const points = [{ elapsedMs: 0, value: baseBatchSize }, ...steps, { elapsedMs: end, value: last }];
  const sizes = points.map(({ value }) => Math.log2(value));
  const height = Math.max(1, 2 * Math.round(Math.max(...sizes) - Math.min(...sizes)));
  const lines = [{ points, color: 'yellow' }] as const;
  const format = (size: number) => (Math.abs(size - Math.round(size)) < 1e-6 ? size.toFixed(0) : '');
  return drawChart({ lines, isStepped: true, untilMs: untilOf(pair), height, format });
}

/** Words in lines of at most {@link WIDTH} columns, all but the first indented. */
function wrapped(text: string, indent: number): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) as string;
    const width = lines.length === 1 ? WIDTH : WIDTH - indent;
    if (line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}

/** One entry for each change: when, what, why. */
export function changeList(changes: readonly TimedChange[]): string {
  const entry = ({ step, from, to, reason }: TimedChange) => {
    const what = `${from.batchSize} -> ${to.batchSize}, rate ${to.learningRate.toPrecision(2)}:`;
    return wrapped(`${`step ${step}`.padEnd(10)} ${what} ${reason}`, 11);
  };
  return changes.map(entry).join('\n');
}
