import { getBackend, nextFrame, type Tensor, version_core } from '@tensorflow/tfjs-core';
import { Callback, type LayersModel } from '@tensorflow/tfjs-layers';
import { AdaptiveController, type ControllerState, controllerOptions } from '../controller/controller.js';
import { randomFrom } from '../core/random.js';
import type { JsonObject } from '../core/types.js';
import {
  type AdaptiveBatchOptions,
  type BatchDataset,
  type BatchesOptions,
  checkAdaptiveBatchOptions,
  forBatchNormalization,
} from './adaptive-batch-options.js';
import { BatchFeed } from './batch-feed.js';
import { installFitHook } from './fit-hook.js';
import { describeModel, hasBatchNormalization, innerModel, type ModelInternals } from './model-access.js';
import { type Batch, type BatchSource, type OpenSource, type OrderOptions, openSource } from './source.js';
import { TrainingSession } from './training-session.js';

/** Losses and metrics as the loop hands them over: numbers, or tensors not read back yet. */
type Logs = { [name: string]: number | Tensor };

type Data = { readonly baseBatchSize: number; readonly datasetSize: number | undefined };

/** The callback: see {@link adaptiveBatch}. */
export class AdaptiveBatch extends Callback {
  /** Streams, events and state. */
  readonly controller: AdaptiveController;
  /** The order in which `fit()` passes over the examples. */
  readonly order: OrderOptions;
  readonly #options: AdaptiveBatchOptions;
  #session: TrainingSession | undefined;
  #feed: BatchFeed | undefined;
  #isFed = false;
  #epoch = 0;
  #seen = 0;
  #lastPause = 0;
  #removeHook: (() => void) | undefined;

