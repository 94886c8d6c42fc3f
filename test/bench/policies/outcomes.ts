import type { Outcome, TaskResult } from '../../../bench/policies/types.js';

/** A training that reached the target, unless told otherwise. */
export function outcome(elapsedMs: number, other: Partial<Outcome> = {}): Outcome {
  return { end: 'target', elapsedMs, updates: 10, examples: 160, metric: 90, ...other };
}

export function taskResult(other: Partial<TaskResult> = {}): TaskResult {
  return {
    ...{ task: 'easy', title: 'An easy task', metric: 'accuracy', start: 'base', targetLoss: 0.1, learningRate: 0.05 },
    ...{ seeds: [1, 2, 3], base: [outcome(100), outcome(200), outcome(400)], scan: [] },
    fixed: [{ batchSize: 64, learningRate: 0.1, outcomes: [outcome(50), outcome(100), outcome(100)] }],
    contenders: [{ name: 'default', outcomes: [outcome(60), outcome(100), outcome(160)] }],
    ...other,
  };
}
