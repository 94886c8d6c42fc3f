import { assemble } from '../../src/assembly/assemble.js';
import type { Decision, GradientStatistics, Policy, StepObservation } from '../../src/core/types.js';
import { SIMULATED_FACTS, simulatedTraining } from './simulated-training.js';

/** How many new units an old one makes: powers of two, so that no digit is lost. */
export interface Units {
  /** Of time. @defaultValue 1 */
  readonly time?: number;
  /** Of the loss. @defaultValue 1 */
  readonly loss?: number;
}

/** A number so small that it has lost digits already is none. */
const whole = (x: number): number => (Math.abs(x) < 1e-200 ? 0 : x);

function gradientIn(gradient: GradientStatistics, c: number): GradientStatistics {
  const { weightProjection, squaredNormOfStep } = gradient;
  return {
    ...gradient,
    squaredNormOfMean: gradient.squaredNormOfMean * c * c,
    squaredDeviations: whole(gradient.squaredDeviations) * c * c,
    meanProjection: whole(gradient.meanProjection) * c * c,
    freshProjection: gradient.freshProjection * c * c,
    freshDeviations: whole(gradient.freshDeviations) * c * c,
    projectionDeviations: whole(gradient.projectionDeviations) * c * c * c * c,
    ...(weightProjection !== undefined && { weightProjection: weightProjection * c }),
    ...(squaredNormOfStep !== undefined && { squaredNormOfStep: squaredNormOfStep * c * c }),
  };
}

/** The same step of SGD, told in other units: with the loss go its gradients, against it the rate, so that the weights move as they did. */
function inUnits(seen: StepObservation, { time = 1, loss = 1 }: Units): StepObservation {
  const { gradient, measureMs, validationLoss } = seen;
  return {
    ...seen,
    stepMs: seen.stepMs * time,
    loss: seen.loss * loss,
    learningRate: seen.learningRate / loss,
    baseLearningRate: seen.baseLearningRate / loss,
    ...(gradient && { gradient: gradientIn(gradient, loss) }),
    ...(measureMs !== undefined && { measureMs: measureMs * time }),
    ...(validationLoss !== undefined && { validationLoss: validationLoss * loss }),
  };
}

/** What decisions come to, whatever the units. */
const essence = ({ batchSize, learningRateFactor }: Decision) => ({ batchSize, learningRateFactor });

const pipelineIn = (policy: Policy, units: Units, baseLearningRate: number) =>
  // A budget is reckoned with a clock of whole milliseconds: every second step instead.
  assemble(
    { policy, measure: { every: 2 } },
    { ...SIMULATED_FACTS, baseLearningRate: baseLearningRate / (units.loss ?? 1) },
  );

/** The decisions over a run that obeys nobody. */
export function decisionsOver(policy: Policy, run: readonly StepObservation[], units: Units) {
  const pipeline = pipelineIn(policy, units, 0.01);
  let state = pipeline.start();
  return run.map((seen) => {
    ({ state } = pipeline.advance(state, inUnits(seen, units)));
    return essence(state.decision);
  });
}

/** The decisions of a simulated training that obeys them. */
export function decisionsOfTraining(policy: Policy, units: Units, steps: number) {
  const pipeline = pipelineIn(policy, units, SIMULATED_FACTS.baseLearningRate);
  const next = simulatedTraining();
  let state = pipeline.start();
  return Array.from({ length: steps }, () => {
    const learningRate = state.decision.learningRate * (units.loss ?? 1);
    ({ state } = pipeline.advance(state, inUnits(next({ ...state.decision, learningRate }), units)));
    return essence(state.decision);
  });
}
