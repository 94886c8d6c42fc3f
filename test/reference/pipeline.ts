import { nearestMultiple } from '../../src/core/ladder.js';
import { unusable } from '../../src/core/pipeline.js';
import type { Advance, Pipeline, PipelineParts, PipelineState } from '../../src/core/pipeline-types.js';
import { guardRate, NEW_RATE_GUARD } from '../../src/core/rate-guard.js';
import type {
  Decision,
  DrawContext,
  Estimates,
  PolicyContext,
  PolicyDecision,
  StepObservation,
} from '../../src/core/types.js';

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The decision of the step at which the rate guard tripped. */
function afterJump(decision: Decision, { rateCeiling }: Estimates): Decision {
  const jumped = `the loss jumped: at most ${rateCeiling} times the base rate from here on`;
  return { ...decision, reason: `${jumped}; ${decision.reason}` };
}

/** The pipeline written for a reader alone: what src/core/pipeline.ts makes fast must give the same to the last bit. */
export function plainPipeline(parts: PipelineParts): Pipeline {
  const { estimators, policy, learningRate: rule, measuring, candidates, facts } = parts;
  const { baseBatchSize } = facts;
  const quantum = facts.batchQuantum ?? 1;

  function bounded(asked: number): number {
    const size = nearestMultiple(asked, { min: parts.minBatchSize, max: parts.maxBatchSize, quantum });
    if (Number.isFinite(size)) return size;
    throw new RangeError(`policy '${policy.name}': batchSize must be finite where nothing bounds it; got ${asked}`);
  }

  function rateFactor(batchSize: number, estimates: Estimates): number {
    const factor = rule.factor(batchSize, baseBatchSize, estimates);
    if (!(factor > 0 && Number.isFinite(factor))) {
      throw new RangeError(`learning-rate rule '${rule.name}': factor must be a finite number > 0; got ${factor}`);
    }
    return Math.min(factor, estimates.rateCeiling ?? factor);
  }

  /** The bounds limit what the rule makes of the user's rate, never that rate itself. */
  function scaled(base: number, factor: number): number {
    return factor === 1 ? base : Math.min(Math.max(base * factor, parts.minLearningRate), parts.maxLearningRate);
  }

  function rateAt(batchSize: number, base: number, estimates: Estimates): number {
    return scaled(base, rateFactor(batchSize, estimates));
  }

  function drawContext(estimates: Estimates, batchSize: number, baseLearningRate: number): DrawContext {
    const learningRateAt = (size: number): number => rateAt(size, baseLearningRate, estimates);
    return { candidates, batchSize, baseBatchSize, learningRateAt, facts };
  }

  function ask(state: PipelineState, estimates: Estimates, observation: StepObservation) {
    const batchSize = observation.short === true ? state.decision.batchSize : observation.batchSize;
    const context: PolicyContext = {
      ...drawContext(estimates, batchSize, observation.baseLearningRate),
      observation,
    };
    const answer = policy.update(state.policy, estimates, context);
    const asked = answer.decision.batchSize ?? batchSize;
    if (typeof asked !== 'number' || Number.isNaN(asked)) {
      throw new RangeError(`policy '${policy.name}': batchSize must be a number; got ${String(asked)}`);
    }
    return { ...answer, asked };
  }

  function decide(
    { asked, decision }: { asked: number; decision: PolicyDecision },
    estimates: Estimates,
    { step, baseLearningRate }: StepObservation,
    measure: boolean,
  ): Decision {
    const batchSize = bounded(asked);
    const because = asked === batchSize ? '' : ` (asked for ${asked})`;
    return {
      step,
      batchSize,
      learningRate: rateAt(batchSize, baseLearningRate, estimates),
      learningRateFactor: rateFactor(batchSize, estimates),
      measure,
      reason: `${decision.reason}${because}`,
    };
  }

  function estimate(state: PipelineState, observation: StepObservation) {
    const loss = estimators.loss.update(state.loss, observation);
    const time = estimators.time.update(state.time, observation);
    const { walkAtHand: _past, ...known } = state.estimates;
    const estimates: { -readonly [Key in keyof Estimates]: Estimates[Key] } = known;
    const put = <Key extends keyof Estimates>(key: Key, value: Estimates[Key] | undefined): void => {
      if (value !== undefined) estimates[key] = value;
    };
    put('loss', estimators.loss.estimate(loss, observation));
    if (Number.isFinite(observation.validationLoss)) put('validationLoss', observation.validationLoss);
    const factor = observation.learningRate / observation.baseLearningRate;
    const watched = { loss: observation.loss, smoothed: estimates.loss, factor };
    const { state: guard, isTripped } = parts.guardsRate
      ? guardRate(state.guard, watched)
      : { state: state.guard, isTripped: false };
    put('rateCeiling', guard.ceiling ?? undefined);
    if (observation.gradient === undefined) return { states: { loss, time, guard }, estimates, isTripped };
    // The costly estimates are renewed where something is decided: on measured steps.
    const noise = estimators.noise.update(state.noise, observation);
    const walk = estimators.walk.update(state.walk, observation);
    put('noise', estimators.noise.estimate(noise, observation));
    put('walk', estimators.walk.estimate(walk, observation));
    put('time', estimators.time.estimate(time, observation));
    put('walkAtHand', estimators.walkAtHand(observation));
    return { states: { loss, time, guard, noise, walk }, estimates, isTripped };
  }

  function drop(state: PipelineState, observation: StepObservation, what: string): Advance {
    const { gradient: _dropped, ...rest } = observation;
    const { state: schedule, measure } = measuring.update(state.measuring, rest, state.estimates.time);
    const reason = what === 'microBatchSizes' ? 'statistics of one micro-batch: held' : `${what} is not finite: held`;
    const decision: Decision = { ...state.decision, step: observation.step, measure, reason };
    const { estimates } = state;
    return { state: { ...state, measuring: schedule, decision }, estimates, decision, anomaly: what };
  }

  return {
    facts,
    drawSize: policy.draw?.size,
    start() {
      const usual = Math.max(baseBatchSize, candidates[0] as number);
      const context = drawContext({}, usual, facts.baseLearningRate);
      const batchSize = bounded(policy.start?.(context) ?? usual);
      const decision: Decision = {
        step: 0,
        batchSize,
        learningRate: context.learningRateAt(batchSize),
        learningRateFactor: rateFactor(batchSize, {}),
        measure: measuring.atStart,
        reason: 'start',
      };
      return {
        loss: estimators.loss.init(),
        noise: estimators.noise.init(),
        walk: estimators.walk.init(),
        time: estimators.time.init(),
        policy: policy.init(),
        measuring: measuring.init(),
        guard: NEW_RATE_GUARD,
        estimates: {},
        decision,
      };
    },
    resume(state) {
      const { decision, estimates } = state;
      const batchSize = bounded(decision.batchSize);
      if (batchSize === decision.batchSize) return state;
      const learningRateFactor = rateFactor(batchSize, estimates);
      const learningRate = scaled(facts.baseLearningRate, learningRateFactor);
      const reason = `resumed within this run's bounds, ${decision.batchSize} before`;
      return { ...state, decision: { ...decision, batchSize, learningRate, learningRateFactor, reason } };
    },
    advance(before, observation) {
      const anomaly = unusable(observation);
      if (anomaly !== undefined) return drop(before, observation, anomaly);
      const { states, estimates, isTripped } = estimate(before, observation);
      const { state: schedule, measure } = measuring.update(before.measuring, observation, estimates.time);
      const after = { ...before, ...states, estimates, measuring: schedule };
      try {
        const answer = ask(before, estimates, observation);
        const decided = decide(answer, estimates, observation, measure);
        const decision = isTripped ? afterJump(decided, estimates) : decided;
        return { state: { ...after, policy: answer.state, decision }, estimates, decision };
      } catch (thrown) {
        const error = asError(thrown);
        const reason = `held: ${error.message}`;
        const decision: Decision = { ...before.decision, step: observation.step, measure, reason };
        return { state: { ...after, decision }, estimates, decision, error };
      }
    },
    learningRateAt({ estimates, decision }, batchSize, base) {
      const asAsked = batchSize === decision.batchSize;
      return scaled(base, asAsked ? decision.learningRateFactor : rateFactor(batchSize, estimates));
    },
    drawTarget({ estimates, decision }, drawn) {
      const walk = estimators.walkAtHand(drawn);
      if (policy.draw === undefined || walk === undefined) return drawn.batchSize;
      const context = drawContext(estimates, decision.batchSize, drawn.baseLearningRate);
      return bounded(policy.draw.target(walk, context));
    },
  };
}
