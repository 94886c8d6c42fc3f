import { timeOf } from '../core/time-of.js';
import type { RunFacts, TimeEstimate } from '../core/types.js';

/** Steps at one batch size, one after the other. */
type Stretch = { readonly batchSize: number; readonly since: number; steps: number; ms: number };

/** What is still to do [examples], and at which batch size it begins. */
export interface Rest {
  readonly examples: number;
  readonly batchSize: number;
}

/** Steps longer ago are forgotten [ms]. */
const MEMORY_MS = 10_000;
/** A stretch is closed after so long, so that the oldest steps can be forgotten [ms]. */
const STRETCH_MS = 1000;
const MOST_STRETCHES = 64;

/**
 * How long examples take, from the steps of the last ten seconds at whatever batch sizes.
 *
 * Σ t_i over the steps, by the clock, is compared with Σ T(m_i), T the step-time model: r = Σ t_i / Σ T(m_i) is what all steps cost above
 * their own time, and it does not depend on the batch size. What is left takes r·T(B)/B an example, B the size now in force: right from the
 * first step after a growth, and exact where the size rests, however wrong T is. Without a model, T(m) = m: what an example took of late.
 *
 * Units: ms, examples.
 */
export class Pace {
  #stretches: Stretch[] = [];

  /** @param ms what the step took by the clock, all told; @param now the clock [ms] */
  add(batchSize: number, ms: number, now: number): void {
    const last = this.#stretches.at(-1);
    if (last?.batchSize === batchSize && now - last.since < STRETCH_MS) {
      last.steps += 1;
      last.ms += ms;
      return;
    }
    this.#stretches.push({ batchSize, since: now, steps: 1, ms });
    const kept = this.#stretches.filter(({ since }) => now - since <= MEMORY_MS);
    this.#stretches = kept.slice(-MOST_STRETCHES);
  }

  /** [ms]; undefined before the first step. */
  timeFor({ examples, batchSize }: Rest, time: TimeEstimate | undefined, facts: RunFacts): number | undefined {
    const cost = (size: number): number => (time === undefined ? size : timeOf(time, size, facts));
    let [spent, expected] = [0, 0];
    for (const stretch of this.#stretches) {
      spent += stretch.ms;
      expected += stretch.steps * cost(stretch.batchSize);
    }
    if (expected === 0) return undefined;
    return ((spent / expected) * cost(batchSize) * examples) / batchSize;
  }
}
