import {
  getBackend,
  type Optimizer,
  type Scalar,
  type Tensor,
  type Variable,
  version_core,
} from '@tensorflow/tfjs-core';
import { DECISION_KEYS } from '../assembly/options.js';
import {
  AdaptiveController,
  CONTROLLER_KEYS,
  type ControllerOptions,
  type ControllerState,
  controllerOptions,
} from '../controller/controller.js';
import { checkCount, checkKeys } from '../core/checks.js';
import { randomFrom } from '../core/random.js';
import type { Decision, StepObservation } from '../core/types.js';
import { BatchFeed, batchLike, disposeBatch, tensorsIn } from './batch-feed.js';
import { checkMemoryOptions } from './memory/memory-budget.js';
import { type Batch, type BatchOf, type BatchSource, type OpenSource, openSource } from './source.js';
import { TrainingSession } from './training-session.js';

/** Options of {@link adaptiveLoop}. */
export interface AdaptiveLoopOptions<Source extends BatchSource = BatchSource> extends ControllerOptions {
  /** Any TensorFlow.js optimizer. */
  readonly optimizer: Optimizer;
  /** Mean loss of the examples in a batch, a scalar. Called within a tidy, once or more a step. */
  readonly loss: (batch: BatchOf<Source>) => Tensor;
  /** All examples as tensors or typed arrays, or an unbatched `tf.data.Dataset` of `{xs, ys}`. */
  readonly source: Source;
  /** The variables to train. @defaultValue all that the loss depends on */
  readonly variables?: Variable[];
  /** B0: the batch size that the learning rate is tuned for [examples]. @defaultValue 32 */
  readonly batchSize?: number;
  /** Largest micro-batch [examples]. @defaultValue 1024 */
  readonly maxMicroBatchSize?: number;
  /**
   * Bytes of tensors alive at once that a step may take, data that they share counted once: batches that would take more are accumulated; > 0, Infinity
   * for no bound. The base size is not cut. @defaultValue wasm: 3 GiB; cpu and native in Node: beside what tensors take at the start ¾ of the free memory; else none
   */
  readonly maxMemory?: number;
  /** Try forward and backward passes over growing micro-batches before the first step, to find the largest that works. @defaultValue false */
  readonly probeMemory?: boolean;
  /** A new random order each pass. @defaultValue true */
  readonly shuffle?: boolean;
  /** Seed for the order of the examples. @defaultValue none: `Math.random` */
  readonly seed?: number;
}

/** What one step showed and what comes next. */
export interface LoopStep {
  readonly observation: StepObservation;
  readonly decision: Decision;
}

const OPTION_KEYS = [
  ...DECISION_KEYS,
  ...CONTROLLER_KEYS,
  ...['optimizer', 'loss', 'source', 'variables', 'batchSize', 'maxMicroBatchSize', 'shuffle', 'seed'],
  ...['maxMemory', 'probeMemory'],
];

/** A training loop of one's own: see {@link adaptiveLoop}. */
export class AdaptiveLoop {
  /** Streams, events and state. */
  readonly controller: AdaptiveController;
  readonly #options: AdaptiveLoopOptions;
  #session: TrainingSession | undefined;
  #feed: BatchFeed | undefined;
  #epoch = -1;
  /** Of the pass under way. */
  #seen = { examples: 0, loss: 0 };

  constructor(options: AdaptiveLoopOptions) {
    checkKeys('adaptiveLoop', options, OPTION_KEYS);
    checkCount('batchSize', options.batchSize ?? 32);
    checkCount('maxMicroBatchSize', options.maxMicroBatchSize ?? 1024);
    checkMemoryOptions(options);
    if (options.seed !== undefined) checkCount('seed', options.seed, 0);
    this.#options = options;
    this.controller = new AdaptiveController(controllerOptions(options));
  }

