import { EventEmitter } from 'eventemitter3';
import { type Observable, Subject } from 'rxjs';
import { assemble, describeOptions } from '../assembly/assemble.js';
import { checkDecisionOptions, DECISION_KEYS, type DecisionOptions } from '../assembly/options.js';
import type { Pipeline, PipelineState } from '../core/pipeline.js';
import type { AdamParameters, Decision, Estimates, JsonObject, RunFacts, StepObservation } from '../core/types.js';
import type { RunLogSink } from '../run-log/sink.js';
import type { Change, ControllerEvents, EpochEnd, EpochStart } from './events.js';
import { RunLogWriter } from './run-log-writer.js';
import { watchersIn } from './watchers.js';

export type { Anomaly, Change, ControllerEvents, EpochEnd, EpochStart } from './events.js';

/** Shows a training to somebody: gets the controller when it is made, and listens to its events. */
export type Watcher = (controller: AdaptiveController) => void;

/** Options of a controller. */
export interface ControllerOptions extends DecisionOptions {
  /** Write a run log: a file's path (Node; runs are appended) or a sink. @defaultValue no log */
  readonly log?: string | RunLogSink;
  /** Throw what a policy or rule throws instead of holding the decision before it. @defaultValue false */
  readonly strict?: boolean;
  /** Who looks on, for example `progressBar()` and `tensorBoard('logs/run')` of `tfjs-adaptive-batch/watch`. @defaultValue none */
  readonly watch?: Watcher | readonly Watcher[];
}

/** The keys that {@link ControllerOptions} adds to the decision options. */
export const CONTROLLER_KEYS = ['log', 'strict', 'watch'] as const satisfies readonly (keyof ControllerOptions)[];

const KEYS: readonly string[] = [...DECISION_KEYS, ...CONTROLLER_KEYS];

/** Those of the options that are a controller's. */
export function controllerOptions(options: ControllerOptions): ControllerOptions {
  return Object.fromEntries(Object.entries(options).filter(([key]) => KEYS.includes(key)));
}

/** A controller's memory as JSON: see {@link AdaptiveController.getState}. */
export type ControllerState = {
  readonly version: 1;
  /** Updates so far. */
  readonly step: number;
  /** Examples so far. */
  readonly examplesSeen: number;
  readonly pipeline: PipelineState;
};

type Streams = {
  readonly observations: Subject<StepObservation>;
  readonly estimates: Subject<Estimates>;
  readonly decisions: Subject<Decision>;
  readonly changes: Subject<Change>;
};

function newStreams(): Streams {
  return { observations: new Subject(), estimates: new Subject(), decisions: new Subject(), changes: new Subject() };
}

function changeBetween(from: Decision, to: Decision): Change | undefined {
  if (from.batchSize === to.batchSize && from.learningRate === to.learningRate) return undefined;
  const pick = ({ batchSize, learningRate }: Decision) => ({ batchSize, learningRate });
  return { step: to.step, from: pick(from), to: pick(to), reason: to.reason };
}

/**
 * Turns observations into decisions, keeps the state, tells the listeners. The training loop is told nothing but what it asks.
 *
 * Streams complete at the end of a training and never error; the next training has new ones. Events stay attached.
 * @throws RangeError if an option lies outside the range given with it
 * @example
 * const controller = new AdaptiveController();
 * let decision = controller.start({ baseBatchSize: 16, baseLearningRate: 0.01 });
 * for (;;) decision = controller.observe(trainOneStep(decision));
 */
export class AdaptiveController extends EventEmitter<ControllerEvents> {
  readonly #options: ControllerOptions;
  readonly #log: RunLogWriter;
  readonly #warned = new Set<string>();
  #streams = newStreams();
  #pipeline: Pipeline | undefined;
  #state: ControllerState | undefined;

  constructor(options: ControllerOptions = {}) {
    super();
    checkDecisionOptions('AdaptiveController', options, KEYS);
    this.#options = options;
    this.#log = new RunLogWriter(options.log, (error) => this.#raise(error));
    for (const watcher of watchersIn(options.watch)) watcher(this);
  }

  /** Every observation, as it comes. */
  get observations$(): Observable<StepObservation> {
    return this.#streams.observations.asObservable();
  }

  /** What the estimators know after each observation. */
  get estimates$(): Observable<Estimates> {
    return this.#streams.estimates.asObservable();
  }

  /** The decision after each observation. */
  get decisions$(): Observable<Decision> {
    return this.#streams.decisions.asObservable();
  }

  /** The decisions that change the batch size or the learning rate. */
  get changes$(): Observable<Change> {
    return this.#streams.changes.asObservable();
  }

  /** Whether a training is under way. */
  get isRunning(): boolean {
    return this.#pipeline !== undefined;
  }

  /** The decision in force; undefined before the first start. */
  get decision(): Decision | undefined {
    return this.#state?.pipeline.decision;
  }

  /** Updates and examples so far. */
  get progress(): { readonly step: number; readonly examplesSeen: number } {
    return { step: this.#state?.step ?? 0, examplesSeen: this.#state?.examplesSeen ?? 0 };
  }

  /** The largest micro-batch that memory has been seen to have room for [examples]; undefined where it has shown no bound. */
  get maxMicroBatchSize(): number | undefined {
    return this.#state?.pipeline.maxMicroBatchSize;
  }

  /** Examples a draw, where the policy settles the batch size while the batch is drawn. */
  get drawSize(): number | undefined {
    return this.#pipeline?.drawSize;
  }

  /**
   * Begins a training, or goes on with the state of the one before or of {@link restore}.
   * @param about what the run log's header says besides: versions, model, optimizer
   * @throws RangeError if a fact lies outside its range; Error if the log cannot be written
   */
  start(facts: RunFacts, about: JsonObject = {}): Decision {
    if (this.isRunning) this.end();
    const pipeline = assemble(this.#options, facts);
    const resumed = this.#state;
    const state: ControllerState =
      resumed === undefined
        ? { version: 1, step: 0, examplesSeen: 0, pipeline: pipeline.start() }
        : { ...resumed, pipeline: pipeline.resume(resumed.pipeline) };
    this.#log.open(() => ({
      facts,
      options: describeOptions(this.#options, facts),
      about,
      ...(resumed !== undefined && { state: resumed }),
    }));
    this.#pipeline = pipeline;
    this.#state = state;
    const { decision } = this.#state.pipeline;
    this.#tell('start', facts, decision);
    return decision;
  }

