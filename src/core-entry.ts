export { defaultLearningRate, defaultPolicy } from './assembly/assemble.js';
export { pipelineFromHeader } from './assembly/from-header.js';
export type { DecisionOptions } from './assembly/options.js';
export * as presets from './assembly/presets.js';
export { type Description, learningRateFrom, policyFrom, scheduleFrom } from './assembly/registry.js';
export {
  type AsLearningRateOptions,
  asLearningRate,
  type BatchNormFloorOptions,
  batchNormFloor,
  type ClampedOptions,
  type CooledOptions,
  clamped,
  cooled,
  type FollowedOptions,
  followed,
  type GeneralizationGuardOptions,
  generalizationGuard,
  type InformedOptions,
  informed,
  type LadderedOptions,
  type LossMatchedOptions,
  laddered,
  lossMatched,
  maxOf,
  minOf,
  type NoiseKeptOptions,
  noiseKept,
  type OscillationDampedOptions,
  oscillationDamped,
  type RampedOptions,
  ramped,
  type SteadiedOptions,
  steadied,
  type TracedOptions,
  traced,
  type WarmedUpOptions,
  warmedUp,
} from './combinators/index.js';
export {
  AdaptiveController,
  type Anomaly,
  type Change,
  type ControllerEvents,
  type ControllerOptions,
  type ControllerState,
} from './controller/controller.js';
export { decide } from './controller/decide.js';
export type { MeasureOptions } from './core/measuring.js';
export type { Advance, Pipeline, PipelineState } from './core/pipeline.js';
export { bestBatchSize, expectedDecrease, type Walker } from './core/rebound.js';
export type { Span } from './core/span.js';
export type {
  AdamParameters,
  Decision,
  DrawContext,
  Estimates,
  GradientRoute,
  GradientStatistics,
  Json,
  JsonObject,
  LayerNoiseEstimate,
  LayerStatistics,
  LearningRateRule,
  LearningRateSchedule,
  NoiseEstimate,
  OptimizerKind,
  Policy,
  PolicyContext,
  PolicyDecision,
  ProgressEstimate,
  RunFacts,
  Signal,
  StepObservation,
  TimeEstimate,
  WalkEstimate,
} from './core/types.js';
export { type AdaScaleOptions, adaScale, linear, none, squareRoot } from './learning-rates/index.js';
export {
  type CabsOptions,
  cabs,
  fixed,
  type GaussianWalkOptions,
  type GaussianWalkWithReboundOptions,
  type GoodputOptions,
  type GradientDiversityOptions,
  type GradientDiversityState,
  type GradientSimilarityOptions,
  type GradientSimilarityState,
  type GrowOnPlateauOptions,
  gaussianWalk,
  gaussianWalkWithRebound,
  goodput,
  gradientDiversity,
  gradientSimilarity,
  growOnPlateau,
  type InnerProductTestOptions,
  innerProductTest,
  type LossDampingOptions,
  lossDamping,
  type NoiseScaleOptions,
  type NormTestOptions,
  noiseScale,
  normTest,
  type RampUp,
  type SmallBatchOptions,
  type Stage,
  type StagesOptions,
  smallBatch,
  stages,
  type ThroughputKneeOptions,
  throughputKnee,
} from './policies/index.js';
export { RUN_LOG_VERSION, type RunLogHeader, type RunLogStep } from './run-log/format.js';
export { type LoggedRun, type LoggedStep, type RunLog, readRunLog } from './run-log/read.js';
export { fileSink, type MemoryLog, memoryLog, type RunLogSink } from './run-log/sink.js';
export { constant } from './schedules/index.js';
