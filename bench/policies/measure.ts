import type { AdaptiveBatch } from 'tfjs-adaptive-batch';
import { median } from '../../examples/support/statistics.js';
import type { Contender } from './contenders.js';
import { bestFirst } from './figures.js';
import { beyondEdge, fastest, gridOf, type Tried } from './grid.js';
import { describeOutcome, pairName } from './text.js';
import { type LoadedTask, type Run, train } from './train.js';
import {
  BASE_BATCH_SIZE,
  type Outcome,
  type Pair,
  START_FACTORS,
  type Start,
  type Task,
  type TaskResult,
} from './types.js';

/** How a task is measured. */
export interface MeasureOptions {
  readonly start: Start;
  readonly seeds: readonly number[];
  readonly contenders: readonly Contender[];
  readonly isQuick: boolean;
  /** An earlier result of the task, whose best fixed pairs are taken instead of a new search. */
  readonly earlier?: TaskResult | undefined;
  /** Fixed pairs that get all seeds, whatever the search finds. */
  readonly named?: readonly Pair[];
  /** Gets the callback of each adaptive training, with its contender's name. */
  readonly onStart?: (adaptive: AdaptiveBatch, name: string) => void;
}

/** A base that needs more has the wrong rate [ms]. */
export const MOST_BASE_MS = 300_000;
/** Of the base's time: what a contender is given; from another start; plain fit() from another start. */
const SHARE = { usual: 2, otherStart: 4, plain: 8 };
/** Of the time of the best pair so far: what the next of the grid is given. */
const SCAN_SHARE = 1.3;
const MOST_EXTENSIONS = 4;
/** Pairs of the grid that get all seeds. */
const FINALISTS = 4;
const QUICK_FINALISTS = 2;

type Way = Pair & {
  readonly name: string;
  readonly share: number;
  readonly adaptive?: Run['adaptive'];
  readonly outcomes: Outcome[];
};

function say(name: string, seed: number, outcome: Outcome): void {
  console.log(`  seed ${seed} ${name.padEnd(32)} ${describeOutcome(outcome)}`);
}

/** @throws Error if the base misses the target: there is nothing to compare with */
function checkBase({ name }: Task, seed: number, { end, elapsedMs }: Outcome): void {
  if (end === 'target') return;
  throw new Error(`${name}, seed ${seed}: the base missed the target loss in ${Math.round(elapsedMs / 1000)} s`);
}

async function scan(loaded: LoadedTask, base: Outcome, seed: number, isQuick: boolean): Promise<Tried[]> {
  const { learningRate } = loaded.task;
  const tried: Tried[] = [];
  const queue = gridOf(learningRate, isQuick);
  let extensions = 0;
  for (let pair = queue.shift(); pair !== undefined; pair = queue.shift()) {
    const least = fastest(tried)[0]?.outcome.elapsedMs;
    const limitMs = least === undefined ? SHARE.usual * base.elapsedMs : SCAN_SHARE * least;
    const outcome = await train(loaded, { ...pair, seed, limitMs });
    say(pairName(pair), seed, outcome);
    tried.push({ ...pair, outcome });
    const next = queue.length === 0 && extensions < MOST_EXTENSIONS ? beyondEdge(tried, learningRate) : undefined;
    if (next !== undefined) queue.push(next);
    if (next !== undefined) extensions++;
  }
  return tried;
}

function waysOf({ task }: LoadedTask, finalists: readonly Pair[], { start, contenders }: MeasureOptions): Way[] {
  const base = { batchSize: BASE_BATCH_SIZE, learningRate: task.learningRate };
  const begin = { ...base, learningRate: task.learningRate * START_FACTORS[start] };
  const isOther = start !== 'base';
  const share = isOther ? SHARE.otherStart : SHARE.usual;
  return [
    { ...base, name: 'base', share: Number.POSITIVE_INFINITY, outcomes: [] },
    ...(isOther ? [{ ...begin, name: `plain fit() at ${begin.learningRate}`, share: SHARE.plain, outcomes: [] }] : []),
    ...finalists.map((pair) => ({ ...pair, name: pairName(pair), share: SHARE.usual, outcomes: [] })),
    ...contenders.map(({ name, options }) => ({ ...begin, name, share, adaptive: options, outcomes: [] })),
  ];
}

/** Every way for every seed; who goes first changes from seed to seed. */
async function runAll(
  loaded: LoadedTask,
  ways: readonly Way[],
  first: Outcome,
  options: MeasureOptions,
): Promise<void> {
  const times = [first.elapsedMs];
  for (const [round, seed] of options.seeds.entries()) {
    for (let turn = 0; turn < ways.length; turn++) {
      const way = ways[(turn + round) % ways.length] as Way;
      const { name, batchSize, learningRate, adaptive, share } = way;
      const limitMs = Math.min(MOST_BASE_MS, share * median(times));
      const onStart = (callback: AdaptiveBatch) => options.onStart?.(callback, name);
      const outcome = await train(loaded, {
        ...{ seed, batchSize, learningRate, limitMs, onStart },
        ...(adaptive && { adaptive }),
      });
      say(name, seed, outcome);
      way.outcomes.push(outcome);
      if (name !== 'base') continue;
      checkBase(loaded.task, seed, outcome);
      times.push(outcome.elapsedMs);
    }
  }
}

/** The pairs of the grid, without what only the search needs. */
function plainPair({ batchSize, learningRate }: Pair): Pair {
  return { batchSize, learningRate };
}

/** Without those that differ from an earlier one by rounding. */
export function distinct(pairs: readonly Pair[]): Pair[] {
  return pairs.filter((pair, i) => pairs.findIndex((other) => pairName(other) === pairName(pair)) === i);
}

/** Everything about one task from one start, in one process. */
export async function measure(loaded: LoadedTask, options: MeasureOptions): Promise<TaskResult> {
  const { task } = loaded;
  const { start, seeds, isQuick, earlier } = options;
  const [seed] = seeds as [number, ...number[]];
  const base = { seed, batchSize: BASE_BATCH_SIZE, learningRate: task.learningRate, limitMs: MOST_BASE_MS };
  const first = await train(loaded, base);
  say('base, before the count', seed, first);
  checkBase(task, seed, first);
  const tried = earlier === undefined ? await scan(loaded, first, seed, isQuick) : [];
  const best: readonly Pair[] = earlier === undefined ? fastest(tried) : bestFirst(earlier.fixed);
  const finalists = distinct([
    ...(options.named ?? []),
    ...best.slice(0, isQuick ? QUICK_FINALISTS : FINALISTS).map(plainPair),
  ]);
  const ways = waysOf(loaded, finalists, options);
  await runAll(loaded, ways, first, options);
  const outcomesOf = (way: Way | undefined) => way?.outcomes ?? [];
  const isOther = start !== 'base';
  const begin = isOther ? 2 : 1;
  const { name, title, metric, targetLoss, learningRate } = task;
  return {
    ...{ task: name, title, metric, start, targetLoss, learningRate, seeds },
    base: outcomesOf(ways[0]),
    ...(isOther && { plain: outcomesOf(ways[1]) }),
    scan: tried.map(({ outcome, ...pair }) => ({ ...plainPair(pair), outcome })),
    fixed: ways.slice(begin, begin + finalists.length).map((way) => ({ ...plainPair(way), outcomes: way.outcomes })),
    contenders: ways.slice(begin + finalists.length).map((way) => ({ name: way.name, outcomes: way.outcomes })),
  };
}
