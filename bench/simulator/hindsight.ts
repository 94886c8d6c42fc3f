import { type FixedRun, recall, remember } from './cache.js';
import type { ModelledTime } from './clock.js';
import { dataOf } from './data.js';
import { simulate } from './simulate.js';
import type { SimulatedTask } from './tasks.js';

/** The best rate found for a size, and the updates and examples that it takes to the target: geometric means over the seeds. */
export interface FixedPair {
  readonly batchSize: number;
  readonly learningRate: number;
  readonly updates: number;
  readonly examples: number;
  readonly runs: readonly FixedRun[];
}

/** Trainings past this many times the best are given up. */
const PATIENCE = 1.3;
/** Passes over the data after which a training has missed its target. */
const MOST_EPOCHS = 100;
/** Steps of the search for a rate: coarse, then fine. */
const COARSE = 2;
const FINE = Math.SQRT2;

/** A training at a fixed size and rate (to three digits), from the store if it is there; given up after so many updates. */
export function fixedRun(
  task: SimulatedTask,
  {
    batchSize,
    learningRate,
    seed,
  }: { readonly batchSize: number; readonly learningRate: number; readonly seed: number },
  mostUpdates = Infinity,
): FixedRun {
  const { baseLearningRate: _tuned, ...told } = task;
  const rate = Number(learningRate.toPrecision(3));
  const key = JSON.stringify([told, batchSize, rate, seed]);
  const stored = recall(key);
  if (stored !== undefined && (stored.isReached || stored.updates >= mostUpdates || stored.examples === 0))
    return stored;
  const result = simulate({
    task,
    seed,
    time: { t0: 1, t1: 1 },
    options: 'fixed',
    baseBatchSize: batchSize,
    baseLearningRate: rate,
    maxExamples: MOST_EPOCHS * dataOf(task.data).train.count,
    maxUpdates: Math.ceil(mostUpdates),
  });
  const { isReached, finalTrainingLoss, finalTestMetric, curve } = result;
  const last = curve.at(-1) as { updates: number; examples: number };
  const isHopeless = !isReached && last.updates < mostUpdates;
  const run: FixedRun = {
    isReached,
    finalTrainingLoss,
    finalTestMetric,
    updates: isReached ? result.updatesToTarget : last.updates,
    // 0: ran to the end of all bounds, so no patience helps.
    examples: isReached ? result.examplesToTarget : isHopeless ? 0 : last.examples,
  };
  remember(key, run);
  return run;
}

/** Geometric mean. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** The pair over all seeds; undefined where a seed misses the target or takes too long. */
function pairOf(
  task: SimulatedTask,
  pair: { readonly batchSize: number; readonly learningRate: number },
  seeds: readonly number[],
  mostUpdates: number,
): FixedPair | undefined {
  const runs: FixedRun[] = [];
  for (const seed of seeds) {
    const run = fixedRun(task, { ...pair, seed }, mostUpdates);
    if (!run.isReached || run.updates > mostUpdates) return undefined;
    runs.push(run);
  }
  const mean = (key: 'updates' | 'examples') => geometricMean(runs.map((run) => run[key]));
  const learningRate = Number(pair.learningRate.toPrecision(3));
  return { ...pair, learningRate, updates: mean('updates'), examples: mean('examples'), runs };
}

/**
 * The rate that takes the fewest updates to the target at this size, by hill climbing from `learningRate`, first by doubling, then by √2.
 * @returns undefined where no rate is within `mostUpdates`
 */
function bestRate(
  task: SimulatedTask,
  { batchSize, learningRate }: { readonly batchSize: number; readonly learningRate: number },
  seeds: readonly number[],
  mostUpdates = Infinity,
): FixedPair | undefined {
  const bound = (best: FixedPair | undefined) => Math.min(mostUpdates, PATIENCE * (best?.updates ?? Infinity));
  const at = (rate: number, best?: FixedPair) => pairOf(task, { batchSize, learningRate: rate }, seeds, bound(best));
  let best = at(learningRate);
  const climb = (factor: number): void => {
    for (const step of [factor, 1 / factor]) {
      let [rate, isBetter] = [best?.learningRate ?? learningRate, true];
      for (let tries = 0; isBetter && tries < 6; tries++) {
        rate *= step;
        const next = at(rate, best);
        isBetter = next !== undefined && next.updates < (best?.updates ?? Infinity);
        // Where nothing is known yet, look further.
        if (best === undefined && next === undefined) isBetter = tries < 1;
        else if (isBetter) best = next;
      }
    }
  };
  climb(COARSE);
  if (best !== undefined) climb(FINE);
  return best;
}

/** Time that a pair takes to the target [ms]. */
export function timeOf(
  { updates, examples }: Pick<FixedPair, 'updates' | 'examples'>,
  { t0, t1 }: ModelledTime,
): number {
  return t0 * updates + t1 * examples;
}

/** For each size from the base to a quarter of the data the best rate; it ends at a size that is far from the best by every clock. */
export function bestPairs(task: SimulatedTask, clocks: readonly ModelledTime[], seeds: readonly number[]): FixedPair[] {
  const most = dataOf(task.data).train.count / 4;
  const pairs: FixedPair[] = [];
  let learningRate = task.baseLearningRate;
  for (let batchSize = task.baseBatchSize; batchSize <= most; batchSize *= 2) {
    // So many updates take PATIENCE times the best, by the clock that is the most patient.
    const bounds = clocks.map((clock) => {
      const best = Math.min(...pairs.map((pair) => timeOf(pair, clock)));
      return (PATIENCE * best) / timeOf({ updates: 1, examples: batchSize }, clock);
    });
    const pair = bestRate(task, { batchSize, learningRate }, seeds, Math.max(...bounds));
    if (pair === undefined) break;
    pairs.push(pair);
    learningRate = pair.learningRate * FINE;
  }
  return pairs;
}

/** The pair that takes the least time by this clock. */
export function bestBy(pairs: readonly FixedPair[], clock: ModelledTime): FixedPair {
  return pairs.reduce((best, pair) => (timeOf(pair, clock) < timeOf(best, clock) ? pair : best));
}
