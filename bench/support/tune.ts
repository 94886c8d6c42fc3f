import type { Data } from '../../examples/support/data.js';
import { median } from '../../examples/support/statistics.js';
import { type TrainingRecord, train, warmUp } from '../../examples/support/training.js';
import { ratesOf, settingOf, type Task } from './tasks.js';

function describe({ isReached, epochs }: TrainingRecord): string {
  const end = epochs.at(-1);
  return isReached ? `${epochs.length} (${((end?.elapsedMs ?? 0) / 1000).toFixed(1)} s)` : 'none';
}

/**
 * Prints what plain fit() needs to the target loss at each rate, and returns the rate that makes it fastest: the base is to be as hard to
 * beat as can be. At one batch size time goes with the epochs, which no other process on the machine disturbs: they decide.
 */
export async function tune(task: Task, data: Data): Promise<number> {
  const { title, targetLoss, tuneSeeds, learningRate } = task;
  console.log(`${title}: epochs of plain fit() to training loss ${targetLoss}, seeds ${tuneSeeds.join(', ')}`);
  await warmUp(settingOf(task, data, learningRate));
  let best = learningRate;
  let least = Number.POSITIVE_INFINITY;
  for (const rate of ratesOf(task)) {
    const records: TrainingRecord[] = [];
    for (const seed of tuneSeeds) records.push(await train(settingOf(task, data, rate), seed));
    const epochs = median(
      records.map((record) => (record.isReached ? record.epochs.length : Number.POSITIVE_INFINITY)),
    );
    if (epochs < least) [best, least] = [rate, epochs];
    const all = epochs < Number.POSITIVE_INFINITY ? `median ${epochs}` : 'target missed';
    console.log(`  rate ${String(rate).padEnd(5)} ${all.padEnd(14)} ${records.map(describe).join(', ')}`);
  }
  console.log(`  fastest: ${best}; the benchmark uses ${learningRate}`);
  return best;
}
