/** Where a training stands. */
export interface Progress {
  /** From 0. */
  readonly epoch: number;
  /** Absent: not known. */
  readonly epochs?: number | undefined;
  /** Of this epoch [examples]. */
  readonly done: number;
  /** Of an epoch [examples]; absent: not known. */
  readonly total?: number | undefined;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Losses and metrics of the epoch so far. */
  readonly logs: { readonly [name: string]: number };
  /** Time to the end of the training, or of the epoch where the number of epochs is not known [ms]; absent: not known. */
  readonly leftMs?: number | undefined;
}

const WIDEST_BAR = 24;
const NARROWEST_BAR = 6;
const GAP = '  ';

/** In four digits at most. */
function shortNumber(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** 0:07, 12:40, 3:05:00. @param ms >= 0 */
export function clockTime(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const head = hours > 0 ? `${hours}:${twoDigits(minutes)}` : String(minutes);
  return `${head}:${twoDigits(seconds % 60)}`;
}

function whereOf({ epoch, epochs, done, total }: Progress): string[] {
  const all = epochs === undefined ? '' : `/${epochs}`;
  return [`epoch ${epoch + 1}${all}`, total === undefined ? `${done} examples` : `${done}/${total}`];
}

function whatOf({ logs, batchSize, learningRate, leftMs, epochs }: Progress): string[] {
  const numbers = Object.entries(logs).map(([name, value]) => `${name} ${shortNumber(value)}`);
  const of = epochs === undefined ? ' of the epoch' : '';
  const left = leftMs === undefined || leftMs === 0 ? [] : [`${clockTime(leftMs)} left${of}`];
  return [...numbers, `batch ${batchSize}`, `rate ${shortNumber(learningRate)}`, ...left];
}

/** An epoch that is over, in a line. */
export function epochLine(progress: Progress, tookMs: number): string {
  const [epoch, examples] = whereOf({ ...progress, total: undefined });
  const took = tookMs < 60_000 ? `${(tookMs / 1000).toFixed(1)} s` : clockTime(tookMs);
  return [epoch, `${examples} in ${took}`, ...whatOf(progress)].join(GAP);
}

/** A line with a bar, of fewer than `columns` characters. */
export function barLine(progress: Progress, columns: number): string {
  const { done, total } = progress;
  const [epoch, examples] = whereOf(progress) as [string, string];
  const what = whatOf(progress).join(GAP);
  const room = columns - 1 - [epoch, '', examples, what].join(GAP).length;
  const width = Math.min(room, WIDEST_BAR);
  const full = total === undefined ? 0 : Math.round((Math.min(done / total, 1) || 0) * width);
  const bar = total === undefined || width < NARROWEST_BAR ? [] : ['█'.repeat(full) + '░'.repeat(width - full)];
  return [epoch, ...bar, examples, what].join(GAP).slice(0, Math.max(columns - 1, 0));
}
