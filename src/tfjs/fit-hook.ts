import type { Tensor } from '@tensorflow/tfjs-core';
import type { AdaptiveController } from '../controller/controller.js';
import type { BatchDataset } from './adaptive-batch-options.js';
import { runMicroBatch } from './memory/micro-batch-runs.js';
import type { ModelInternals, TrainFunction } from './model-access.js';
import { rowsFromTensor } from './rows.js';
import { type OpenSource, type OrderOptions, rowSource } from './source.js';

/** What `fit()` hands to its loop, once it has checked and sorted its arguments. */
type FitLoopArguments = [
  trainFunction: TrainFunction,
  /** Inputs, targets, and a sample weight or null for each target. */
  data: (Tensor | null)[],
  outputLabels: string[],
  batchSize: number,
  epochs: number | undefined,
  verbose: number | undefined,
  callbacks: unknown[] | undefined,
  validationFunction: unknown,
  validationData: Tensor[] | undefined,
  shuffle: boolean | string | undefined,
  callbackMetrics: string[],
  initialEpoch: number | undefined,
];

/** What the hook needs of the callback. */
interface FitCallback {
  readonly order: OrderOptions;
  dataset(source: () => Promise<OpenSource>, baseBatchSize: number): BatchDataset;
  finish(): void;
  onTrainBegin(): Promise<void>;
}

/** The callback's class. */
type FitCallbackClass = { new (...args: never[]): FitCallback; readonly prototype: FitCallback };

/** Disposes of what is still alive: after a throw the loop leaves its tensors behind. */
function disposeAlive(tensors: Iterable<Tensor>): void {
  for (const tensor of tensors) if (!tensor.isDisposed) tensor.dispose();
}

/** Plain objects mixed with callbacks break `fit()`; an adaptive callback among them is only recognised by its methods. */
function checkCallbacks(callbacks: readonly unknown[], { prototype }: FitCallbackClass): void {
  const isWrapped = (callback: unknown): boolean =>
    (callback as { trainBegin?: unknown }).trainBegin === prototype.onTrainBegin;
  if (callbacks.some(isWrapped)) {
    throw new Error(
      'adaptiveBatch: in an array of callbacks it must come first, and all others must be tf.Callback objects; ' +
        'wrap a plain object as new tf.CustomCallback({...})',
    );
  }
}

/**
 * The loop of `fit()` for a call with an adaptive callback: the same data, order, callbacks, history and validation, as a `fitDataset()` over
 * batches cut to the controller's sizes.
 */
async function adaptiveFitLoop(model: ModelInternals, adaptive: FitCallback, args: FitLoopArguments): Promise<unknown> {
  const [train, data, , batchSize, epochs, verbose, callbacks, valF, valData, shuffle, , initialEpoch] = args;
  const inputs = model.inputs.length;
  const outputs = model.outputs.length;
  let weights: Tensor[] = [];
  let losses: Tensor[] = [];
  // Sample weights are all there or all null.
  const present = data.filter((tensor) => tensor !== null);
  const rows = await Promise.all(present.map((tensor) => rowsFromTensor(tensor as Tensor)));
  const order = { ...adaptive.order, shuffle: shuffle !== false };
  const source: OpenSource = rowSource(rows, order, (taken) => {
    weights = taken.slice(inputs + outputs);
    return { xs: taken.slice(0, inputs), ys: taken.slice(inputs, inputs + outputs) };
  });
  const { makeTrainFunction } = model;
  const wasOwn = Object.hasOwn(model, 'makeTrainFunction');
  model.makeTrainFunction = () => (batch) => {
    losses = train([...batch, ...weights]);
    disposeAlive(weights.splice(0));
    return losses;
  };
  const validation = valF != null && valData !== undefined && valData.length > 0;
  const validationData = [valData?.slice(0, inputs), valData?.slice(inputs)];
  model.isTraining = false;
  try {
    return await model.fitDataset(
      adaptive.dataset(async () => source, batchSize),
      {
        epochs: epochs ?? 1,
        initialEpoch,
        verbose,
        callbacks,
        ...(validation && { validationData, validationBatchSize: batchSize }),
      },
    );
  } finally {
    if (wasOwn) model.makeTrainFunction = makeTrainFunction;
    else delete (model as { makeTrainFunction?: unknown }).makeTrainFunction;
    disposeAlive(weights);
    disposeAlive(losses);
    adaptive.finish();
  }
}

/** Whether the loop can be taken over: `fit()` itself reports what it does not know, and a model may fix its batch size. */
function isOrdinary({ inputs }: ModelInternals, [, data, , , epochs, , , , , shuffle]: FitLoopArguments): boolean {
  const count = epochs ?? 1;
  const isKnownOrder = shuffle === undefined || shuffle === null || typeof shuffle === 'boolean';
  const isFixed = inputs.some(({ shape }) => shape[0] != null);
  return data.length > 0 && Number.isInteger(count) && count > 0 && isKnownOrder && !isFixed;
}

const isThere = (tensor: Tensor | null): boolean => tensor !== null;

function removeHooks(model: { fitLoop?: unknown; makeTrainFunction?: unknown }): void {
  delete model.fitLoop;
  delete model.makeTrainFunction;
}

const HOOKED = Symbol('adaptive fit loop');

/**
 * Puts hooks on the model's fit loop and on its training function. A call without an adaptive callback passes through untouched.
 * @returns the way to take it off
 */
export function installFitHook(
  model: ModelInternals,
  Adaptive: FitCallbackClass,
  controller: AdaptiveController,
): (() => void) | undefined {
  const { fitLoop, makeTrainFunction } = model;
  if (typeof fitLoop !== 'function' || typeof makeTrainFunction !== 'function') {
    controller.warn('this TensorFlow.js has no fit loop to hook into: batches are accumulated, which saves no time');
    return undefined;
  }
  if (HOOKED in fitLoop) return () => removeHooks(model);
  model.makeTrainFunction = () => {
    const train = makeTrainFunction.call(model);
    // Sample weights that are not there are null, at the end.
    return (data) => runMicroBatch(model.optimizer, data.filter(isThere), train);
  };
  const hook = async (...args: unknown[]): Promise<unknown> => {
    const loop = args as FitLoopArguments;
    const callbacks = loop[6] ?? [];
    checkCallbacks(callbacks, Adaptive);
    const adaptive = callbacks.find((callback) => callback instanceof Adaptive);
    if (adaptive === undefined || !isOrdinary(model, loop)) return fitLoop.apply(model, args);
    return adaptiveFitLoop(model, adaptive as FitCallback, loop);
  };
  model.fitLoop = Object.assign(hook, { [HOOKED]: true });
  return () => removeHooks(model);
}
