import * as tf from '@tensorflow/tfjs';
import { type AdaptiveBatch, type AdaptiveBatchOptions, adaptiveBatch } from 'tfjs-adaptive-batch';
import { TargetWatch } from './target-watch.js';
import type { Data, Examples, Outcome, Pair, Task } from './types.js';

/** Examples of the training set that the loss is taken over: the first ones. */
const SUBSET = 2000;
const EVALUATION_BATCH = 500;
/** Of the loss of a guess: a net whose units are all dead ends about there. */
const RUINED_SHARE = 0.95;
/** The limit on the time ends every training long before. */
const UNBOUNDED_EPOCHS = 1_000_000;

/** One training. */
export interface Run extends Pair {
  readonly seed: number;
  /** Abandoned past it [ms]. */
  readonly limitMs: number;
  /** Absent: plain fit(). Where this, a policy or a rule throws, the run is refused. */
  readonly adaptive?: () => AdaptiveBatchOptions;
  /** Gets the callback of an adaptive training before it begins. */
  readonly onStart?: (adaptive: AdaptiveBatch) => void;
}

/** A task with its data loaded. */
export interface LoadedTask {
  readonly task: Task;
  readonly data: Data;
  /** The training examples that the loss is taken over. */
  readonly subset: Examples;
}

function firstOf({ inputs, targets }: Examples, count: number): Examples {
  const rows = Math.min(count, inputs.shape[0] as number);
  return { inputs: inputs.slice(0, rows), targets: targets.slice(0, rows) };
}

export function load(task: Task): LoadedTask {
  const data = task.load();
  return { task, data, subset: firstOf(data.train, SUBSET) };
}

export function unload({ data, subset }: LoadedTask): void {
  for (const { inputs, targets } of [data.train, data.test, subset]) tf.dispose([inputs, targets]);
}

/** The numbers of the tensor that `make` gives. */
async function numbersOf(make: () => tf.Tensor): Promise<Float32Array> {
  const tensor = tf.tidy(make);
  try {
    return (await tensor.data()) as Float32Array;
  } finally {
    tensor.dispose();
  }
}

async function lossOf(model: tf.LayersModel, { inputs, targets }: Examples): Promise<number> {
  const [loss] = await numbersOf(() => {
    const scalars = model.evaluate(inputs, targets, { batchSize: EVALUATION_BATCH, verbose: 0 });
    return Array.isArray(scalars) ? (scalars[0] as tf.Scalar) : scalars;
  });
  return loss as number;
}

/** [percentage points]. */
async function metricOf({ metric }: Task, model: tf.LayersModel, { inputs, targets }: Examples): Promise<number> {
  const [share] = await numbersOf(() => {
    const answers = model.predict(inputs, { batchSize: EVALUATION_BATCH }) as tf.Tensor;
    if (metric === 'accuracy') return answers.argMax(1).equal(targets.argMax(1)).mean();
    const { variance } = tf.moments(targets);
    return tf.sub(1, answers.sub(targets).square().mean().div(variance));
  });
  return 100 * (share as number);
}

/** Loss of the best answer that is the same for every example: the entropy of the classes, or the variance. */
export async function guessLoss({ metric }: Pick<Task, 'metric'>, targets: tf.Tensor): Promise<number> {
  if (metric === 'R²') return (await numbersOf(() => tf.moments(targets).variance))[0] as number;
  const shares = [...(await numbersOf(() => targets.mean(0)))].filter((share) => share > 0);
  return -shares.reduce((sum, share) => sum + share * Math.log(share), 0);
}

/** Waits for all that the device was given: a weight is the last thing that an update writes. */
async function settled(model: tf.LayersModel): Promise<void> {
  await numbersOf(() => (model.trainableWeights.at(-1) as tf.LayerVariable).read().flatten().slice(0, 1));
}

/** Adds up what the controller itself takes; where it is read again, a training is over. */
function costsOf({ controller }: AdaptiveBatch): () => Pick<Outcome, 'measureMs' | 'decideMs'> {
  let [measureMs, decideMs] = [0, 0];
  const observe = controller.observe;
  controller.observe = (observation) => {
    const begin = performance.now();
    const decision = observe.call(controller, observation);
    decideMs += performance.now() - begin;
    measureMs += observation.measureMs ?? 0;
    return decision;
  };
  return () => ({ measureMs, decideMs });
}

async function attempt({ task, data, subset }: LoadedTask, model: tf.LayersModel, run: Run): Promise<Outcome> {
  const { inputs, targets } = data.train;
  const adaptive = run.adaptive && adaptiveBatch(model, { strict: true, ...run.adaptive() });
  if (adaptive !== undefined) run.onStart?.(adaptive);
  const costs = adaptive && costsOf(adaptive);
  const watch = new TargetWatch({
    targetLoss: task.targetLoss,
    limitMs: run.limitMs,
    ruinedLoss: RUINED_SHARE * (await guessLoss(task, subset.targets)),
    datasetSize: inputs.shape[0] as number,
    lossOf: () => lossOf(model, subset),
    settled: () => settled(model),
    ...(adaptive && { updates: () => adaptive.getState()?.step ?? 0 }),
  });
  const callbacks = adaptive === undefined ? [watch] : [adaptive, watch];
  const { batchSize } = run;
  await watch.start();
  await model.fit(inputs, targets, { batchSize, epochs: UNBOUNDED_EPOCHS, verbose: 0, callbacks });
  return { ...watch.outcome, metric: await metricOf(task, model, data.test), ...costs?.() };
}

/** Trains from seeded weights until the target, or until the time is up. */
export async function train(loaded: LoadedTask, run: Run): Promise<Outcome> {
  const optimizer = loaded.task.optimizer(run.learningRate);
  const model = loaded.task.build(run.seed, optimizer);
  try {
    return await attempt(loaded, model, run);
  } catch (thrown) {
    if (run.adaptive === undefined) throw thrown;
    const message = (thrown as Error).message;
    return { end: 'refused', elapsedMs: 0, updates: 0, examples: 0, metric: Number.NaN, message };
  } finally {
    model.dispose();
    optimizer.dispose();
  }
}

/** Runs each way for a moment, so that compilation falls into none of those that are timed. */
export async function warmUp(loaded: LoadedTask): Promise<void> {
  const { learningRate } = loaded.task;
  for (const batchSize of [16, 64, 256]) {
    const run: Run = { seed: 1, batchSize, learningRate, limitMs: 300 };
    await train(loaded, run);
    await train(loaded, { ...run, adaptive: () => ({}) });
  }
}
