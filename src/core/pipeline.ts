import { adamAt } from './adam.js';
import { advanceProgress, NO_PROGRESS } from './gain.js';
import { nearestMultiple } from './ladder.js';
import { measuringShare } from './measuring.js';
import type { Advance, Pipeline, PipelineParts, PipelineState } from './pipeline-types.js';
import { guardRate, NEW_RATE_GUARD } from './rate-guard.js';
import type { Decision, DrawContext, Estimates, PolicyContext, RunFacts, StepObservation } from './types.js';

export type { Advance, EstimatorSet, Pipeline, PipelineParts, PipelineState } from './pipeline-types.js';

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

const STATISTICS = [
  'degreesOfFreedom',
  'squaredNormOfMean',
  'squaredDeviations',
  'meanProjection',
  'freshProjection',
  'freshDeviations',
  'projectionDeviations',
] as const;

/**
 * What a log may lack. Not finite, they are no less an anomaly than the others: weights that are NaN can leave loss and gradient finite, where a
 * backend clips NaN to a bound.
 */
const STEP_STATISTICS = ['weightProjection', 'squaredNormOfStep'] as const;

/** The name of the first fact that cannot be used: not finite, or statistics of fewer than two micro-batches. */
function unusable({ loss, baseLearningRate, gradient }: StepObservation): string | undefined {
  if (!Number.isFinite(loss)) return 'loss';
  if (!Number.isFinite(baseLearningRate)) return 'baseLearningRate';
  if (gradient === undefined) return undefined;
  if (!(gradient.degreesOfFreedom >= 1)) return 'degreesOfFreedom';
  return (
    STATISTICS.find((name) => !Number.isFinite(gradient[name])) ??
    STEP_STATISTICS.find((name) => !Number.isFinite(gradient[name] ?? 0))
  );
}

/** The decision of the step at which the rate guard tripped. */
function afterJump(decision: Decision, { rateCeiling }: Estimates): Decision {
  const jumped = `the loss jumped: at most ${rateCeiling} times the base rate from here on`;
  return { ...decision, reason: `${jumped}; ${decision.reason}` };
}

type KnownSoFar = { -readonly [Key in keyof Estimates]: Estimates[Key] };

/** What is known of earlier steps, to be added to: all but the walk of the batch that was at hand. */
function withoutWalkAtHand(estimates: Estimates): KnownSoFar {
  if (estimates.walkAtHand === undefined) return { ...estimates };
  // Costs as much as the rest of the step: only where there is something to leave out.
  const { walkAtHand: _past, ...known } = estimates;
  return known;
}

/** The state, with what an observation tells of the memory. */
function toldOfMemory(state: PipelineState, { maxMicroBatchSize }: StepObservation): PipelineState {
  return maxMicroBatchSize === undefined ? state : { ...state, maxMicroBatchSize };
}

