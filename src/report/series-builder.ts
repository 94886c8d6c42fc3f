import { checkCount, checkGreater, checkKeys } from '../core/checks.js';
import type { Decision, Estimates, JsonObject, NoiseEstimate, StepObservation } from '../core/types.js';
import { smoothedLoss } from '../estimators/smoothed-loss.js';
import { changeList, isChange } from './change-list.js';
import { runTotals } from './run-totals.js';
import { type Row, thinnedRows } from './thinned-rows.js';
import { throughput } from './throughput.js';
import type { ReportSeries, SeriesKind, Setting } from './types.js';

/** Options of {@link seriesBuilder}. */
export interface SeriesOptions {
  /** What the run or the policy is called in the report. */
  readonly name: string;
  /** @defaultValue 'run' */
  readonly kind?: SeriesKind;
  /** What a replay decides before its first step. @defaultValue what the record's first step had */
  readonly start?: Setting;
  /** Most points of the curves; those around the changes come on top; a whole number >= 100. @defaultValue 4000 */
  readonly maxPoints?: number;
  /** Most changes kept; a whole number >= 2. @defaultValue 500 */
  readonly maxChanges?: number;
  /** Examples after which a loss has faded to 1/e in the smoothed loss; > 0 [examples]. @defaultValue 2000 */
  readonly memory?: number;
  /** What is known of backend, model and the like. */
  readonly about?: JsonObject;
}

/** Makes a {@link ReportSeries} of a run's steps, in constant memory. */
export interface SeriesBuilder {
  /**
   * The next step, with the decision made after it and the estimates that it rests on, where there are any.
   * @param estimates as the pipeline's `advance` gives them
   */
  add(observation: StepObservation, decision?: Decision, estimates?: Estimates): void;
  /** The series of the steps so far. */
  series(): ReportSeries;
}

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

const TRACKED = (
  ['loss', 'validationLoss', 'batchSize', 'learningRate', 'noiseScale', 'examplesPerSecond'] as const
).map((name) => COLUMNS.indexOf(name));

/** Standard errors on either side of the estimate that make 95 %. */
const BAND = 1.96;

type Noise = { readonly estimate: number; readonly low: number; readonly high: number };
const NO_NOISE: Noise = { estimate: Number.NaN, low: Number.NaN, high: Number.NaN };

/** Estimate and band; the band is symmetric in the logarithm, whose standard error is that of the estimate over the estimate. */
function noiseOf(noise: (NoiseEstimate & { readonly standardError?: number }) | undefined): Noise {
  if (noise === undefined) return NO_NOISE;
  const { noiseScale: estimate, standardError = Number.NaN } = noise;
  const factor = Math.exp((BAND * standardError) / estimate);
  const isKnown = Number.isFinite(factor);
  return { estimate, low: isKnown ? estimate / factor : Number.NaN, high: isKnown ? estimate * factor : Number.NaN };
}

/** The time of a step, its measuring included [s]; NaN where it is not known. */
function secondsOf({ stepMs, measureMs = 0 }: StepObservation): number {
  const seconds = (stepMs + measureMs) / 1000;
  return seconds > 0 && Number.isFinite(seconds) ? seconds : Number.NaN;
}

function columnsOf(rows: readonly Row[]): Record<Column, Float64Array> {
  const columns = COLUMNS.map((name, i) => [name, Float64Array.from(rows, (row) => row[i] as number)]);
  return Object.fromEntries(columns) as Record<Column, Float64Array>;
}

const has = (column: Float64Array): boolean => column.some((value) => !Number.isNaN(value));

/**
 * Makes a series for a report of a run's steps or a replay's decisions, as they come.
 *
 * Memory does not grow with the number of steps: curves are thinned so that no peak is lost, and every change is kept, up to `maxChanges`.
 * @throws RangeError if an option lies outside the range given with it
 * @example
 * const builder = seriesBuilder({ name: 'my run' });
 * for (const { observation, decision } of steps) builder.add(observation, decision);
 * const series = builder.series();
 */