  /**
   * One observation in, the decision for the next step out.
   * @throws Error before {@link start}; with `strict`, what the policy or rule throws
   */
  observe(observation: StepObservation): Decision {
    const pipeline = this.#running();
    const before = this.#state as ControllerState;
    const { state, estimates, decision, anomaly, error } = pipeline.advance(before.pipeline, observation);
    const { step, examplesSeen } = observation;
    this.#state = { version: 1, step, examplesSeen, pipeline: state };
    this.#log.write(observation, decision);
    // Those of this training, even if a listener ends it.
    const streams = this.#streams;
    streams.observations.next(observation);
    streams.estimates.next(estimates);
    streams.decisions.next(decision);
    this.#tell('decision', decision, observation);
    const change = changeBetween(before.pipeline.decision, decision);
    if (change !== undefined) {
      streams.changes.next(change);
      this.#tell('change', change);
    }
    if (anomaly !== undefined) this.#tell('anomaly', { step, what: anomaly, observation });
    if (error !== undefined) this.#raise(error);
    return decision;
  }

  /** Tells those who look on that a pass over the data begins; no decision hangs on it. */
  beginEpoch(epoch: EpochStart): void {
    this.#tell('epochStart', epoch);
  }

  /** Tells those who look on how a pass over the data went; no decision hangs on it. */
  endEpoch(epoch: EpochEnd): void {
    this.#tell('epochEnd', epoch);
  }

  /** The learning rate to apply to a batch of `batchSize` examples, on top of the user's own. */
  learningRateAt(batchSize: number, baseLearningRate: number): number {
    const pipeline = this.#running();
    const state = (this.#state as ControllerState).pipeline;
    try {
      return pipeline.learningRateAt(state, batchSize, baseLearningRate);
    } catch (thrown) {
      this.#raise(thrown as Error);
      return state.decision.learningRate;
    }
  }

  /** The name of the learning-rate rule, if it is one that sets more of Adam than its rate. */
  get ruleForAdam(): string | undefined {
    const { learningRate } = this.#options;
    return learningRate?.adamParameters === undefined ? undefined : learningRate.name;
  }

  /** What Adam is to be made of in a batch of `batchSize` examples, `base` being what the user made it of; `base` where the rule fails. */
  adamAt(batchSize: number, base: AdamParameters): AdamParameters {
    const pipeline = this.#running();
    try {
      return pipeline.adamAt(batchSize, base) ?? base;
    } catch (thrown) {
      this.#raise(thrown as Error);
      return base;
    }
  }

  /** How many examples the policy wants in the batch, now that `drawn` is in hand; at least what is drawn. */
  drawTarget(drawn: Pick<StepObservation, 'gradient' | 'batchSize' | 'loss' | 'baseLearningRate'>): number {
    const pipeline = this.#running();
    try {
      const target = pipeline.drawTarget((this.#state as ControllerState).pipeline, drawn);
      return Number.isFinite(target) ? Math.max(target, drawn.batchSize) : drawn.batchSize;
    } catch (thrown) {
      this.#raise(thrown as Error);
      return drawn.batchSize;
    }
  }

  /** Ends the training: the streams complete, the log is closed. The state stays, for {@link getState} or another start. */
  end(): void {
    if (!this.isRunning) return;
    this.#pipeline = undefined;
    const streams = this.#streams;
    this.#streams = newStreams();
    try {
      this.#log.close();
    } finally {
      for (const stream of Object.values(streams)) stream.complete();
      this.#tell('end');
    }
  }

  /** All that later decisions depend on, as JSON; undefined before the first start. */
  getState(): ControllerState | undefined {
    return this.#state;
  }

  /**
   * Goes on from a state of {@link getState}: the next decisions are those of the uninterrupted run.
   * @throws TypeError if it is not such a state
   */
  restore(state: ControllerState): void {
    if (state?.version !== 1 || typeof state.pipeline !== 'object' || state.pipeline === null) {
      throw new TypeError('restore: the state must come from getState() of this version');
    }
    this.#state = state;
  }

  /** Tells the listeners of `warning`, or the console where there is none; each message once. */
  warn(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    if (!this.#tell('warning', message)) console.warn(`tfjs-adaptive-batch: ${message}`);
  }

  #running(): Pipeline {
    if (this.#pipeline === undefined) throw new Error('AdaptiveController: call start() before the first observation');
    return this.#pipeline;
  }

  /** A listener that throws must not end the training: its error goes to `error`, or to the console. */
  #tell<Name extends keyof ControllerEvents>(name: Name, ...values: Parameters<ControllerEvents[Name]>): boolean {
    try {
      return this.emit(name, ...(values as EventEmitter.EventArgs<ControllerEvents, Name>));
    } catch (thrown) {
      if (name === 'error' || !this.#tell('error', thrown as Error)) console.error(thrown);
      return true;
    }
  }

  #raise(error: Error): void {
    if (this.#options.strict === true) throw error;
    if (!this.#tell('error', error)) this.warn(error.message);
  }
}
