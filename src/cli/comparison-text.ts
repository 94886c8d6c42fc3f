import type { RunComparison } from '../replay/compare.js';
import type { Outcome } from '../replay/outcome.js';
import { formatNumber, formatTime } from '../report/format.js';
import { table } from './table.js';

const HEAD = ['policy', 'batch size', 'least', 'mean', 'greatest', 'end rate', 'changes', 'held', 'examples', 'time'];

/** A run without steps has no sizes. */
function known(value: number): string {
  return Number.isFinite(value) ? formatNumber(value) : '–';
}

function row({ name, batchSize, learningRate, changeCount, heldCount, examples, estimatedMs }: Outcome): string[] {
  const { least, mean, greatest, last } = batchSize;
  const sizes = [last, least, mean, greatest, learningRate.last].map(known);
  const counts = [changeCount, heldCount, examples].map(formatNumber);
  return [name, ...sizes, ...counts, estimatedMs === undefined ? '–' : formatTime(estimatedMs / 1000)];
}

/** One run: a line for each policy. */
export function comparisonTable({ place, steps, outcomes }: RunComparison): string {
  return `${place}: ${formatNumber(steps)} steps\n${table([HEAD, ...outcomes.map(row)])}`;
}

/** What the columns mean. */
export const COMPARISON_LEGEND =
  'Batch sizes [examples] and rates are those in force; time is that of so many steps by the step times fitted to the record.';
