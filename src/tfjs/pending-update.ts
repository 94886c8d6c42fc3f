import {
  concat,
  dispose,
  engine,
  keep,
  type Optimizer,
  reshape,
  type Scalar,
  type Tensor,
  type Tensor1D,
  tidy,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { GradientRoute, GradientStatistics } from '../core/types.js';
import { ifRoom } from './memory/if-room.js';
import { measureDifference } from './noise/difference.js';
import { combine, disposeList, type GradientList, meanAndDifference, named, type Side } from './noise/gradient-list.js';
import { attempt, type MeasuredUpdate, type Measurement, type PassRoute, within } from './noise/measurement.js';
import { passRoute } from './noise/routes.js';
import { isLinear } from './noise/step-direction.js';

/** How a batch is measured. */
export interface MeasuringPlan {
  readonly route: GradientRoute;
  readonly isByLayer: boolean;
  readonly isThorough: boolean;
  readonly random: () => number;
  /** What layers do that has been seen to be understood; added to. */
  readonly verified: Set<string>;
  /** The step before, for the temporal route. */
  readonly previous?: Side | undefined;
}

/** What a batch showed, once read back. */
export interface BatchReading {
  /** Mean loss of the batch. */
  readonly loss: number;
  readonly gradient?: GradientStatistics;
}

/** Micro-batches are merged into two sides: a third would hold a third copy of the gradients. */
const SIDES = 2;

function now(): number {
  return performance.now();
}

/**
 * The micro-batches of one batch on their way to one optimizer update.
 *
 * Holds one copy of the gradients, two on a batch measured by micro-batches. Times are kept apart: what any training would do, and what is
 * the controller's own.
 */
export class PendingUpdate {
  /** Sizes of the micro-batches so far [examples]. */
  readonly sizes: number[] = [];
  /** Wall clock of forward, backward and update so far [ms]. */
  trainMs = 0;
  /** Wall clock of the statistics so far [ms]. */
  measureMs = 0;
  isApplied = false;

  readonly #optimizer: Optimizer;
  readonly #plan: MeasuringPlan | undefined;
  readonly #losses: Scalar[] = [];
  #variables: readonly Variable[] = [];
  #sides: Side[] = [];
  #pass: PassRoute | undefined;
  #measurement: Measurement | undefined;
  #applied: Side | undefined;

  constructor(optimizer: Optimizer, plan?: MeasuringPlan) {
    this.#optimizer = optimizer;
    this.#plan = plan;
  }

  /** Examples so far. */
  get size(): number {
    return this.sizes.reduce((sum, size) => sum + size, 0);
  }

  /** How the batch is to be measured, if it is. */
  get route(): GradientRoute | undefined {
    return this.#plan?.route;
  }

  /** Whether there was something to measure, once applied. */
  get isMeasured(): boolean {
    return this.#measurement !== undefined;
  }

  /** The whole batch in one pass, nothing measured: what plain TensorFlow.js does, through its own `minimize`. */
  runWhole(minimize: Optimizer['minimize'], f: () => Scalar, variables: Variable[] | undefined, size: number): Scalar {
    const begin = now();
    const loss = minimize.call(this.#optimizer, f, true, variables) as Scalar;
    this.sizes.push(size);
    this.#losses.push(keep(loss.clone()));
    this.isApplied = true;
    this.trainMs += now() - begin;
    return loss;
  }

  /** The whole batch in one pass, by a route that measures it there, and the update. @returns its loss, the caller's to dispose of */
  measureWhole(f: () => Scalar, variables: Variable[] | undefined, size: number): Scalar {
    const { route, isThorough, random, verified } = this.#plan as MeasuringPlan;
    const trainable = Object.values(engine().registeredVariables).filter((variable) => variable.trainable);
    const slotsOf = (gradients: GradientList): number[] => {
      // Without a list the optimizer numbers the variables that have a gradient.
      let slot = -1;
      return gradients.map((entry, i) => {
        if (entry !== null) slot++;
        return variables === undefined ? slot : i;
      });
    };
    const pass = { optimizer: this.#optimizer, batchSize: size, slotsOf, random, isThorough, verified };
    this.#pass = passRoute(route, { ...pass, variables: variables ?? trainable });
    let ownMs = 0;
    const timed = (): Scalar => {
      const begin = now();
      const loss = f();
      ownMs = now() - begin;
      return loss;
    };
    let watchedMs = 0;
    const loss = this.addMicroBatch(
      () => {
        const begin = now();
        const watched = this.#pass?.watch(timed) ?? timed();
        watchedMs = now() - begin;
        return watched;
      },
      variables,
      size,
    );
    this.trainMs -= watchedMs - ownMs;
    this.measureMs += watchedMs - ownMs;
    this.apply();
    return loss;
  }

  /** One micro-batch: its gradient joins a side of the batch. @returns its loss, the caller's to dispose of */
  addMicroBatch(f: () => Scalar, variables: Variable[] | undefined, size: number): Scalar {
    const begin = now();
    const { value, grads } = variableGrads(f, variables);
    this.#variables = variables ?? Object.keys(grads).map((name) => engine().registeredVariables[name] as Variable);
    const gradient = this.#variables.map(({ name }) =>
      grads[name] === undefined ? null : keep(grads[name] as Tensor),
    );
    const side = this.route === 'microBatches' ? this.sizes.length % SIDES : 0;
    this.#merge(side, { size, gradient });
    this.sizes.push(size);
    this.#losses.push(keep(value.clone()));
    this.trainMs += now() - begin;
    return value;
  }

  /** The optimizer update with the mean gradient of all micro-batches, weighted by their examples. */
  apply(): void {
    if (this.isApplied || this.#sides.length === 0) return;
    this.isApplied = true;
    const begin = now();
    const mean = within(() => this.#measured());
    this.#pass?.dispose();
    const ready = now();
    this.#optimizer.applyGradients(named(mean, this.#variables) as never);
    this.trainMs += now() - ready;
    this.measureMs += ready - begin;
    this.#applied = { size: this.size, gradient: mean };
  }

  /** The gradient that was applied, the caller's to dispose of; undefined where the update was not made here. */
  takeApplied(): Side | undefined {
    const applied = this.#applied;
    this.#applied = undefined;
    return applied;
  }

  /**
   * The statistics of what is drawn so far, before any update: for rules that settle the batch size while drawing.
   * @returns undefined with fewer than two micro-batches, or an optimizer other than SGD and momentum
   */
  async preview(): Promise<BatchReading | undefined> {
    if (this.#sides.length < SIDES || !isLinear(this.#optimizer)) return undefined;
    const begin = now();
    const measurement = within(() => {
      const [one, two] = this.#sides as [Side, Side];
      const mean = combine(one.size / this.size, one.gradient, two.size / this.size, two.gradient);
      return this.#compare(mean, combine(1, one.gradient, -1, two.gradient), [one.size, two.size]);
    });
    const reading = await this.#readBack(measurement);
    measurement.values.dispose();
    this.measureMs += now() - begin;
    return reading;
  }

  /** Waits for the losses and the statistics, with one readback. */
  async read(): Promise<BatchReading> {
    const begin = now();
    const reading = await this.#readBack(this.#measurement);
    this.trainMs += now() - begin;
    return reading;
  }

  /** Drops whatever is held, applied or not. */
  dispose(): void {
    this.#disposeSides();
    this.#pass?.dispose();
    disposeList(this.takeApplied()?.gradient ?? []);
    dispose(this.#losses.splice(0));
    this.#measurement?.values.dispose();
    this.#measurement = undefined;
  }

  #merge(place: number, { size, gradient }: Side): void {
    const side = this.#sides[place];
    if (side === undefined) {
      this.#sides[place] = { size, gradient };
      return;
    }
    const total = side.size + size;
    const merged = keepList(combine(side.size / total, side.gradient, size / total, gradient));
    disposeList(side.gradient);
    disposeList(gradient);
    this.#sides[place] = { size: total, gradient: merged };
  }

  /** Measures the update about to be made, if it is to be. @returns its gradient, kept; no side is left. Within a tidy. */
  #measured(): GradientList {
    const [first, second] = this.#sides.splice(0) as [Side, Side | undefined];
    if (second !== undefined) {
      const { mean, difference } = meanAndDifference(first, second);
      keepList(mean);
      this.#measurement = ifRoom(() => this.#compare(mean, difference, [first.size, second.size]));
      return mean;
    }
    const { previous } = this.#plan ?? {};
    const mean = this.#pass?.complete?.(this.#variables, first.gradient) ?? first.gradient;
    if (this.#pass !== undefined) this.#measurement = attempt(() => this.#pass?.measure(this.#update(mean)));
    else if (this.route === 'temporal' && previous !== undefined) {
      const difference = combine(1, mean, -1, previous.gradient);
      this.#measurement = ifRoom(() => this.#compare(mean, difference, [first.size, previous.size]));
    }
    return mean;
  }

  #update(mean: GradientList): MeasuredUpdate {
    const { isByLayer = false } = this.#plan ?? {};
    return { optimizer: this.#optimizer, variables: this.#variables, batchSize: this.size, mean, isByLayer };
  }

  /** The statistics of two gradients that lie `difference` apart, of so many examples each. */
  #compare(mean: GradientList, difference: GradientList, [one, two]: readonly [number, number]): Measurement {
    const route = this.route ?? 'microBatches';
    return measureDifference(this.#update(mean), difference, { route, weight: (one * two) / (one + two) });
  }

  async #readBack(measurement: Measurement | undefined): Promise<BatchReading> {
    // Most steps: to pack one number costs more than to read it.
    if (measurement === undefined && this.#losses.length === 1) {
      return { loss: (await (this.#losses[0] as Scalar).data())[0] as number };
    }
    const packed = tidy(() => {
      const losses = this.#losses.map((loss) => reshape(loss, [1]) as Tensor1D);
      return concat(measurement === undefined ? losses : [...losses, measurement.values]);
    });
    try {
      const values = await packed.data();
      const count = this.#losses.length;
      const total = this.sizes.reduce((sum, size, i) => sum + size * (values[i] as number), 0);
      const loss = total / this.size;
      const gradient = measurement?.read(values.subarray(count));
      return gradient === undefined ? { loss } : { loss, gradient };
    } finally {
      packed.dispose();
    }
  }

  #disposeSides(): void {
    for (const { gradient } of this.#sides.splice(0)) disposeList(gradient);
  }
}

function keepList(list: GradientList): GradientList {
  for (const tensor of list) if (tensor !== null) keep(tensor);
  return list;
}
