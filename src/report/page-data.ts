import type { XAxis } from './plot-model.js';
import type { ReportChange, ReportSeries, ReportSummary, SeriesKind } from './types.js';

/** A column as the page carries it; null where a number is not finite. */
type Column = readonly (number | null)[];

/** A series as the page carries it. */
export interface PageSeries {
  readonly name: string;
  readonly kind: SeriesKind;
  readonly columns: Readonly<Record<string, Column>>;
  readonly noise?: { readonly estimate: Column; readonly low: Column; readonly high: Column };
  readonly changes: readonly ReportChange[];
  readonly summary: ReportSummary;
}

/** What the page's script reads. */
export interface PageData {
  readonly axis: XAxis;
  readonly series: readonly PageSeries[];
}

export const COLUMN_NAMES = [
  'steps',
  'examples',
  'seconds',
  'loss',
  'smoothedLoss',
  'validationLoss',
  'batchSize',
  'learningRate',
  'examplesPerSecond',
] as const;

/** Six digits: more than a chart shows. */
function rounded(column: Float64Array): Column {
  return Array.from(column, (value) => {
    if (!Number.isFinite(value)) return null;
    return Number.isSafeInteger(value) ? value : Number(value.toPrecision(6));
  });
}

/** @see PageSeries */
export function pageSeries(series: ReportSeries): PageSeries {
  const { name, kind, changes, summary, noiseScale } = series;
  const columns = Object.fromEntries(COLUMN_NAMES.map((key) => [key, rounded(series[key])]));
  if (noiseScale === undefined) return { name, kind, columns, changes, summary };
  const { estimate, low, high } = noiseScale;
  const noise = { estimate: rounded(estimate), low: rounded(low), high: rounded(high) };
  return { name, kind, columns, noise, changes, summary };
}

/** JSON that can stand in a script element: no text in it can end the element or begin a comment. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/</g, '\\u003c');
}
