import { type Optimizer, type Scalar, type Tensor, tidy, type Variable, variableGrads } from '@tensorflow/tfjs-core';
import type { AdaptiveController } from '../controller/controller.js';
import type { MeasureOptions } from '../core/measuring.js';
import { generator } from '../core/random.js';
import type { Decision, JsonObject, RunFacts, StepObservation } from '../core/types.js';
import { type AdamRule, adamRule } from './adam-rule.js';
import { KnownSizes } from './known-sizes.js';
import { LearningRateControl } from './learning-rate-control.js';
import type { MemorySettings } from './memory/memory-budget.js';
import { announceRun, type Train } from './memory/micro-batch-runs.js';
import { SessionMemory } from './memory/session-memory.js';
import { disposeList, type Side } from './noise/gradient-list.js';
import { RouteChoice } from './noise/route-choice.js';
import { isPassRoute } from './noise/routes.js';
import { describeConfig, optimizerFacts, optimizerName } from './optimizer-access.js';
import { warnOfDraws, warnOfOptimizer } from './optimizer-warnings.js';
import { type MeasuringPlan, PendingUpdate } from './pending-update.js';

/** How a session cuts and measures batches. */
export interface SessionSettings extends MemorySettings {
  readonly measure?: MeasureOptions | undefined;
  /** Whether batch normalization lets the examples of a batch see each other. @defaultValue false */
  readonly isCoupled?: boolean;
}

/**
 * One training: cuts batches as the controller decides, runs them through the optimizer, and reports what it saw.
 *
 * Order for each batch: {@link open}, then `minimize` for each of its micro-batches, then {@link settle}.
 */
export class TrainingSession {
  epoch = 0;
  /** What the last step showed. */
  lastObservation: StepObservation | undefined;
  /** The validation loss since the last step, if there was an evaluation. */
  validationLoss: number | undefined;

  readonly optimizer: Optimizer;
  readonly #controller: AdaptiveController;
  readonly #settings: SessionSettings;
  readonly #routes: RouteChoice;
  readonly #known: KnownSizes;
  /** For random signs: its own, so that the order of the examples stays what it is without measuring. */
  readonly #random = generator(1);
  readonly #minimize: Optimizer['minimize'];
  readonly #hadOwnMinimize: boolean;
  readonly #rate: LearningRateControl;
  /** Where the rule sets more of Adam than its rate. */
  #adam: AdamRule | undefined;
  #memory: SessionMemory | undefined;
  #conclude: (() => void) | undefined;
  #pending: PendingUpdate | undefined;
  #target = 0;
  #isShort = false;
  #isGiven = false;
  #upcoming: number | undefined;
  /** The step before, where the next is measured against it. */
  #previous: Side | undefined;

  constructor(controller: AdaptiveController, optimizer: Optimizer, settings: SessionSettings) {
    this.#controller = controller;
    this.optimizer = optimizer;
    this.#settings = settings;
    const { measure, isCoupled = false } = settings;
    this.#routes = new RouteChoice(measure?.route, isCoupled, (message) => controller.warn(message));
    this.#known = new KnownSizes(isCoupled);
    this.#minimize = optimizer.minimize;
    this.#hadOwnMinimize = Object.hasOwn(optimizer, 'minimize');
    this.#rate = new LearningRateControl(optimizer);
  }

