import type { Decision, RunFacts, StepObservation } from '../core/types.js';

/** A change of the batch size or the learning rate. */
export interface Change {
  /** The step after which it was decided. */
  readonly step: number;
  readonly from: Pick<Decision, 'batchSize' | 'learningRate'>;
  readonly to: Pick<Decision, 'batchSize' | 'learningRate'>;
  readonly reason: string;
}

/** Something that could not be used. */
export interface Anomaly {
  readonly step: number;
  /** The fact that was not finite: `loss`, `baseLearningRate` or a gradient statistic; `degreesOfFreedom` where there was only one. */
  readonly what: string;
  readonly observation: StepObservation;
}

/** A pass over the data begins. */
export interface EpochStart {
  /** From 0. */
  readonly epoch: number;
  /** Where the training ends: one more than its last epoch; absent: not known. */
  readonly epochs?: number;
}

/** A pass over the data is over, and its evaluation with it. */
export interface EpochEnd {
  /** From 0. */
  readonly epoch: number;
  /** Losses and metrics: of the epoch, weighted by examples, and of the evaluation (`val_loss`, …). */
  readonly logs: { readonly [name: string]: number };
}

/** The events of a controller, with what their listeners get. */
export interface ControllerEvents {
  start: (facts: RunFacts, decision: Decision) => void;
  epochStart: (epoch: EpochStart) => void;
  decision: (decision: Decision, observation: StepObservation) => void;
  change: (change: Change) => void;
  anomaly: (anomaly: Anomaly) => void;
  epochEnd: (epoch: EpochEnd) => void;
  warning: (message: string) => void;
  error: (error: Error) => void;
  end: () => void;
}
