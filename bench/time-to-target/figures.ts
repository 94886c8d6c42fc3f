import { median } from '../../examples/support/statistics.js';
import { DEFAULT } from '../policies/contenders.js';
import { bestFixed, metricDifferences, timeRatios } from '../policies/figures.js';
import type { Outcome, TaskResult } from '../policies/types.js';
import type { EngineResult } from './types.js';

/** The share of the default's time that something of the controller's took, seed by seed. */
export function sharesOf(outcomes: readonly Outcome[], what: 'measureMs' | 'decideMs'): number[] {
  return outcomes.map((outcome) => (outcome[what] ?? 0) / outcome.elapsedMs);
}

/** The trainings of the default. */
export function defaultOf({ contenders }: TaskResult): readonly Outcome[] | undefined {
  return contenders.find(({ name }) => name === DEFAULT)?.outcomes;
}

/** The beginning of a figure's key. */
function keyOf({ engine, result: { task } }: EngineResult): string {
  return `${engine}${task.charAt(0).toUpperCase()}${task.slice(1)}`;
}

/** Of the default, medians over the seeds: a task on an engine counts once, by its first result with the default in it. */
export function figuresOf(results: readonly EngineResult[]): { [key: string]: number } {
  const figures: { [key: string]: number } = {};
  for (const found of results) {
    const { result } = found;
    const [outcomes, key] = [defaultOf(result), keyOf(found)];
    if (outcomes === undefined || `${key}TimeRatioToBase` in figures) continue;
    figures[`${key}TimeRatioToBase`] = median(timeRatios(outcomes, result.base));
    figures[`${key}TimeRatioToBestFixed`] = median(timeRatios(outcomes, bestFixed(result).outcomes));
    figures[`${key}MetricDifference`] = median(metricDifferences(outcomes, result.base));
    figures[`${key}MeasuringShare`] = median(sharesOf(outcomes, 'measureMs'));
    figures[`${key}DecidingShare`] = median(sharesOf(outcomes, 'decideMs'));
  }
  return figures;
}
