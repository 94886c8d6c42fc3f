import type { Estimates, ProgressEstimate, WalkEstimate } from './estimates.js';

export type {
  Estimates,
  LayerNoiseEstimate,
  NoiseEstimate,
  ProgressEstimate,
  TimeEstimate,
  WalkEstimate,
} from './estimates.js';

/** A value that survives `JSON.parse(JSON.stringify(value))`. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A plain object of {@link Json} values. */
export type JsonObject = { readonly [key: string]: Json };

/**
 * How gradient statistics are got:
 * - `microBatches`: n parts of the batch, each with its own pass; n - 1 degrees of freedom
 * - `closedForm`: every example of the batch, from the layer inputs and deltas of one pass; B - 1
 * - `randomSigns`: a random half against the other, by one more backward pass; 1
 * - `perExample`: every example of the batch by a backward pass of its own; B - 1
 * - `temporal`: against the step before; 1. Biased: the trace by +B·|ΔG|²/2 where the true gradient moved by ΔG in between
 */
export type GradientRoute = 'microBatches' | 'closedForm' | 'randomSigns' | 'perExample' | 'temporal';

/** The share of one layer in {@link GradientStatistics}. */
export interface LayerStatistics {
  /** Name of the layer, or of the variable where it belongs to none. */
  readonly layer: string;
  /** Number of weights. */
  readonly parameters: number;
  readonly squaredNormOfMean: number;
  readonly squaredDeviations: number;
}

/**
 * Sufficient statistics of n >= 2 micro-batch gradients g_i (mean gradients of b_i examples) taken at the same weights;
 * where each example is seen alone, n = B and b_i = 1.
 *
 * g = sum b_i g_i / B is the gradient of the batch; p is the optimizer's step over its learning rate; d = c·D·g is
 * the part of p that the fresh gradient makes (D: the optimizer's diagonal preconditioner, c: the share of the
 * fresh gradient in its running mean; d = g for SGD and momentum). Deviations are kept rather than raw second
 * moments, because sum b_i |g_i|^2 - B |g|^2 loses its digits where the micro-batches agree.
 */
export interface GradientStatistics {
  readonly route: GradientRoute;
  /** n - 1, >= 1: what the sums of deviations below are divided by. */
  readonly degreesOfFreedom: number;
  /** Share of the parameters that the statistics speak of, in (0, 1); absent: all of them. */
  readonly coverage?: number;
  /** |g|^2. */
  readonly squaredNormOfMean: number;
  /** sum b_i |g_i - g|^2; over (n - 1) it estimates the trace of the per-example covariance. */
  readonly squaredDeviations: number;
  /** g·p. */
  readonly meanProjection: number;
  /** g·d. */
  readonly freshProjection: number;
  /** sum b_i (g_i - g)·cD(g_i - g). */
  readonly freshDeviations: number;
  /** sum b_i ((g_i - g)·d)^2; over (n - 1) it estimates dᵀΣd. */
  readonly projectionDeviations: number;
  /** g·θ, θ the weights before the update; with `coverage`, of the parameters that it speaks of. Absent: not told. */
  readonly weightProjection?: number;
  /** |p|^2, likewise. Absent: not told, or lost in float32. */
  readonly squaredNormOfStep?: number;
  /** Least, lower quartile, median, upper quartile and largest |g_j| of the examples, where each is seen alone. */
  readonly exampleNorms?: readonly number[];
  /** On request: layer by layer. */
  readonly layers?: readonly LayerStatistics[];
}

/** The facts of one optimizer update, as the loop saw them. */
export interface StepObservation {
  /** Updates so far, this one included; from 1. */
  readonly step: number;
  /** Pass over the data; from 0. */
  readonly epoch: number;
  /** Examples so far, this batch included. */
  readonly examplesSeen: number;
  /** Applied batch size [examples]. */
  readonly batchSize: number;
  /** Number of micro-batches (forward and backward passes) that made the batch. */
  readonly microBatches: number;
  /** Applied learning rate. */
  readonly learningRate: number;
  /** The user's own learning rate at this step, which a learning-rate rule multiplies. */
  readonly baseLearningRate: number;
  /** Mean training loss of the batch, before the update. */
  readonly loss: number;
  /** Wall clock of forward, backward and update [ms], without the controller's own work. */
  readonly stepMs: number;
  /** Absent on steps that were not measured. */
  readonly gradient?: GradientStatistics;
  /** Wall clock of computing {@link gradient} [ms]; present on every step that was to be measured. */
  readonly measureMs?: number;
  /** Present where the batch is shorter than asked because the epoch's examples ran out. */
  readonly short?: true;
  /** On the first step after an evaluation. */
  readonly validationLoss?: number;
  /** Largest micro-batch from here on [examples], on a step after which it is another: memory has shown its bound. */
  readonly maxMicroBatchSize?: number;
}

/** How the optimizer makes its step of the gradient: `adaptive` ones divide it by its running size. */
export type OptimizerKind = 'sgd' | 'momentum' | 'adaptive';

