import { checkCount, checkGreater, checkKeys } from '../core/checks.js';
import type { Decision, Estimates, JsonObject, StepObservation } from '../core/types.js';
import { smoothedLoss } from '../estimators/smoothed-loss.js';
import { changeList } from './change-list.js';
import { changeWatch, type FoundChange } from './change-watch.js';
import { runTotals } from './run-totals.js';
import { columnsOf, noiseColumns, rowOf, secondsOf, TRACKED } from './series-row.js';
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
  const watch = changeWatch(kind, start);
  let before: Row | undefined;
  let isAfterChange = false;

  function noteChange({ when, ...change }: FoundChange, row: Row): void {
    const place = when === 'now' ? row : (before ?? row);
    const [, step, examples, seconds] = place as [number, number, number, number];
    changes.add({ step, examples, seconds, ...change }, place);
    if (when === 'before') changes.addNextRow(row);
    isAfterChange = when === 'now';
  }

  return {
    add(observation, decision, estimates) {
      const setting = watch.settingOf(observation);
      const seconds = secondsOf(observation);
      if (seconds > 0) elapsed += seconds;
      if (Number.isFinite(observation.loss)) lossState = loss.update(lossState, observation);
      const smoothed = loss.estimate(lossState, observation) ?? Number.NaN;
      const noise = noiseColumns(estimates?.noise);
      const row = rowOf({
        index: index++,
        steps: observation.step,
        examples: observation.examplesSeen,
        seconds: elapsed,
        loss: observation.loss,
        smoothedLoss: smoothed,
        validationLoss: observation.validationLoss ?? Number.NaN,
        ...setting,
        ...noise,
        examplesPerSecond: speed.add(observation.batchSize, seconds, observation.short === true),
      });
      thinned.add(row);
      totals.add({ observation, setting, smoothedLoss: smoothed, noiseScale: noise.noiseScale, seconds });
      if (isAfterChange) changes.addNextRow(row);
      isAfterChange = false;
      const change = watch.next(observation, setting, decision);
      if (change !== undefined) noteChange(change, row);
      before = row;
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
