import type { NoiseEstimate, StepObservation } from '../core/types.js';
import type { Row } from './thinned-rows.js';

/** The columns of a row, in their order. */
const COLUMNS = [
  'index',
  'steps',
  'examples',
  'seconds',
  'loss',
  'smoothedLoss',
  'validationLoss',
  'batchSize',
  'learningRate',
  'noiseScale',
  'noiseLow',
  'noiseHigh',
  'examplesPerSecond',
] as const;
type Column = (typeof COLUMNS)[number];

/** Columns whose peaks are kept. */
export const TRACKED = (
  ['loss', 'validationLoss', 'batchSize', 'learningRate', 'noiseScale', 'examplesPerSecond'] as const
).map((name) => COLUMNS.indexOf(name));

/** The numbers of one step as a row. */
export function rowOf(numbers: Readonly<Record<Column, number>>): Row {
  return COLUMNS.map((name) => numbers[name]);
}

/** The rows as columns. */
export function columnsOf(rows: readonly Row[]): Record<Column, Float64Array> {
  const columns = COLUMNS.map((name, i) => [name, Float64Array.from(rows, (row) => row[i] as number)]);
  return Object.fromEntries(columns) as Record<Column, Float64Array>;
}

/** Standard errors on either side of the estimate that make 95 %. */
const BAND = 1.96;

/** The noise scale [examples] and the edges of its band; NaN where it is not known. */
export type NoiseColumns = Readonly<Record<'noiseScale' | 'noiseLow' | 'noiseHigh', number>>;

const NO_NOISE: NoiseColumns = { noiseScale: Number.NaN, noiseLow: Number.NaN, noiseHigh: Number.NaN };

/**
 * The estimate and its band of 95 %, symmetric in the logarithm: the standard error of ln B is that of B over B.
 * @param noise its standard error is that of the noise scale [examples]; without one there is no band
 */
export function noiseColumns(noise: (NoiseEstimate & { readonly standardError?: number }) | undefined): NoiseColumns {
  if (noise === undefined) return NO_NOISE;
  const { noiseScale, standardError = Number.NaN } = noise;
  const factor = Math.exp((BAND * standardError) / noiseScale);
  if (!Number.isFinite(factor)) return { ...NO_NOISE, noiseScale };
  return { noiseScale, noiseLow: noiseScale / factor, noiseHigh: noiseScale * factor };
}

/** The time of a step, its measuring included [s]; NaN where it is not known. */
export function secondsOf({ stepMs, measureMs = 0 }: StepObservation): number {
  const seconds = (stepMs + measureMs) / 1000;
  return seconds > 0 && Number.isFinite(seconds) ? seconds : Number.NaN;
}
