import { median } from '../../examples/support/statistics.js';
import { DEFAULT } from './contenders.js';
import { BASE_BATCH_SIZE, type Outcome, type Pair, type Start, type TaskResult } from './types.js';

/** Time to the target [ms]; without bound where it was missed. */
export function timeOf({ end, elapsedMs }: Outcome): number {
  return end === 'target' ? elapsedMs : Number.POSITIVE_INFINITY;
}

/**
 * Times of one way over those of another, seed by seed. A missed target makes the ratio infinite. Where only the other way missed it, the
 * time until that was abandoned stands in for its own, so that the ratio is an upper bound; 0 where it was ruined.
 */
export function timeRatios(outcomes: readonly Outcome[], others: readonly Outcome[]): number[] {
  return outcomes.map((outcome, i) => {
    const { end, elapsedMs } = others[i] as Outcome;
    const time = timeOf(outcome);
    return end === 'ruined' && time < Number.POSITIVE_INFINITY ? 0 : time / elapsedMs;
  });
}

/** Test metric of one way less that of another, seed by seed [percentage points]. */
export function metricDifferences(outcomes: readonly Outcome[], others: readonly Outcome[]): number[] {
  return outcomes.map(({ metric }, i) => metric - (others[i] as Outcome).metric);
}

/** Fixed pairs by their median time to the target, the fastest first. */
export function bestFirst<Fixed extends { readonly outcomes: readonly Outcome[] }>(fixed: readonly Fixed[]): Fixed[] {
  const time = ({ outcomes }: Fixed) => median(outcomes.map(timeOf));
  return fixed.toSorted((a, b) => (time(a) < time(b) ? -1 : Number(time(a) > time(b))));
}

/** The best fixed pair in hindsight: of the grid's best and the base. */
export function bestFixed(result: TaskResult): Pair & { readonly outcomes: readonly Outcome[] } {
  const base = { batchSize: BASE_BATCH_SIZE, learningRate: result.learningRate, outcomes: result.base };
  const [best = base] = bestFirst([...result.fixed, base]);
  return best;
}

/** @returns NaN if there are no values */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

type Figures = { [key: string]: number };

function defaultOf({ contenders }: TaskResult): readonly Outcome[] | undefined {
  return contenders.find(({ name }) => name === DEFAULT)?.outcomes;
}

/** The first result of each task from a start that has the default in it. */
function withDefault(results: readonly TaskResult[], start: Start): TaskResult[] {
  const candidates = results.filter((result) => result.start === start && defaultOf(result) !== undefined);
  return candidates.filter(({ task }, i) => candidates.findIndex((other) => other.task === task) === i);
}

function fromBase(results: readonly TaskResult[]): Figures {
  const figures: Figures = {};
  const [toBase, toBest, differences]: [number[], number[], number[]] = [[], [], []];
  for (const result of withDefault(results, 'base')) {
    const outcomes = defaultOf(result) as readonly Outcome[];
    toBase.push(median(timeRatios(outcomes, result.base)));
    toBest.push(median(timeRatios(outcomes, bestFixed(result).outcomes)));
    differences.push(median(metricDifferences(outcomes, result.base)));
    figures[`${result.task}TimeRatioToBase`] = toBase.at(-1) as number;
    figures[`${result.task}TimeRatioToBestFixed`] = toBest.at(-1) as number;
    figures[`${result.task}MetricDifference`] = differences.at(-1) as number;
  }
  if (toBase.length === 0) return {};
  return {
    timeRatioToBaseWorst: Math.max(...toBase),
    timeRatioToBestFixedGeometricMean: geometricMean(toBest),
    metricDifferenceWorst: Math.min(...differences),
    tasks: toBase.length,
    tasksUnderHalf: toBase.filter((ratio) => ratio <= 0.5).length,
    ...figures,
  };
}

function fromOther(results: readonly TaskResult[], start: 'untuned' | 'tooLarge'): Figures {
  const figures: Figures = {};
  const [toPlain, toBest]: [number[], number[]] = [[], []];
  let ruined = 0;
  const name = start === 'untuned' ? 'Untuned' : 'TooLarge';
  for (const result of withDefault(results, start)) {
    const outcomes = defaultOf(result) as readonly Outcome[];
    toPlain.push(median(timeRatios(outcomes, result.plain as readonly Outcome[])));
    toBest.push(median(timeRatios(outcomes, bestFixed(result).outcomes)));
    ruined += outcomes.filter(({ end }) => end === 'ruined').length;
    figures[`${result.task}${name}TimeRatioToPlain`] = toPlain.at(-1) as number;
    figures[`${result.task}${name}TimeRatioToBestFixed`] = toBest.at(-1) as number;
  }
  if (toPlain.length === 0) return {};
  return {
    [`${start}TimeRatioToPlainWorst`]: Math.max(...toPlain),
    [`${start}TimeRatioToBestFixedGeometricMean`]: geometricMean(toBest),
    [`${start}RunsRuined`]: ruined,
    ...figures,
  };
}

/** What the benchmark says of the default, over all results that there are. */
export function figuresOf(results: readonly TaskResult[]): Figures {
  return {
    ...fromBase(results),
    ...fromOther(results, 'untuned'),
    ...fromOther(results, 'tooLarge'),
  };
}
