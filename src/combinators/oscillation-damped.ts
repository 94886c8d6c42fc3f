import { checkAtLeast, checkCount, checkGreater, checkKeys } from '../core/checks.js';
import type { Json, Policy, PolicyContext, PolicyDecision, StepObservation } from '../core/types.js';
import { NO_SCALES, passed, type Scales, scaledBy, withNoise } from './passing.js';
import { describePolicy } from './restricted.js';

/** Options of {@link oscillationDamped}. */
export interface OscillationDampedOptions {
  /** Examples between two judgements, a whole number >= 1 [examples]. @defaultValue 4000 */
  readonly window?: number;
  /** How many of its standard errors the mean must lie below 0; >= 0. @defaultValue 2 */
  readonly evidence?: number;
  /** What each judgement damps by, and gives back; > 1. @defaultValue 2 */
  readonly factor?: number;
  /** The most that is damped by, all in all; >= factor. @defaultValue 8 */
  readonly most?: number;
}

/** The readings of a window: number, mean, sum of squared deviations. */
type Readings = {
  readonly since: number;
  readonly count: number;
  readonly mean: number;
  readonly squares: number;
};

/** State of {@link oscillationDamped}. */
export type OscillationDampedState<State extends Json> = {
  readonly readings: Readings;
  /** What the noise is divided by; 1: nothing is damped. */
  readonly damping: number;
  /** The size that the policy asked for, and the one given in its place; 0: they are the same [examples]. */
  readonly asked: number;
  readonly given: number;
  readonly scales: Scales;
  readonly inner: State;
};

/** Measured steps that a judgement stands on, at least. */
const LEAST_READINGS = 8;

const noReadings = (since: number): Readings => ({ since, count: 0, mean: 0, squares: 0 });

/** With the share of g·p that the remembered part of the step makes; the fresh noise is not in it, for it is new. */
function withReading(before: Readings, { gradient }: StepObservation): Readings {
  if (gradient === undefined) return before;
  const along = gradient.meanProjection - gradient.freshProjection;
  const count = before.count + 1;
  const away = along - before.mean;
  const mean = before.mean + away / count;
  return { since: before.since, count, mean, squares: before.squares + away * (along - mean) };
}

/**
 * Damps a training that oscillates: noise or too large a rate throws it from one side of the valley to the other.
 *
 * The statistic is g·(p − d) of the measured steps: the fresh gradient along the part of the step that the optimizer remembers. Where
 * training goes down it is positive, for the new gradient says what the old ones said; where the step shoots over, it is negative on the
 * mean. The noise of the batch at hand is not in it, so it needs no correction. At the end of each window: more than `evidence` standard
 * errors below 0 damps by one more `factor`, 0 or more takes one back, in between nothing changes. Damped by k, the batch is k times what
 * the policy asks for, at the rate of the size asked for; what the candidates do not allow, the rate does, divided. The policy is shown the
 * size that it asked for.
 *
 * Limits: plain SGD remembers nothing, so there it never acts. A window without eight measured steps goes on. A stiff direction at rest
 * looks the same while the loss still falls in others, which is why the damping is bounded. A batch whose size is settled while it is drawn
 * is not touched.
 * @throws RangeError if an option lies outside the range given with it
 * @example oscillationDamped(gaussianWalk(), { most: 4 })
 * @see Chee & Toulis 2018, "Convergence diagnostics for stochastic gradient descent with constant learning rate", after Pflug 1990
 */
export function oscillationDamped<State extends Json>(
  policy: Policy<State>,
  options: OscillationDampedOptions = {},
): Policy<OscillationDampedState<State>> {
  checkKeys('oscillationDamped', options, ['window', 'evidence', 'factor', 'most']);
  const window = checkCount('oscillationDamped: window', options.window ?? 4000);
  const evidence = checkAtLeast('oscillationDamped: evidence', options.evidence ?? 2, 0);
  const factor = checkGreater('oscillationDamped: factor', options.factor ?? 2, 1);
  const most = checkAtLeast('oscillationDamped: most', options.most ?? 8, factor);

  function judged({ count, mean, squares }: Readings, damping: number): number {
    if (mean >= 0) return Math.max(1, damping / factor);
    const error = Math.sqrt(squares / (count - 1) / count);
    return mean < -evidence * error ? Math.min(most, damping * factor) : damping;
  }

  /** Readings and damping after a step. */
  function watched({ readings, damping }: OscillationDampedState<State>, observation: StepObservation) {
    const now = withReading(readings, observation);
    const isOver = observation.examplesSeen - now.since >= window && now.count >= LEAST_READINGS;
    if (!isOver) return { readings: now, damping };
    return { readings: noReadings(observation.examplesSeen), damping: judged(now, damping) };
  }

  function damped(said: PolicyDecision, asked: number, damping: number, context: PolicyContext) {
    const { batchSize, scale } = withNoise(asked, 1 / damping, context);
    const reason = `oscillates, noise divided by ${Number(damping.toPrecision(3))}: ${said.reason}`;
    return { given: batchSize, own: scale, decision: { ...said, batchSize, reason } };
  }

  return {
    name: 'oscillationDamped',
    options: { window, evidence, factor, most, policy: describePolicy(policy as Policy) },
    ...passed(policy as Policy),
    init: () => ({
      ...{ readings: noReadings(0), damping: 1, asked: 0, given: 0 },
      ...{ scales: NO_SCALES, inner: policy.init() },
    }),
    update(before, estimates, context) {
      const inForce = context.batchSize === before.given ? before.asked : context.batchSize;
      const shown = inForce === context.batchSize ? context : { ...context, batchSize: inForce };
      const { state: inner, decision: said } = policy.update(before.inner, estimates, shown);
      const { readings, damping } = watched(before, context.observation);
      const asked = said.batchSize ?? inForce;
      if (damping === 1 || Number.isNaN(asked)) {
        const back = asked === context.batchSize || Number.isNaN(asked) ? said : { ...said, batchSize: asked };
        const { scales, decision } = scaledBy(before.scales, back, 1);
        return { state: { readings, damping, asked: 0, given: 0, scales, inner }, decision };
      }
      const { given, own, decision: wanted } = damped(said, asked, damping, context);
      const { scales, decision } = scaledBy(before.scales, wanted, own);
      return { state: { readings, damping, asked, given, scales, inner }, decision };
    },
  };
}