  /** Passes over the data begun, less one. */
  get epoch(): number {
    return Math.max(this.#epoch, 0);
  }

  /**
   * One optimizer update: cuts a batch of the size decided, runs it, decides. Begins the next pass over the data where one ends.
   * If it throws, the training is over, as after {@link end}.
   */
  async step(): Promise<LoopStep> {
    return (await this.#next(false)) as LoopStep;
  }

  /** The steps of one pass over the data. */
  async *pass(): AsyncGenerator<LoopStep, void, void> {
    for (;;) {
      const step = await this.#next(true);
      if (step === undefined) return;
      yield step;
    }
  }

  /** Tells the controller of an evaluation; it goes with the next step's observation. */
  validated(validationLoss: number): void {
    if (this.#session !== undefined) this.#session.validationLoss = validationLoss;
  }

  /** Gives back the optimizer, its learning rate and every tensor; the streams complete. */
  end(): void {
    this.#seen = { examples: 0, loss: 0 };
    this.#feed?.dispose();
    this.#feed = undefined;
    this.#session?.end();
    this.#session = undefined;
  }

  /** All that later decisions depend on, as JSON. */
  getState(): ControllerState | undefined {
    return this.controller.getState();
  }

  /** Goes on from a state of {@link getState}. Call before the first step. */
  restore(state: ControllerState): this {
    this.controller.restore(state);
    return this;
  }

  async #next(stopAtEnd: boolean): Promise<LoopStep | undefined> {
    try {
      const { feed, session } = await this.#started();
      session.lastObservation = undefined;
      let hasRestarted = false;
      for (;;) {
        const batch = await feed.next();
        if (batch === undefined) {
          if (hasRestarted) throw new RangeError('adaptiveLoop: the source must hold at least one example; got 0');
          await this.#startPass(feed, session);
          if (stopAtEnd) return undefined;
          hasRestarted = true;
          continue;
        }
        this.#run(session, batch);
        await feed.advance();
        const observation = session.lastObservation as StepObservation | undefined;
        if (observation === undefined) continue;
        this.#seen.examples += observation.batchSize;
        this.#seen.loss += observation.loss * observation.batchSize;
        return { observation, decision: this.controller.decision as Decision };
      }
    } catch (thrown) {
      this.end();
      throw thrown;
    }
  }

  #run(session: TrainingSession, batch: Batch): void {
    const { loss, variables } = this.#options;
    const data = tensorsIn(batch);
    const train = (tensors: Tensor[]): Tensor[] => {
      const piece = tensors === data ? batch : batchLike(batch, tensors);
      session.optimizer.minimize(() => loss(piece) as Scalar, false, variables);
      return [];
    };
    try {
      session.run(data, train);
    } finally {
      disposeBatch(batch);
    }
  }

  async #started(): Promise<{ feed: BatchFeed; session: TrainingSession }> {
    if (this.#feed !== undefined && this.#session !== undefined) return { feed: this.#feed, session: this.#session };
    const { shuffle = true, seed, source, batchSize: baseBatchSize = 32 } = this.#options;
    const opened = await openSource(source, { shuffle, random: randomFrom(seed) });
    const session = this.#begin(opened, baseBatchSize);
    const feed = new BatchFeed(opened, () => session);
    this.#session = session;
    this.#feed = feed;
    await this.#startPass(feed, session);
    return { feed, session };
  }

  #begin({ size }: OpenSource, baseBatchSize: number): TrainingSession {
    const { optimizer, seed, measure, maxMicroBatchSize = 1024, maxMemory, probeMemory } = this.#options;
    const settings = { maxMicroBatchSize, maxMemory, probeMemory, measure };
    const session = new TrainingSession(this.controller, optimizer, settings);
    const about = { tfjs: version_core, backend: getBackend(), ...(seed !== undefined && { seed }) };
    session.begin({ baseBatchSize, maxMicroBatchSize, ...(size !== undefined && { datasetSize: size }) }, about);
    return session;
  }

  async #startPass(feed: BatchFeed, session: TrainingSession): Promise<void> {
    await feed.startPass();
    const { examples, loss } = this.#seen;
    if (examples > 0) this.controller.endEpoch({ epoch: this.#epoch, logs: { loss: loss / examples } });
    this.#seen = { examples: 0, loss: 0 };
    this.#epoch += 1;
    session.epoch = this.#epoch;
    this.controller.beginEpoch({ epoch: this.#epoch });
  }
}

/**
 * A training loop of one's own, one call a step: for models that are not `tf.LayersModel`s, or losses that `compile()` cannot say.
 *
 * @throws RangeError if an option lies outside the range given with it
 * @example
 * const loop = adaptiveLoop({ optimizer, source: { xs, ys }, loss: ({ xs, ys }) => tf.losses.meanSquaredError(ys, net(xs)) });
 * for (let step = 0; step < 1000; step++) await loop.step();
 * loop.end();
 */
export function adaptiveLoop<Source extends BatchSource>(options: AdaptiveLoopOptions<Source>): AdaptiveLoop {
  return new AdaptiveLoop(options as unknown as AdaptiveLoopOptions);
}
