import type { JsonObject } from '../core/types.js';

/** `run`: what a training loop applied; `replay`: what a policy decided on the record of another run. */
export type SeriesKind = 'run' | 'replay';

/** The two things that a decision sets. */
export interface Setting {
  /** [examples] */
  readonly batchSize: number;
  readonly learningRate: number;
}

/** A decision that changed the batch size, or moved the learning rate by half or more at once. */
export interface ReportChange {
  /** The step after which it was made. */
  readonly step: number;
  /** Examples seen by then. */
  readonly examples: number;
  /** Training time by then [s]. */
  readonly seconds: number;
  readonly from: Setting;
  readonly to: Setting;
  /** One line for a human; empty where the record has none. */
  readonly reason: string;
}

/** What is known of all steps of a run, whatever the series leaves out. A number that the record does not give is absent. */
export interface ReportSummary {
  readonly steps: number;
  /** Steps that measured the gradient. */
  readonly measuredSteps: number;
  /** Steps whose loss is not a finite number. */
  readonly brokenSteps: number;
  readonly examples: number;
  readonly seconds?: number;
  /** Smoothed training loss at the end, and its least value. */
  readonly finalLoss?: number;
  readonly leastLoss?: number;
  readonly leastValidationLoss?: number;
  readonly firstBatchSize: number;
  readonly leastBatchSize: number;
  readonly mostBatchSize: number;
  readonly finalBatchSize: number;
  readonly firstLearningRate: number;
  readonly finalLearningRate: number;
  /** The latest noise scale [examples]. */
  readonly noiseScale?: number;
  /** Over the whole run. */
  readonly examplesPerSecond?: number;
  /** All changes, those that {@link ReportSeries.changes} leaves out too. */
  readonly changes: number;
}

/** The noise scale [examples] and its band of 95 % confidence, NaN where it is not known. */
export interface NoiseSeries {
  readonly estimate: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/**
 * One run or replay, thinned to a few thousand points for a chart.
 *
 * The columns are of one length, a point each, ascending. NaN stands for what the record does not give.
 */
export interface ReportSeries {
  readonly name: string;
  readonly kind: SeriesKind;
  readonly steps: Float64Array;
  readonly examples: Float64Array;
  /** Training time [s]: steps and measuring, without what lies between. */
  readonly seconds: Float64Array;
  /** Of the batch at hand. */
  readonly loss: Float64Array;
  readonly smoothedLoss: Float64Array;
  readonly validationLoss: Float64Array;
  /** [examples]; where an epoch's last batch is short, the size that was asked for. */
  readonly batchSize: Float64Array;
  readonly learningRate: Float64Array;
  /** Absent where the record has no gradient statistics. */
  readonly noiseScale?: NoiseSeries;
  readonly examplesPerSecond: Float64Array;
  readonly changes: readonly ReportChange[];
  readonly summary: ReportSummary;
  /** What the log's header says of backend, model and the like. */
  readonly about?: JsonObject;
}