/** What is known of a run before its first step. */
export interface RunFacts {
  /** B0: the batch size that the user's learning rate is tuned for [examples]. */
  readonly baseBatchSize: number;
  /** The user's learning rate at the start. */
  readonly baseLearningRate: number;
  /** N [examples], where it is known. */
  readonly datasetSize?: number;
  /** @defaultValue 'sgd' */
  readonly optimizer?: OptimizerKind;
  /** Batches come in whole multiples of this many examples: set where the loop can only accumulate. @defaultValue 1 */
  readonly batchQuantum?: number;
  /** Batches above it are made of several micro-batches [examples]. @defaultValue no bound */
  readonly maxMicroBatchSize?: number;
  /** ρ of an optimizer of the kind `momentum`, in [0, 1). @defaultValue 0 */
  readonly momentum?: number;
  /** Of Adam, where it is the optimizer. */
  readonly adam?: AdamParameters;
  /** Present where a layer of the model normalizes by the batch. */
  readonly hasBatchNorm?: true;
}

/** What Adam is made of, besides its rate. */
export interface AdamParameters {
  /** β₁, in [0, 1). */
  readonly beta1: number;
  /** β₂, in [0, 1). */
  readonly beta2: number;
  /** ε, >= 0. */
  readonly epsilon: number;
}

/** One quantity from observations. `update` is pure; the state is JSON. */
export interface Estimator<State extends Json = Json, Estimate = unknown> {
  init(): State;
  update(state: State, observation: StepObservation): State;
  /** @returns undefined as long as there is no estimate. */
  estimate(state: State, observation: StepObservation): Estimate | undefined;
}

/** What a policy may know besides the estimates. */
export interface PolicyContext {
  /** The batch sizes to choose from, ascending [examples]. */
  readonly candidates: readonly number[];
  /** Batch size now applied, an epoch's short last batch aside; before the first step the one that a run starts with [examples]. */
  readonly batchSize: number;
  /** B0 [examples]. */
  readonly baseBatchSize: number;
  /** The learning rate that the rule would set at a batch size. */
  readonly learningRateAt: (batchSize: number) => number;
  readonly facts: RunFacts;
  /** The facts of the step just done. */
  readonly observation: StepObservation;
}

/** What is known where no step has just been done: before the first, and while a batch is drawn. */
export type DrawContext = Omit<PolicyContext, 'observation'>;

/** What a log can tell of each step, besides that it took place. */
export type Signal = 'loss' | 'validationLoss' | 'learningRate' | 'batchSize' | 'time' | 'gradient';

/** What a policy asks for. */
export interface PolicyDecision {
  /** [examples]; absent: keep the size. */
  readonly batchSize?: number;
  /** Factor on the learning rate at every size, > 0; absent: keep the one before, at the start 1. */
  readonly learningRateScale?: number;
  /** One line for a human: why. */
  readonly reason: string;
}

/**
 * A rule for the batch size: two pure functions over a JSON state.
 *
 * The name and the JSON options let a run log rebuild the policy for a replay.
 */
export interface Policy<State extends Json = Json> {
  readonly name: string;
  readonly options?: JsonObject;
  /** Signals without which it only ever holds: a log that lacks one is refused. @defaultValue the gradient statistics */
  readonly needs?: readonly Signal[];
  init(): State;
  update(state: State, estimates: Estimates, context: PolicyContext): { state: State; decision: PolicyDecision };
  /** The first batch size [examples]. @defaultValue the context's: the base, or the least that can be measured */
  start?(context: DrawContext): number;
  /**
   * For policies that settle the size while the batch is drawn: examples a draw [examples], and the size asked for
   * once `drawn` is in hand. The loop draws until it has that many.
   */
  readonly draw?: {
    readonly size: number;
    target(drawn: WalkEstimate & { readonly loss: number }, context: DrawContext): number;
  };
}

/** A rule for the learning rate: a factor on the user's own rate. Pure. */
export interface LearningRateRule {
  readonly name: string;
  readonly options?: JsonObject;
  /** Signals without which its factor stays at 1. @defaultValue none */
  readonly needs?: readonly Signal[];
  /** @returns the factor at `batchSize`, > 0; 1 at the base batch size, unless the rule looks for a rate of its own. */
  factor(batchSize: number, baseBatchSize: number, estimates: Estimates, facts: RunFacts): number;
  /**
   * For a rule that sets more of Adam than its rate: what Adam is to be made of at `batchSize`, `adam` being what the user made it of; at the
   * base batch size just that. A run with another optimizer is refused at its start.
   */
  adamParameters?(batchSize: number, baseBatchSize: number, adam: AdamParameters): AdamParameters;
}

/**
 * The course of the learning rate over a training: a factor on the user's own rate, beside the rule's. Pure.
 *
 * Where another callback of the user's changes the rate too, the two multiply.
 */
export interface LearningRateSchedule {
  readonly name: string;
  readonly options?: JsonObject;
  /** Signals without which it stands still. @defaultValue none */
  readonly needs?: readonly Signal[];
  /** @returns the factor, > 0; 1 at the start. @throws RangeError where the run's facts lack what it needs */
  factor(progress: ProgressEstimate, facts: RunFacts): number;
}

/** The batch size and learning rate for the next step, and why. */
export interface Decision {
  /** The step after which it was made; 0 before the first. */
  readonly step: number;
  /** [examples], within the bounds. */
  readonly batchSize: number;
  /** The rate at `batchSize`. */
  readonly learningRate: number;
  /** Factor on the user's rate at `batchSize`: of the rule, the schedule and the policy. */
  readonly learningRateFactor: number;
  /** Whether the next step is to be measured. */
  readonly measure: boolean;
  /** One line for a human. */
  readonly reason: string;
}
