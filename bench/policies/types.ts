import type * as tf from '@tensorflow/tfjs';

/** Inputs and targets, a row for each example. */
export interface Examples {
  readonly inputs: tf.Tensor;
  readonly targets: tf.Tensor;
}

/** What a model is trained on and what it is judged by. */
export interface Data {
  readonly train: Examples;
  readonly test: Examples;
}

/** A training that is run in many ways. */
export interface Task {
  readonly name: string;
  /** Data, model, optimizer, in one line. */
  readonly title: string;
  readonly load: () => Data;
  /** A compiled model with seeded weights. */
  readonly build: (seed: number, optimizer: tf.Optimizer) => tf.LayersModel;
  readonly optimizer: (learningRate: number) => tf.Optimizer;
  /** The training ends where the loss over the subset of the training examples is at or below it. */
  readonly targetLoss: number;
  /** The base's rate at {@link BASE_BATCH_SIZE}: the fastest to the target among {@link rates}, by `npm run bench:policies -- --tune`. */
  readonly learningRate: number;
  /** The rates among which the base's was found; neighbours differ by a factor of 2. */
  readonly rates: readonly number[];
  /** More than the usual, where a run is short. */
  readonly seeds?: readonly number[];
  /** Test metric [percentage points]: share of right answers, or R². */
  readonly metric: 'accuracy' | 'R²';
}

/** Where a run begins: at the tuned rate of the base, at an eighth of it, or at eight times it. */
export type Start = 'base' | 'untuned' | 'tooLarge';

/** Factor on the base's tuned rate. */
export const START_FACTORS: Readonly<Record<Start, number>> = { base: 1, untuned: 1 / 8, tooLarge: 8 };

/** B0 of every task [examples]. */
export const BASE_BATCH_SIZE = 16;

/** What one training came to. */
export interface Outcome {
  /**
   * - `target`: reached
   * - `time`: abandoned past the time allowed
   * - `ruined`: abandoned, at a loss about that of a guess without looking, or none at all
   * - `refused`: the controller does not take these options
   */
  readonly end: 'target' | 'time' | 'ruined' | 'refused';
  /** Cost to the target, or until it was abandoned; the time without evaluations [ms]. */
  readonly elapsedMs: number;
  readonly updates: number;
  readonly examples: number;
  /** Of the test examples, at the end [percentage points]. */
  readonly metric: number;
  /** Of an adaptive training: what measuring the gradient's noise took [ms]. */
  readonly measureMs?: number;
  /** Of an adaptive training: what its decisions took, streams and events with them [ms]. */
  readonly decideMs?: number;
  /** Why it was refused. */
  readonly message?: string;
}

/** A fixed batch size and rate. */
export interface Pair {
  /** [examples]. */
  readonly batchSize: number;
  readonly learningRate: number;
}

/** What one process found for one task from one start. Outcomes are in the order of the seeds. */
export interface TaskResult {
  readonly task: string;
  readonly title: string;
  readonly metric: Task['metric'];
  readonly start: Start;
  readonly targetLoss: number;
  /** The base's tuned rate. */
  readonly learningRate: number;
  readonly seeds: readonly number[];
  /** Plain fit() at the base batch size and the tuned rate. */
  readonly base: readonly Outcome[];
  /** Plain fit() at the base batch size and this start's rate, where that is another. */
  readonly plain?: readonly Outcome[];
  /** Every pair of the grid that was tried, one seed each; empty where an earlier result's best pairs are taken. */
  readonly scan: readonly (Pair & { readonly outcome: Outcome })[];
  /** The best of the grid, with all seeds. */
  readonly fixed: readonly (Pair & { readonly outcomes: readonly Outcome[] })[];
  readonly contenders: readonly { readonly name: string; readonly outcomes: readonly Outcome[] }[];
}
