export { defaultLearningRate, defaultPolicy } from './assembly/assemble.js';
export { pipelineFromHeader } from './assembly/from-header.js';
export type { DecisionOptions } from './assembly/options.js';
export { type Description, learningRateFrom, policyFrom, scheduleFrom } from './assembly/registry.js';
export {
  type ClampedOptions,
  type CooledOptions,
  clamped,
  cooled,
  type InformedOptions,
  informed,
  type LadderedOptions,
  laddered,
  type RampedOptions,
  ramped,
  type SteadiedOptions,
  steadied,
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
export {
  type AdaScaleOptions,
  adamSquareRoot,
  adaScale,
  linear,
  type NoiseMatchedOptions,
  noiseMatched,
  none,
  squareRoot,
  surge,
} from './learning-rates/index.js';
export {
  fixed,
  type GaussianWalkOptions,
  type GaussianWalkWithReboundOptions,
  gaussianWalk,
  gaussianWalkWithRebound,
} from './policies/index.js';
export { RUN_LOG_VERSION, type RunLogHeader, type RunLogStep } from './run-log/format.js';
export { type LoggedRun, type LoggedStep, type RunLog, readRunLog } from './run-log/read.js';
export { fileSink, type MemoryLog, memoryLog, type RunLogSink } from './run-log/sink.js';
export type { ScheduleClock, ScheduleLength } from './schedules/clock.js';
export {
  type BottouOptions,
  bottou,
  type CosineOptions,
  constant,
  cosine,
  type InverseTimeOptions,
  inverseTime,
  type StepOptions,
  step,
} from './schedules/index.js';
