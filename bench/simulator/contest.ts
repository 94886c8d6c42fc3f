import type { DecisionOptions } from '../../src/assembly/options.js';
import type { ModelledTime } from './clock.js';
import { bestBy, bestPairs, type FixedPair, fixedRun, timeOf } from './hindsight.js';
import { type SimulatedResult, simulate } from './simulate.js';
import type { SimulatedTask } from './tasks.js';

/** What is tried: options of the pipeline under a name. */
export interface Contender {
  readonly name: string;
  readonly options: DecisionOptions;
}

/** Where it is tried. */
export interface Arena {
  readonly task: SimulatedTask;
  readonly clock: ModelledTime;
  readonly seeds: readonly number[];
  /** Factor on the task's tuned rate that the contender starts from. */
  readonly start: number;
  /** Trainings end, missed, at so many times the base's time. */
  readonly limit: number;
}

/** One training against the base of the same seed. */
export interface Bout {
  readonly seed: number;
  /** Time to target over that of the base at its tuned rate; the limit where the target was missed. */
  readonly ratio: number;
  /** The same over the best fixed pair's in hindsight. */
  readonly toBest: number;
  readonly outcome: 'reached' | 'missed' | 'ruined';
  readonly result: SimulatedResult;
  readonly baseMetric: number;
}

/** Seeds that hindsight's best is looked for with. */
const TUNED_WITH = [1, 2];
/** Seeds of one task's and clock's best pair, by task. */
const found = new Map<string, readonly FixedPair[]>();

/** Best rate of each size, for clocks of t0/t1 from 36 to 371; searched once, then from the store. */
export function hindsight(task: SimulatedTask): readonly FixedPair[] {
  const known = found.get(task.name);
  if (known !== undefined) return known;
  const pairs = bestPairs(
    task,
    [36, 371].map((t0) => ({ t0, t1: 1 })),
    TUNED_WITH,
  );
  found.set(task.name, pairs);
  return pairs;
}

/** Missed: the loss is nearer to its start than to the target (in logarithms), or is no number. */
function outcomeOf({ isReached, curve, finalTrainingLoss }: SimulatedResult, target: number): Bout['outcome'] {
  if (isReached) return 'reached';
  const middle = Math.sqrt((curve[0]?.loss ?? Infinity) * target);
  return finalTrainingLoss <= middle ? 'missed' : 'ruined';
}

/** A contender's trainings, seed by seed. */
export function bouts({ options }: Contender, { task, clock, seeds, start, limit }: Arena): Bout[] {
  const best = bestBy(hindsight(task), clock);
  const { baseBatchSize: batchSize, baseLearningRate: learningRate } = task;
  return seeds.map((seed) => {
    const base = fixedRun(task, { batchSize, learningRate, seed });
    const baseTime = timeOf(base, clock);
    const bestTime = timeOf(fixedRun(task, { ...best, seed }), clock);
    const baseLearningRate = learningRate * start;
    const result = simulate({ task, seed, time: clock, options, baseLearningRate, maxTime: limit * baseTime });
    const time = Math.min(result.timeToTarget, limit * baseTime);
    return {
      seed,
      ratio: time / baseTime,
      toBest: time / bestTime,
      outcome: outcomeOf(result, task.targetLoss),
      result,
      baseMetric: base.finalTestMetric,
    };
  });
}
