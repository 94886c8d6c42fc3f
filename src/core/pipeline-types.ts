import type { MeasuringSchedule, MeasuringState } from './measuring.js';
import type { RateGuardState } from './rate-guard.js';
import type {
  AdamParameters,
  Decision,
  Estimates,
  Estimator,
  Json,
  LayerNoiseEstimate,
  LearningRateRule,
  LearningRateSchedule,
  NoiseEstimate,
  Policy,
  RunFacts,
  StepObservation,
  TimeEstimate,
  WalkEstimate,
} from './types.js';

/** The estimators of a pipeline. */
export interface EstimatorSet {
  readonly loss: Estimator<Json, number>;
  readonly noise: Estimator<Json, NoiseEstimate>;
  readonly layers: Estimator<Json, readonly LayerNoiseEstimate[]>;
  readonly walk: Estimator<Json, WalkEstimate>;
  readonly time: Estimator<Json, TimeEstimate>;
  readonly walkAtHand: (
    observation: Pick<StepObservation, 'gradient' | 'batchSize' | 'loss'>,
  ) => (WalkEstimate & { loss: number }) | undefined;
}

/** Everything that a pipeline is made of. */
export interface PipelineParts {
  readonly estimators: EstimatorSet;
  readonly policy: Policy;
  readonly learningRate: LearningRateRule;
  readonly schedule: LearningRateSchedule | undefined;
  readonly measuring: MeasuringSchedule;
  readonly candidates: readonly number[];
  /** Hard bounds of the batch size [examples], whatever the policy says. */
  readonly minBatchSize: number;
  readonly maxBatchSize: number;
  /** Hard bounds of the learning rate. */
  readonly minLearningRate: number;
  readonly maxLearningRate: number;
  /** Whether the factor of the rule is lowered when the loss jumps under it. */
  readonly guardsRate: boolean;
  readonly facts: RunFacts;
}

/** Plain JSON: written out and read back, it decides as if nothing had happened. */
export type PipelineState = {
  readonly loss: Json;
  readonly noise: Json;
  readonly layers: Json;
  readonly walk: Json;
  readonly time: Json;
  readonly policy: Json;
  /** Factor that the policy has put on the learning rate. */
  readonly scale: number;
  readonly measuring: MeasuringState;
  readonly guard: RateGuardState;
  readonly estimates: Estimates;
  readonly decision: Decision;
  /** The largest micro-batch that memory has been seen to have room for [examples]; absent: the run's facts hold. */
  readonly maxMicroBatchSize?: number;
};

/** What one observation brought about. */
export interface Advance {
  readonly state: PipelineState;
  readonly estimates: Estimates;
  readonly decision: Decision;
  /** What could not be used, because it was not finite or was of one micro-batch; the step's statistics are dropped and the decision before it stands. */
  readonly anomaly?: string;
  /** What the policy or the rule threw, or the nonsense it asked for; the decision before it stands. */
  readonly error?: Error;
}

/** The one place where a decision is made, live and in a replay. */
export interface Pipeline {
  readonly facts: RunFacts;
  /** Examples a draw, if the policy settles the size while the batch is drawn. */
  readonly drawSize: number | undefined;
  start(): PipelineState;
  /** The state of an earlier run to go on from; where this run's bounds are narrower, with its batch size brought within them. */
  resume(state: PipelineState): PipelineState;
  /** Pure: the same state and observation give the same result, bit for bit. */
  advance(state: PipelineState, observation: StepObservation): Advance;
  /** The learning rate to apply to a batch: the decision's at the size it asked for, the rule's at another (an epoch's last one). */
  learningRateAt(state: PipelineState, batchSize: number, baseLearningRate: number): number;
  /**
   * What Adam is to be made of in a batch of `batchSize` examples, `base` being what the user made it of; undefined where the rule leaves it alone.
   * @throws RangeError if the rule asks for a β outside [0, 1) or an ε that is not >= 0
   */
  adamAt(batchSize: number, base: AdamParameters): AdamParameters | undefined;
  /** The size that the policy asks for once `drawn` is in hand [examples]; for policies with a draw size. */
  drawTarget(
    state: PipelineState,
    drawn: Pick<StepObservation, 'gradient' | 'batchSize' | 'loss' | 'baseLearningRate'>,
  ): number;
}
