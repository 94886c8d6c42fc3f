import type { DecisionOptions } from '../../src/assembly/options.js';
import type { StepObservation } from '../../src/core/types.js';
import { type ModelledTime, modelledClock } from './clock.js';
import { type Controls, controlledBy, fixedControls } from './controls.js';
import { Evaluations, type SimulatedPoint } from './evaluations.js';
import type { SimulatedTask } from './tasks.js';
import { SimulatedTraining } from './training.js';

/** What to simulate. */
export interface Simulation {
  readonly task: SimulatedTask;
  /** Of the weights, the order of the examples and the noise of the clock. */
  readonly seed: number;
  readonly time: ModelledTime;
  /** What decides; `fixed` trains at the base size and rate without the pipeline. */
  readonly options: DecisionOptions | 'fixed';
  /** B0 [examples]. @defaultValue the task's */
  readonly baseBatchSize?: number;
  /** @defaultValue the task's */
  readonly baseLearningRate?: number;
  /** @defaultValue the task's */
  readonly targetLoss?: number;
  /** The training ends here: by the clock, by examples, by updates. @defaultValue no bound; one must be given */
  readonly maxTime?: number;
  readonly maxExamples?: number;
  readonly maxUpdates?: number;
  /** Whether it ends at the target. @defaultValue true */
  readonly stopsAtTarget?: boolean;
  /** Examples between evaluations. @defaultValue a quarter of an epoch */
  readonly evaluateEvery?: number;
  /** Evaluations whose mean has to meet the target. @defaultValue 4, so by default an epoch's */
  readonly smoothing?: number;
  /** Asked at each evaluation: whether to give up. @defaultValue never */
  readonly abandon?: (point: SimulatedPoint) => boolean;
}

/** What became of it. What was not reached is infinite. */
export interface SimulatedResult {
  readonly timeToTarget: number;
  readonly examplesToTarget: number;
  readonly updatesToTarget: number;
  readonly isReached: boolean;
  readonly finalTrainingLoss: number;
  /** Share of right answers, or of the variance explained, on the test set. */
  readonly finalTestMetric: number;
  /** The clock at the end, and the part of it that measuring took. */
  readonly time: number;
  readonly measuringTime: number;
  readonly curve: readonly SimulatedPoint[];
  /** The first error that a policy or rule threw. */
  readonly error?: string;
}

function checkEnds({ maxTime, maxExamples, maxUpdates }: Simulation): void {
  if ([maxTime, maxExamples, maxUpdates].some((bound) => bound !== undefined && bound > 0)) return;
  throw new RangeError('simulate: one of maxTime, maxExamples and maxUpdates must be given, > 0');
}

/** The facts of a run as the controls are told of them. */
function controlsOf(simulation: Simulation, datasetSize: number, training: SimulatedTraining): Controls {
  const { options, task } = simulation;
  const { baseBatchSize = task.baseBatchSize, baseLearningRate = task.baseLearningRate } = simulation;
  const { kind, momentum, adam } = training.optimizer;
  const facts = {
    baseBatchSize,
    baseLearningRate,
    datasetSize,
    optimizer: kind,
    ...(momentum !== undefined && { momentum }),
    ...(adam !== undefined && { adam }),
  };
  return options === 'fixed' ? fixedControls(facts) : controlledBy(options, facts);
}

/**
 * Trains a model in plain arrays under a modelled clock: deterministic, and as fast on a loaded machine as its arithmetic.
 *
 * Statistics are exact, of all examples of a measured batch. Evaluations are on a fixed part of the training set, the clock stopped; between two of them
 * the place where their running mean meets the target is found by linear interpolation of the loss's logarithm.
 * @throws RangeError if nothing bounds the training
 */
export function simulate(simulation: Simulation): SimulatedResult {
  checkEnds(simulation);
  const { task, seed, maxTime = Infinity, maxExamples = Infinity, maxUpdates = Infinity } = simulation;
  const training = new SimulatedTraining(task, seed);
  const clock = modelledClock(simulation.time, seed);
  const controls = controlsOf(simulation, training.datasetSize, training);
  const { baseLearningRate = task.baseLearningRate, targetLoss = task.targetLoss } = simulation;
  const {
    evaluateEvery = training.datasetSize / 4,
    stopsAtTarget = true,
    smoothing = 4,
    abandon = () => false,
  } = simulation;
  const evaluations = new Evaluations(targetLoss, smoothing);
  let [time, measuringTime, examples, updates, nextEvaluation] = [0, 0, 0, 0, evaluateEvery];
  const evaluate = (batchSize: number, learningRate: number): SimulatedPoint =>
    evaluations.add({ time, examples, updates, loss: training.trainingLoss(), batchSize, learningRate });
  evaluate(controls.batchSize, controls.learningRateAt(controls.batchSize));
  for (;;) {
    const batch = training.next(controls);
    examples += batch.batchSize;
    updates += 1;
    const stepMs = clock.stepMs(batch.batchSize, batch.microBatches);
    const measureMs = batch.gradient !== undefined ? clock.measureMs(batch.batchSize) : undefined;
    time += stepMs + (measureMs ?? 0);
    measuringTime += measureMs ?? 0;
    const { asked, ...seen } = batch;
    const observation: StepObservation = {
      ...seen,
      step: updates,
      examplesSeen: examples,
      baseLearningRate,
      stepMs,
      ...(measureMs !== undefined && { measureMs }),
    };
    controls.observe(observation);
    const isBroken = !Number.isFinite(batch.loss);
    const isOver = isBroken || time >= maxTime || examples >= maxExamples || updates >= maxUpdates;
    if (examples < nextEvaluation && !isOver) continue;
    while (nextEvaluation <= examples) nextEvaluation += evaluateEvery;
    const point = evaluate(asked, batch.learningRate);
    if (isOver || (stopsAtTarget && evaluations.reached !== undefined) || abandon(point)) break;
  }
  return {
    ...evaluations.toTarget(),
    finalTrainingLoss: (evaluations.curve.at(-1) as SimulatedPoint).loss,
    finalTestMetric: training.testMetric(),
    time,
    measuringTime,
    curve: evaluations.curve,
    ...(controls.error !== undefined && { error: controls.error }),
  };
}
