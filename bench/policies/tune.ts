import { median } from '../../examples/support/statistics.js';
import { timeOf } from './figures.js';
import { MOST_BASE_MS } from './measure.js';
import { describeOutcome } from './text.js';
import { type LoadedTask, train } from './train.js';
import { BASE_BATCH_SIZE, type Outcome } from './types.js';

/** A rate and what plain fit() at the base batch size needed with it, seed by seed. */
export interface TriedRate {
  readonly rate: number;
  readonly outcomes: readonly Outcome[];
}

const TUNE_SEEDS = [1, 2, 3];
/** Of the time of the best rate so far: what the next is given. */
const SHARE = 2;

/**
 * The rate that takes the fewest examples to the target, by the median of its seeds: at one batch size time goes with the examples, which no
 * other process on the machine disturbs.
 * @returns undefined if none reaches it
 */
export function bestRate(tried: readonly TriedRate[]): number | undefined {
  const examplesOf = (outcome: Outcome) => (outcome.end === 'target' ? outcome.examples : Number.POSITIVE_INFINITY);
  let best: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const { rate, outcomes } of tried) {
    const examples = median(outcomes.map(examplesOf));
    if (examples < least) [best, least] = [rate, examples];
  }
  return best;
}

/** Prints what plain fit() needs to the target at each rate: the base is to be as hard to beat as can be. The task's own rate comes first. */
export async function tune(loaded: LoadedTask): Promise<number | undefined> {
  const { title, targetLoss, learningRate, rates } = loaded.task;
  console.log(`${title}: plain fit() at batch size ${BASE_BATCH_SIZE} to training loss ${targetLoss}`);
  const tried: TriedRate[] = [];
  let limitMs = MOST_BASE_MS;
  for (const rate of [learningRate, ...rates.filter((other) => other !== learningRate)]) {
    const outcomes: Outcome[] = [];
    for (const seed of TUNE_SEEDS) {
      outcomes.push(await train(loaded, { seed, batchSize: BASE_BATCH_SIZE, learningRate: rate, limitMs }));
      console.log(`  rate ${rate}, seed ${seed}: ${describeOutcome(outcomes.at(-1) as Outcome)}`);
    }
    limitMs = Math.min(limitMs, SHARE * median(outcomes.map(timeOf)));
    tried.push({ rate, outcomes });
  }
  const best = bestRate(tried);
  const isEdge = best === Math.min(...rates) || best === Math.max(...rates);
  console.log(`  fastest: ${best}${isEdge ? ', at the edge of the rates' : ''}; the benchmark uses ${learningRate}`);
  return best;
}