  constructor(options: AdaptiveBatchOptions = {}, model?: LayersModel) {
    super();
    checkAdaptiveBatchOptions(options);
    const inner = model && innerModel(model);
    this.#options = inner && hasBatchNormalization(inner) ? forBatchNormalization(options) : options;
    this.order = { shuffle: true, random: randomFrom(options.seed) };
    this.controller = new AdaptiveController(controllerOptions(this.#options));
    if (inner !== undefined) this.#removeHook = installFitHook(inner, AdaptiveBatch, this.controller);
  }

  /**
   * Batches for `fitDataset()`, in the sizes that the controller asks for.
   *
   * @param source all examples as tensors or typed arrays, or an unbatched `tf.data.Dataset` of `{xs, ys}`
   * @throws RangeError or TypeError, at the first batch, if the source does not hold examples
   * @example await model.fitDataset(adaptive.batches({ xs, ys }), { epochs: 5, callbacks: adaptive });
   */
  batches(source: BatchSource, { shuffle = true }: BatchesOptions = {}): BatchDataset {
    let opened: Promise<OpenSource> | undefined;
    return this.dataset(() => {
      const axes = (this.model as unknown as ModelInternals | undefined)?.inputs[0]?.shape.length;
      opened ??= openSource(source, { ...this.order, shuffle }, axes && axes - 1);
      return opened;
    }, this.#options.batchSize ?? 32);
  }

  /** @internal The dataset over an open source; each iterator is one pass. */
  dataset(source: () => Promise<OpenSource>, baseBatchSize: number): BatchDataset {
    const iterator = () => {
      let isStarted = false;
      return {
        next: async (): Promise<IteratorResult<Batch | null>> => {
          if (!isStarted) {
            isStarted = true;
            await this.#startPass(await source(), baseBatchSize);
          }
          const batch = await (this.#feed as BatchFeed).next();
          return batch === undefined ? { value: null, done: true } : { value: batch, done: false };
        },
      };
    };
    return { size: Number.NaN, iterator: async () => iterator() };
  }

  /** All that later decisions depend on, as JSON. */
  getState(): ControllerState | undefined {
    return this.controller.getState();
  }

  /** Goes on from a state of {@link getState}. Call before the training. */
  restore(state: ControllerState): this {
    this.controller.restore(state);
    return this;
  }

  /** Ends a training that was broken off and takes the hook off the model. After a completed training nothing is left but the hook. */
  dispose(): void {
    this.finish();
    this.#removeHook?.();
    this.#removeHook = undefined;
  }

  /** @internal Gives back everything that belongs to the training under way. */
  finish(): void {
    this.#feed?.dispose();
    this.#feed = undefined;
    this.#session?.end();
    this.#session = undefined;
    this.#isFed = false;
  }

  override async onTrainBegin(): Promise<void> {
    // A training that threw never reached onTrainEnd.
    this.finish();
    this.#lastPause = performance.now();
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    this.#epoch = epoch;
    this.#seen = 0;
    if (this.#session === undefined) return;
    this.#session.epoch = epoch;
    this.#tellEpoch();
  }

  override async onBatchBegin(_batch: number, logs?: Logs): Promise<void> {
    if (this.#isFed) return;
    const session = this.#session ?? this.#begin(this.#accumulated());
    const size = this.#sizeOfGivenBatch(logs);
    if (!session.isOpen) session.open(session.nextBatchSize, false, true);
    session.expect(size);
  }

  override async onBatchEnd(_batch: number, logs?: Logs): Promise<void> {
    const session = this.#session as TrainingSession;
    if (this.#feed !== undefined) await this.#feed.advance();
    else {
      if (session.isDrawing && (await session.drawMore()) === 0) session.flush();
      await session.settle();
    }
    this.#addTo(logs);
    await this.#pause();
  }

  override async onEpochEnd(epoch: number, logs?: Logs): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    session.flush();
    await session.settle();
    session.validationLoss = await readNumber(logs?.val_loss);
    await this.#tellLogs(epoch, logs);
    this.#addTo(logs);
    // An epoch's last batch is short: what is in force says more of the epoch.
    const { decision } = this.controller;
    if (logs !== undefined && decision !== undefined) {
      logs.batchSize = decision.batchSize;
      logs.learningRate = decision.learningRate;
    }
  }

  override async onTrainEnd(): Promise<void> {
    this.finish();
  }

  async #startPass(source: OpenSource, baseBatchSize: number): Promise<void> {
    if (this.model === undefined || this.model === null) {
      throw new Error(
        'batches: pass the callback too: model.fitDataset(adaptive.batches(source), {callbacks: adaptive})',
      );
    }
    if (this.#session === undefined) {
      this.#isFed = true;
      this.#begin({ baseBatchSize, datasetSize: source.size });
    }
    this.#feed?.dispose();
    this.#feed = new BatchFeed(source, () => this.#session as TrainingSession);
    await this.#feed.startPass();
  }

  /** Without a feed the loop's own batches are the micro-batches. */
  #accumulated(): Data & { readonly batchQuantum: number; readonly maxMicroBatchSize: number } {
    const given = this.params?.batchSize as number | null | undefined;
    const samples = this.params?.samples as number | null | undefined;
    const size = given ?? this.#options.batchSize ?? 32;
    return { baseBatchSize: size, datasetSize: samples ?? undefined, batchQuantum: size, maxMicroBatchSize: size };
  }

  #begin({ datasetSize, ...data }: Data): TrainingSession {
    const model = this.model as unknown as ModelInternals;
    const maxMicroBatchSize = this.#options.maxMicroBatchSize ?? 1024;
    const session = new TrainingSession(this.controller, model.optimizer as never, {
      maxMicroBatchSize,
      maxMemory: this.#options.maxMemory,
      probeMemory: this.#options.probeMemory,
      measure: this.#options.measure,
      isCoupled: hasBatchNormalization(model),
    });
    session.epoch = this.#epoch;
    const seed = this.#options.seed === undefined ? {} : { seed: this.#options.seed };
    const about: JsonObject = { tfjs: version_core, backend: getBackend(), model: describeModel(model), ...seed };
    session.begin({ maxMicroBatchSize, ...data, ...(datasetSize !== undefined && { datasetSize }) }, about);
    if (hasBatchNormalization(model)) {
      this.controller.warn('the model has batch normalization: on measured steps it sees half batches');
    }
    this.#session = session;
    this.#tellEpoch();
    return session;
  }

  #tellEpoch(): void {
    const epochs = this.params?.epochs as number | null | undefined;
    this.controller.beginEpoch({ epoch: this.#epoch, ...(typeof epochs === 'number' && { epochs }) });
  }

  /** Reads the epoch's losses and metrics back where somebody wants them. */
  async #tellLogs(epoch: number, logs: Logs = {}): Promise<void> {
    if (this.controller.listenerCount('epochEnd') === 0) return;
    const read = Object.entries(logs).map(
      async ([name, value]) => [name, (await readNumber(value)) as number] as const,
    );
    this.controller.endEpoch({ epoch, logs: Object.fromEntries(await Promise.all(read)) });
  }

  #sizeOfGivenBatch(logs: Logs | undefined): number {
    const known = logs?.size as number | undefined;
    if (known !== undefined) return known;
    const { samples, batchSize } = this.params as { samples: number; batchSize: number };
    const size = Math.min(batchSize, samples - this.#seen);
    this.#seen += size;
    return size;
  }

  #addTo(logs: Logs | undefined): void {
    const session = this.#session;
    const last = session?.lastObservation;
    if (logs === undefined || last === undefined) return;
    logs.batchSize = last.batchSize;
    logs.learningRate = last.learningRate;
    const noise = this.controller.getState()?.pipeline.estimates.noise;
    if (noise !== undefined) logs.noiseScale = noise.noiseScale;
  }

  /** Plain fit() pauses now and then so that a page stays alive; with a callback of this kind it leaves that to the callback. */
  async #pause(): Promise<void> {
    const { yieldEvery = 125 } = this.#options;
    if (yieldEvery === 'never' || performance.now() - this.#lastPause < yieldEvery) return;
    await nextFrame();
    this.#lastPause = performance.now();
  }
}

async function readNumber(value: number | Tensor | undefined): Promise<number | undefined> {
  if (value === undefined || typeof value === 'number') return value;
  return (await value.data())[0];
}

/**
 * Makes a training adaptive: the callback picks batch size and learning rate as it goes, and says why.
 *
 * With the model, `fit()` runs batches of the sizes asked for as real big tensors. The `batchSize` given to `fit()`, and the learning rate
 * tuned for it, are the base. Without the model (or where a future TensorFlow.js lacks what the callback hooks into) fit's own batches are
 * accumulated instead, which saves no time.
 *
 * @param model compiled; @param options see {@link AdaptiveBatchOptions}
 * @throws RangeError if an option lies outside the range given with it; Error if the model is not compiled
 * @example await model.fit(x, y, { batchSize: 16, epochs: 10, callbacks: adaptiveBatch(model) });
 */
export function adaptiveBatch(model: LayersModel, options?: AdaptiveBatchOptions): AdaptiveBatch;
export function adaptiveBatch(options?: AdaptiveBatchOptions): AdaptiveBatch;
export function adaptiveBatch(
  model?: LayersModel | AdaptiveBatchOptions,
  options?: AdaptiveBatchOptions,
): AdaptiveBatch {
  if (model === undefined || !('fit' in model)) return new AdaptiveBatch(model ?? options);
  if (model.optimizer == null) {
    throw new Error('adaptiveBatch: the model must be compiled first: model.compile({optimizer, loss})');
  }
  return new AdaptiveBatch(options, model);
}