  /**
   * Starts the controller and takes the optimizer's `minimize` over.
   * @throws RangeError if the learning-rate rule is one for Adam and the optimizer is another; what the controller throws at its start
   */
  begin(facts: Omit<RunFacts, 'baseLearningRate' | 'optimizer'>, about: JsonObject): void {
    const { optimizer } = this;
    warnOfOptimizer(this.#controller, optimizer, this.#rate.isKnown);
    this.#adam = adamRule(this.#controller, optimizer);
    const normalizes = this.#settings.isCoupled === true && { hasBatchNorm: true as const };
    this.#controller.start(
      { ...facts, baseLearningRate: this.#rate.base, ...optimizerFacts(optimizer), ...normalizes },
      { ...about, optimizer: { name: optimizerName(optimizer), config: describeConfig(optimizer) } },
    );
    warnOfDraws(this.#controller, optimizer);
    this.#memory = new SessionMemory(this.#controller, this.#settings, { ...facts, ...normalizes });
    this.#conclude = announceRun(optimizer, (data, train) => this.run(data, train));
    optimizer.minimize = ((f, returnCost, variables) => this.#step(f, returnCost, variables)) as Optimizer['minimize'];
  }

  /** The batch size that the next batch should have [examples]; for a policy that draws, the first draw. */
  get nextBatchSize(): number {
    return this.#controller.drawSize ?? (this.#controller.decision as Decision).batchSize;
  }

  /** Which micro-batches there is room for. */
  get memory(): SessionMemory {
    return this.#memory as SessionMemory;
  }

  /** Whether micro-batches of the batch under way are still to come. */
  get isOpen(): boolean {
    return this.#pending !== undefined && !this.#pending.isApplied;
  }

  /**
   * Opens a batch of `batchSize` examples.
   * @param isShort whether the data left no more
   * @param whole whether the loop hands over micro-batches of its own size, which cannot be cut
   * @returns the sizes of its micro-batches [examples]
   */
  open(batchSize: number, isShort = false, whole = false): number[] {
    const draws = this.#controller.drawSize !== undefined;
    const measure = draws || (this.#controller.decision as Decision).measure;
    const pieces = isShort && !whole ? this.#known.split(batchSize) : [batchSize];
    const plan = measure ? this.#plan(batchSize, whole || pieces.length > 1) : undefined;
    this.#pending = new PendingUpdate(this.optimizer, plan);
    this.#target = batchSize;
    this.#isShort = isShort;
    this.#isGiven = whole;
    this.#rate.apply((base) => this.#controller.learningRateAt(batchSize, base));
    this.#adam?.apply(batchSize);
    if (whole) return [];
    const sizes = pieces.length > 1 ? pieces : this.memory.cut(batchSize, plan?.route === 'microBatches' ? 2 : 1);
    this.#known.add(sizes);
    return sizes;
  }

  /** Whether the batch under way is one that a policy draws, to be completed by {@link drawMore}. */
  get isDrawing(): boolean {
    return this.isOpen && this.#controller.drawSize !== undefined;
  }

  /** For a policy that draws: how many examples more the batch under way wants [examples]; 0: it is complete. */
  async drawMore(): Promise<number> {
    const pending = this.#pending;
    const { drawSize } = this.#controller;
    if (pending === undefined || pending.isApplied || drawSize === undefined) return 0;
    if (pending.sizes.length < 2) return drawSize;
    const preview = await pending.preview();
    if (preview === undefined) return 0;
    const drawn = { ...preview, batchSize: pending.size, baseLearningRate: this.#rate.base };
    return this.#controller.drawTarget(drawn) > pending.size ? drawSize : 0;
  }

  /** Widens the batch under way by `count` examples. @returns the sizes of its further micro-batches [examples] */
  widen(count: number): number[] {
    this.#target += count;
    return this.memory.cut(count, 2);
  }

  /** Announces the size of the next micro-batch that `minimize` will be given [examples]. */
  expect(size: number): void {
    this.#upcoming = size;
  }

  /**
   * Runs the micro-batch announced; where memory runs out, in smaller ones.
   * @param data tensors whose first axis counts its examples @returns the means that `train` returns
   */
  run(data: Tensor[], train: Train): Tensor[] {
    const size = this.#upcoming;
    const pending = this.#pending;
    if (size === undefined || pending === undefined || pending.isApplied) return train(data);
    const isWhole = pending.size === 0 && size >= this.#target;
    return this.memory.run({
      data,
      size,
      kind: isWhole && pending.route !== undefined ? 'measured' : 'plain',
      isGiven: this.#isGiven,
      isPlain: isWhole && pending.route === undefined,
      run: (piece, count) => {
        this.expect(count);
        return train(piece);
      },
      isApplied: () => pending.isApplied,
    });
  }

  /** Applies what is accumulated, even if the batch is not complete: at the end of an epoch or of the training. */
  flush(): void {
    const pending = this.#pending;
    if (pending === undefined || pending.isApplied) return;
    if (pending.size === 0) {
      this.#pending = undefined;
      return;
    }
    this.#isShort ||= pending.size < this.#target;
    pending.apply();
  }

  /** Reports the step just made, if one was: it is the {@link lastObservation}. */
  async settle(): Promise<void> {
    const pending = this.#pending;
    if (pending === undefined || !pending.isApplied) return;
    this.#pending = undefined;
    const batchSize = pending.size;
    const { step, examplesSeen } = this.#controller.progress;
    try {
      const reading = await pending.read();
      this.#learn(pending, reading.gradient);
      const validation = this.validationLoss;
      this.validationLoss = undefined;
      const observation: StepObservation = {
        step: step + 1,
        epoch: this.epoch,
        examplesSeen: examplesSeen + batchSize,
        batchSize,
        microBatches: pending.sizes.length,
        learningRate: this.#rate.applied,
        baseLearningRate: this.#rate.base,
        loss: reading.loss,
        stepMs: pending.trainMs,
        ...(reading.gradient && { gradient: reading.gradient }),
        ...(pending.route !== undefined && { measureMs: pending.measureMs }),
        ...(this.#isShort && { short: true as const }),
        ...(validation !== undefined && { validationLoss: validation }),
        ...this.memory.tell(),
      };
      this.lastObservation = observation;
      this.#controller.observe(observation);
    } finally {
      if (this.#routes.isTemporal) this.#keepPrevious(pending.takeApplied());
      pending.dispose();
    }
  }

  /** Gives everything back: the optimizer's `minimize`, the user's learning rate, betas and epsilon, every tensor. */
  end(): void {
    this.#pending?.dispose();
    this.#pending = undefined;
    this.#keepPrevious(undefined);
    this.#memory?.end();
    this.#conclude?.();
    if (this.#hadOwnMinimize) this.optimizer.minimize = this.#minimize;
    else delete (this.optimizer as { minimize?: unknown }).minimize;
    this.#rate.restore();
    this.#adam?.restore();
    this.#controller.end();
  }

  /** How a batch is to be measured; undefined for one example alone. */
  #plan(batchSize: number, isGiven: boolean): MeasuringPlan | undefined {
    const { measure } = this.#settings;
    const random = this.#random;
    const draws = this.#controller.drawSize !== undefined;
    const isWhole = !draws && !isGiven && batchSize <= this.memory.size;
    const isTimed = this.#controller.getState()?.pipeline.estimates.time !== undefined;
    const route = this.#routes.routeFor({ batchSize, isWhole, isTimed });
    if (batchSize < 2 && isPassRoute(route)) return undefined;
    const { isThorough, verified } = this.#routes;
    const previous = this.#previous;
    return { route, isByLayer: measure?.layers ?? false, isThorough, random, verified, previous };
  }

  #learn(pending: PendingUpdate, statistics: StepObservation['gradient']): void {
    // A pass that was broken off for want of memory says nothing of its route.
    if (pending.route !== undefined && pending.sizes.length === 1)
      this.#routes.learn(pending.route, pending.isMeasured, statistics);
  }

  #keepPrevious(side: Side | undefined): void {
    disposeList(this.#previous?.gradient ?? []);
    this.#previous = side;
  }

  /** What stands in for the optimizer's `minimize` while the session lasts. */
  #step(forward: () => Scalar, returnCost = false, variables?: Variable[]): Scalar | null {
    const f = (): Scalar => this.memory.watch(forward);
    const size = this.#upcoming;
    this.#upcoming = undefined;
    const pending = this.#pending;
    // A call from outside the loop (a second network's step, say) is none of ours.
    if (size === undefined || pending === undefined || pending.isApplied) {
      return this.#minimize.call(this.optimizer, forward, returnCost, variables);
    }
    if (this.memory.isProbing) return tidy(() => variableGrads(f, variables).value);
    const loss = this.#run(pending, f, variables, size);
    if (returnCost) return loss;
    loss.dispose();
    return null;
  }

  #run(pending: PendingUpdate, f: () => Scalar, variables: Variable[] | undefined, size: number): Scalar {
    const draws = this.#controller.drawSize !== undefined;
    if (!draws && pending.size === 0 && size >= this.#target) {
      if (pending.route !== undefined && isPassRoute(pending.route)) return pending.measureWhole(f, variables, size);
      if (!this.#routes.isTemporal) return pending.runWhole(this.#minimize, f, variables, size);
    }
    const loss = pending.addMicroBatch(f, variables, size);
    if (!draws && pending.size >= this.#target) pending.apply();
    return loss;
  }
}