export function seriesBuilder(options: SeriesOptions): SeriesBuilder {
  checkKeys('seriesBuilder', options, ['name', 'kind', 'start', 'maxPoints', 'maxChanges', 'memory', 'about']);
  const { name, kind = 'run', start, about } = options;
  const maxPoints = checkCount('maxPoints', options.maxPoints ?? 4000, 100);
  const changes = changeList(checkCount('maxChanges', options.maxChanges ?? 500, 2));
  const loss = smoothedLoss(checkGreater('memory', options.memory ?? 2000, 0));
  const thinned = thinnedRows(TRACKED, 2 * Math.floor(maxPoints / (2 + 2 * TRACKED.length) / 2));
  const [speed, totals] = [throughput(), runTotals()];
  let lossState = loss.init();
  let [index, elapsed] = [0, 0];
  let asked: Setting | undefined = start;
  let isAfterChange = false;

  /** What was in force in a step. */
  function settingOf({ batchSize, learningRate, short }: StepObservation): Setting {
    const isAsked = kind === 'replay' || short === true;
    return isAsked && asked !== undefined ? asked : { batchSize, learningRate };
  }

  /**
   * Whether a replayed policy holds what the record has on a step that was not measured. A run with its decisions would have held what it
   * asked for last, so that stands; only on the record does the size go back.
   */
  function holdsRecord(observation: StepObservation, decision: Decision): boolean {
    const isSame = decision.batchSize === observation.batchSize || observation.short === true;
    return kind === 'replay' && isSame && observation.gradient === undefined;
  }

  /** Compares the new setting with the one asked for before: after the step where there are decisions, in the step where there are none. */
  function noteChange(setting: Setting, decision: Decision | undefined, row: Row, observation: StepObservation): void {
    const from = asked ?? setting;
    const next: Setting = decision === undefined ? setting : holdsRecord(observation, decision) ? from : decision;
    const to = { batchSize: next.batchSize, learningRate: next.learningRate };
    asked = to;
    if (!isChange(from, to)) return;
    const { step, examplesSeen: examples } = observation;
    changes.add({ step, examples, seconds: elapsed, from, to, reason: decision?.reason ?? '' }, row);
    isAfterChange = true;
  }

  return {
    add(observation, decision, estimates) {
      const setting = settingOf(observation);
      const seconds = secondsOf(observation);
      if (seconds > 0) elapsed += seconds;
      if (Number.isFinite(observation.loss)) lossState = loss.update(lossState, observation);
      const smoothed = loss.estimate(lossState, observation) ?? Number.NaN;
      const noise = noiseOf(estimates?.noise);
      const row: Row = [
        index++,
        observation.step,
        observation.examplesSeen,
        elapsed,
        observation.loss,
        smoothed,
        observation.validationLoss ?? Number.NaN,
        setting.batchSize,
        setting.learningRate,
        noise.estimate,
        noise.low,
        noise.high,
        speed.add(observation.batchSize, seconds, observation.short === true),
      ];
      thinned.add(row);
      totals.add({ observation, setting, smoothedLoss: smoothed, noiseScale: noise.estimate, seconds });
      if (isAfterChange) changes.addNextRow(row);
      isAfterChange = false;
      noteChange(setting, decision, row, observation);
    },
    series() {
      const rows = [...new Set([...thinned.rows(), ...changes.rows])];
      const columns = columnsOf(rows.sort((a, b) => (a[0] as number) - (b[0] as number)));
      const { index: _index, noiseScale: estimate, noiseLow: low, noiseHigh: high, ...curves } = columns;
      return {
        name,
        kind,
        ...curves,
        ...(has(estimate) && { noiseScale: { estimate, low, high } }),
        changes: changes.changes,
        summary: totals.summary(changes.count),
        ...(about !== undefined && { about }),
      };
    },
  };
}