/** @see Pipeline */
export function createPipeline(parts: PipelineParts): Pipeline {
  const { estimators, policy, learningRate: rule, schedule: course, measuring, candidates, facts } = parts;
  const { baseBatchSize } = facts;
  const quantum = facts.batchQuantum ?? 1;
  let latest = facts;

  /** The facts, with the bound on micro-batches that memory has shown since the start. */
  function factsUnder(bound: number | undefined): RunFacts {
    if (bound === undefined) return facts;
    const maxMicroBatchSize = Math.min(bound, facts.maxMicroBatchSize ?? bound);
    if (latest.maxMicroBatchSize !== maxMicroBatchSize) latest = { ...facts, maxMicroBatchSize };
    return latest;
  }

  function bounded(asked: number): number {
    const size = nearestMultiple(asked, { min: parts.minBatchSize, max: parts.maxBatchSize, quantum });
    if (Number.isFinite(size)) return size;
    throw new RangeError(`policy '${policy.name}': batchSize must be finite where nothing bounds it; got ${asked}`);
  }

  /** Of the rule, the schedule and the policy together. */
  function rateFactor(batchSize: number, estimates: Estimates, scale: number): number {
    const ofRule = rule.factor(batchSize, baseBatchSize, estimates, facts);
    if (!(ofRule > 0 && Number.isFinite(ofRule))) {
      throw new RangeError(`learning-rate rule '${rule.name}': factor must be a finite number > 0; got ${ofRule}`);
    }
    const ofCourse = course === undefined ? 1 : course.factor(estimates.progress ?? NO_PROGRESS, facts);
    if (!(ofCourse > 0 && Number.isFinite(ofCourse))) {
      throw new RangeError(`schedule '${course?.name}': factor must be a finite number > 0; got ${ofCourse}`);
    }
    const factor = ofRule * ofCourse * scale;
    return Math.min(factor, estimates.rateCeiling ?? factor);
  }

  /** The bounds limit what the rule makes of the user's rate, never that rate itself. */
  function scaled(base: number, factor: number): number {
    return factor === 1 ? base : Math.min(Math.max(base * factor, parts.minLearningRate), parts.maxLearningRate);
  }

  function rateAt(batchSize: number, base: number, estimates: Estimates, scale: number): number {
    return scaled(base, rateFactor(batchSize, estimates, scale));
  }

  function drawContext(
    { estimates, scale, maxMicroBatchSize }: Pick<PipelineState, 'estimates' | 'scale' | 'maxMicroBatchSize'>,
    batchSize: number,
    base: number,
  ): DrawContext {
    const learningRateAt = (size: number): number => rateAt(size, base, estimates, scale);
    return { candidates, batchSize, baseBatchSize, learningRateAt, facts: factsUnder(maxMicroBatchSize) };
  }

  function ask(state: PipelineState, estimates: Estimates, observation: StepObservation) {
    const { baseLearningRate } = observation;
    const batchSize = observation.short === true ? state.decision.batchSize : observation.batchSize;
    const context: PolicyContext = {
      candidates,
      batchSize,
      baseBatchSize,
      learningRateAt: (size) => rateAt(size, baseLearningRate, estimates, state.scale),
      facts: factsUnder(state.maxMicroBatchSize),
      observation,
    };
    const answer = policy.update(state.policy, estimates, context);
    const asked = answer.decision.batchSize ?? batchSize;
    if (typeof asked !== 'number' || Number.isNaN(asked)) {
      throw new RangeError(`policy '${policy.name}': batchSize must be a number; got ${String(asked)}`);
    }
    const scale = answer.decision.learningRateScale ?? state.scale;
    if (!(scale > 0 && Number.isFinite(scale))) {
      throw new RangeError(`policy '${policy.name}': learningRateScale must be a finite number > 0; got ${scale}`);
    }
    return { state: answer.state, reason: answer.decision.reason, asked, scale };
  }

  function decide(
    { asked, reason, scale }: { asked: number; reason: string; scale: number },
    estimates: Estimates,
    { step, baseLearningRate }: StepObservation,
    measure: boolean,
  ): Decision {
    const batchSize = bounded(asked);
    const learningRateFactor = rateFactor(batchSize, estimates, scale);
    return {
      step,
      batchSize,
      learningRate: scaled(baseLearningRate, learningRateFactor),
      learningRateFactor,
      measure,
      reason: asked === batchSize ? `${reason}` : `${reason} (asked for ${asked})`,
    };
  }

  /** Adds what every step tells: progress, loss, validation loss, rate ceiling. */
  function estimate(state: PipelineState, observation: StepObservation) {
    const loss = estimators.loss.update(state.loss, observation);
    const estimates = withoutWalkAtHand(state.estimates);
    estimates.progress = advanceProgress(estimates, observation, baseBatchSize);
    const smoothed = estimators.loss.estimate(loss, observation);
    if (smoothed !== undefined) estimates.loss = smoothed;
    const { validationLoss } = observation;
    if (validationLoss !== undefined && Number.isFinite(validationLoss)) estimates.validationLoss = validationLoss;
    if (!parts.guardsRate) return { loss, estimates, guard: state.guard, isTripped: false };
    const factor = observation.learningRate / observation.baseLearningRate;
    const watched = { loss: observation.loss, smoothed: estimates.loss, factor };
    const { state: guard, isTripped } = guardRate(state.guard, watched);
    return { loss, estimates, guard, isTripped };
  }

  /** The costly estimates are renewed where something is decided: on measured steps. */
  function estimateGradient(
    { noise, layers, walk, time }: Pick<PipelineState, 'noise' | 'layers' | 'walk' | 'time'>,
    estimates: KnownSoFar,
    observation: StepObservation,
  ): void {
    const noiseNow = estimators.noise.estimate(noise, observation);
    if (noiseNow !== undefined) estimates.noise = noiseNow;
    const layersNow = estimators.layers.estimate(layers, observation);
    if (layersNow !== undefined) estimates.layers = layersNow;
    const walkNow = estimators.walk.estimate(walk, observation);
    if (walkNow !== undefined) estimates.walk = walkNow;
    const timeNow = estimators.time.estimate(time, observation);
    if (timeNow !== undefined) estimates.time = timeNow;
    const atHand = estimators.walkAtHand(observation);
    if (atHand !== undefined) estimates.walkAtHand = atHand;
  }

  function drop(state: PipelineState, observation: StepObservation, what: string): Advance {
    const { gradient: _dropped, ...rest } = observation;
    const { state: schedule, measure } = measuring.update(state.measuring, rest, state.estimates);
    const reason = what === 'degreesOfFreedom' ? 'statistics of one micro-batch: held' : `${what} is not finite: held`;
    const decision: Decision = { ...state.decision, step: observation.step, measure, reason };
    const { estimates } = state;
    return { state: { ...state, measuring: schedule, decision }, estimates, decision, anomaly: what };
  }

  return {
    facts,
    drawSize: policy.draw?.size,
    start() {
      const usual = Math.max(baseBatchSize, candidates[0] as number);
      const context = drawContext({ estimates: {}, scale: 1 }, usual, facts.baseLearningRate);
      const batchSize = bounded(policy.start?.(context) ?? usual);
      const decision: Decision = {
        step: 0,
        batchSize,
        learningRate: context.learningRateAt(batchSize),
        learningRateFactor: rateFactor(batchSize, {}, 1),
        measure: measuring.atStart,
        reason: 'start',
      };
      return {
        loss: estimators.loss.init(),
        noise: estimators.noise.init(),
        layers: estimators.layers.init(),
        walk: estimators.walk.init(),
        time: estimators.time.init(),
        policy: policy.init(),
        scale: 1,
        measuring: measuring.init(),
        guard: NEW_RATE_GUARD,
        estimates: {},
        decision,
      };
    },
    resume(state) {
      const { decision, estimates, scale } = state;
      const batchSize = bounded(decision.batchSize);
      if (batchSize === decision.batchSize) return state;
      const learningRateFactor = rateFactor(batchSize, estimates, scale);
      const learningRate = scaled(facts.baseLearningRate, learningRateFactor);
      const reason = `resumed within this run's bounds, ${decision.batchSize} before`;
      return { ...state, decision: { ...decision, batchSize, learningRate, learningRateFactor, reason } };
    },
    advance(last, observation) {
      const before = toldOfMemory(last, observation);
      const anomaly = unusable(observation);
      if (anomaly !== undefined) return drop(before, observation, anomaly);
      const { loss, estimates, guard, isTripped } = estimate(before, observation);
      const time = estimators.time.update(before.time, observation);
      let { noise, layers, walk } = before;
      if (guard.ceiling !== null) estimates.rateCeiling = guard.ceiling;
      if (observation.gradient !== undefined) {
        noise = estimators.noise.update(noise, observation);
        layers = estimators.layers.update(layers, observation);
        walk = estimators.walk.update(walk, observation);
        estimateGradient({ noise, layers, walk, time }, estimates, observation);
      }
      const { state: schedule, measure } = measuring.update(before.measuring, observation, estimates);
      if (observation.measureMs !== undefined) estimates.measuringShare = measuringShare(schedule);
      let { policy: memory, scale } = before;
      let decision: Decision;
      let error: Error | undefined;
      try {
        const answer = ask(before, estimates, observation);
        const decided = decide(answer, estimates, observation, measure);
        decision = isTripped ? afterJump(decided, estimates) : decided;
        memory = answer.state;
        scale = answer.scale;
      } catch (thrown) {
        error = asError(thrown);
        decision = { ...before.decision, step: observation.step, measure, reason: `held: ${error.message}` };
      }
      // Written out: a spread here costs as much as the rest of the step.
      const written = {
        loss,
        noise,
        layers,
        walk,
        time,
        policy: memory,
        scale,
        measuring: schedule,
        guard,
        estimates,
        decision,
      };
      const { maxMicroBatchSize } = before;
      const state = maxMicroBatchSize === undefined ? written : { ...written, maxMicroBatchSize };
      return error === undefined ? { state, estimates, decision } : { state, estimates, decision, error };
    },
    learningRateAt({ estimates, decision, scale }, batchSize, base) {
      const asAsked = batchSize === decision.batchSize;
      return scaled(base, asAsked ? decision.learningRateFactor : rateFactor(batchSize, estimates, scale));
    },
    adamAt: (batchSize, base) => adamAt(rule, batchSize, baseBatchSize, base),
    drawTarget(state, drawn) {
      const walk = estimators.walkAtHand(drawn);
      if (policy.draw === undefined || walk === undefined) return drawn.batchSize;
      const context = drawContext(state, state.decision.batchSize, drawn.baseLearningRate);
      return bounded(policy.draw.target(walk, context));
    },
  };
}
