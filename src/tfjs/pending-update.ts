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
import type { GradientStatistics } from '../core/types.js';
import { combine, disposeList, type GradientList, named } from './gradient-list.js';
import { readStatistics } from './gradient-statistics.js';
import { linearProducts, measureUpdate, type Products } from './measure-update.js';
import { isLinear } from './step-direction.js';

/** Micro-batches of one side of the batch, merged into one mean gradient. */
type Group = { size: number; gradient: GradientList };

/** What a batch showed, once read back. */
export interface BatchReading {
  /** Mean loss of the batch. */
  readonly loss: number;
  readonly gradient?: GradientStatistics;
}

/** The statistics stand on two sides of the batch: a third would hold a third copy of the gradients. */
const SIDES = 2;

function now(): number {
  return performance.now();
}

/**
 * The micro-batches of one batch on their way to one optimizer update.
 *
 * Holds one copy of the gradients, two on a measured batch. Times are kept apart: what any training would do, and what is
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
  readonly #measure: boolean;
  readonly #losses: Scalar[] = [];
  #variables: readonly Variable[] = [];
  #groups: Group[] = [];
  #products: Products | undefined;

  constructor(optimizer: Optimizer, measure: boolean) {
    this.#optimizer = optimizer;
    this.#measure = measure;
  }

  /** Examples so far. */
  get size(): number {
    return this.sizes.reduce((sum, size) => sum + size, 0);
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

  /** One micro-batch: its gradient joins a side of the batch. @returns its loss, the caller's to dispose of */
  addMicroBatch(f: () => Scalar, variables: Variable[] | undefined, size: number): Scalar {
    const begin = now();
    const { value, grads } = variableGrads(f, variables);
    this.#variables = variables ?? Object.keys(grads).map((name) => engine().registeredVariables[name] as Variable);
    const gradient = this.#variables.map(({ name }) =>
      grads[name] === undefined ? null : keep(grads[name] as Tensor),
    );
    const side = this.#measure ? this.sizes.length % SIDES : 0;
    this.#merge(side, size, gradient);
    this.sizes.push(size);
    this.#losses.push(keep(value.clone()));
    this.trainMs += now() - begin;
    return value;
  }

  /** The optimizer update with the mean gradient of all micro-batches, weighted by their examples. */
  apply(): void {
    if (this.isApplied || this.#groups.length === 0) return;
    this.isApplied = true;
    const begin = now();
    const mean = this.#mean();
    const measured = this.#groups.length === SIDES;
    const finish = measured ? measureUpdate(this.#optimizer, this.#variables, this.#groups, mean) : undefined;
    const ready = now();
    this.#optimizer.applyGradients(named(mean, this.#variables) as never);
    const applied = now();
    this.#products = finish?.();
    if (!this.#groups.some(({ gradient }) => gradient === mean)) disposeList(mean);
    this.#disposeGroups();
    this.trainMs += applied - ready;
    this.measureMs += ready - begin + (now() - applied);
  }

  /**
   * The statistics of what is drawn so far, before any update: for rules that settle the batch size while drawing.
   * @returns undefined with fewer than two micro-batches, or an optimizer other than SGD and momentum
   */
  async preview(): Promise<BatchReading | undefined> {
    if (this.#groups.length < SIDES || !isLinear(this.#optimizer)) return undefined;
    const begin = now();
    const mean = this.#mean();
    const products = linearProducts(this.#optimizer, this.#groups, mean);
    disposeList(mean);
    const reading = await this.#readBack(products);
    products.values.dispose();
    this.measureMs += now() - begin;
    return reading;
  }

  /** Waits for the losses and the statistics, with one readback each. */
  async read(): Promise<BatchReading> {
    const begin = now();
    const reading = await this.#readBack(this.#products);
    this.trainMs += now() - begin;
    return reading;
  }

  /** Drops whatever is held, applied or not. */
  dispose(): void {
    this.#disposeGroups();
    dispose(this.#losses.splice(0));
    this.#products?.values.dispose();
    this.#products = undefined;
  }

  #merge(side: number, size: number, gradient: GradientList): void {
    const group = this.#groups[side];
    if (group === undefined) {
      this.#groups[side] = { size, gradient };
      return;
    }
    const total = group.size + size;
    const merged = combine(group.size / total, group.gradient, size / total, gradient);
    for (const tensor of merged) if (tensor !== null) keep(tensor);
    disposeList(group.gradient);
    disposeList(gradient);
    this.#groups[side] = { size: total, gradient: merged };
  }

  #mean(): GradientList {
    const [first, second] = this.#groups as [Group, Group | undefined];
    if (second === undefined) return first.gradient;
    const total = first.size + second.size;
    const mean = combine(first.size / total, first.gradient, second.size / total, second.gradient);
    for (const tensor of mean) if (tensor !== null) keep(tensor);
    return mean;
  }

  async #readBack(products: Products | undefined): Promise<BatchReading> {
    const packed = tidy(() => {
      const losses = this.#losses.map((loss) => reshape(loss, [1]) as Tensor1D);
      return concat(products === undefined ? losses : [...losses, products.values]);
    });
    try {
      const values = await packed.data();
      const count = this.#losses.length;
      const total = this.sizes.reduce((sum, size, i) => sum + size * (values[i] as number), 0);
      const loss = total / this.size;
      if (products === undefined) return { loss };
      const sizes = this.#sideSizes();
      return { loss, gradient: readStatistics(values.subarray(count), sizes, products.preconditioner) };
    } finally {
      packed.dispose();
    }
  }

  #sideSizes(): number[] {
    return [0, 1].map((side) =>
      this.sizes.filter((_size, i) => i % SIDES === side).reduce((sum, size) => sum + size, 0),
    );
  }

  #disposeGroups(): void {
    for (const { gradient } of this.#groups) disposeList(gradient);
    this.#groups = [];
  }
}
