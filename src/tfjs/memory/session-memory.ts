import type { Tensor } from '@tensorflow/tfjs-core';
import type { AdaptiveController } from '../../controller/controller.js';
import type { RunFacts, StepObservation } from '../../core/types.js';
import { LEAST_NORMALIZED } from '../model-access.js';
import { MemoryBound } from './memory-bound.js';
import { defaultMaxMemory, type MemorySettings } from './memory-budget.js';
import { type GuardedPass, MemoryGuard } from './memory-guard.js';
import { cut } from './pieces.js';
import { probeSizes } from './probe.js';
import { checkWasmHeap } from './wasm-heap.js';

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;

/** The memory of one training: which micro-batches there is room for, and what is done where there is none. */
export class SessionMemory {
  /** Whether passes are tried out only: no update is to be made of them. */
  isProbing = false;
  readonly #controller: AdaptiveController;
  readonly #guard: MemoryGuard;
  readonly #bound: MemoryBound;
  readonly #base: number;
  readonly #maxMemory: number;
  readonly #release = checkWasmHeap();
  #toProbe: readonly number[];
  #told: number;

  constructor(
    controller: AdaptiveController,
    settings: MemorySettings,
    facts: Pick<RunFacts, 'baseBatchSize' | 'datasetSize' | 'hasBatchNorm'>,
  ) {
    const { maxMicroBatchSize: allowed, maxMemory = defaultMaxMemory(), probeMemory = false } = settings;
    const { baseBatchSize: base, datasetSize = Number.POSITIVE_INFINITY } = facts;
    const largest = Math.min(allowed, controller.maxMicroBatchSize ?? allowed);
    this.#controller = controller;
    this.#base = base;
    this.#maxMemory = maxMemory;
    const least = facts.hasBatchNorm ? Math.max(base, LEAST_NORMALIZED) : base;
    this.#bound = new MemoryBound({ largest, base: least, budget: maxMemory });
    this.#guard = new MemoryGuard(this.#bound, (message) => controller.warn(message));
    this.#told = largest;
    this.#toProbe = probeMemory ? doublings(base, Math.min(largest, datasetSize)) : [];
  }

  /** Largest micro-batch [examples]. */
  get size(): number {
    return this.#bound.size;
  }

  /** Sizes of micro-batches that there is room for, at least `least` of them where the examples suffice [examples]. */
  cut(batchSize: number, least = 1): number[] {
    const { size } = this;
    if (batchSize > size && size < this.#bound.largest && !this.#bound.hasRoomFor(2 * size))
      this.#warnOfBudget(2 * size);
    return cut(batchSize, Math.max(Math.ceil(batchSize / size), least));
  }

  /** Watches a forward pass, so that what it writes can be undone. */
  watch<Result>(forward: () => Result): Result {
    return this.#guard.forward.watch(forward);
  }

  /** Runs a micro-batch: see {@link MemoryGuard.run}. Before the first one, the probe. */
  run(pass: GuardedPass): Tensor[] {
    const sizes = this.#toProbe;
    this.#toProbe = [];
    if (sizes.length > 0 && !pass.isGiven) this.#probe(pass, sizes);
    const isApplied = (): boolean => pass.isApplied() || this.#guard.forward.hasUpdateBegun;
    const isPlain = pass.isPlain && pass.size <= this.#base;
    return this.#guard.run({ ...pass, isApplied, isPlain }, pass.isGiven ? pass.size : this.size);
  }

  /** See {@link MemoryGuard.smaller}. */
  smaller(thrown: unknown, size: number): number[] {
    return this.#guard.smaller(thrown, size, this.#base);
  }

  /** The bound for the observation of a step, where it is another than was told before. */
  tell(): Pick<StepObservation, 'maxMicroBatchSize'> {
    const { size } = this;
    if (size === this.#told) return {};
    this.#told = size;
    return { maxMicroBatchSize: size };
  }

  end(): void {
    this.#release();
  }

  #probe(pass: GuardedPass, sizes: readonly number[]): void {
    const run = (data: Tensor[], size: number): Tensor[] =>
      this.#guard.runPiece({ ...pass, data, size, kind: 'plain' }, { from: 0, size });
    this.isProbing = true;
    const { data } = pass;
    const { forward } = this.#guard;
    const hasRoomFor = (size: number): boolean => this.#bound.hasRoomFor(size);
    const { largest, thrown } = probeSizes({ data, sizes, forward, hasRoomFor, run });
    this.isProbing = false;
    if (thrown === undefined) return;
    const most = Math.max(largest, this.#base);
    this.#bound.lower(most);
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    this.#controller.warn(`the probe found no room above micro-batches of ${most}: ${message}`);
  }

  #warnOfBudget(size: number): void {
    const [bytes, most] = [this.#bound.bytesFor(size), this.#maxMemory].map(megabytes);
    const cause = `a micro-batch of ${size} would take about ${bytes} of tensors, and maxMemory is ${most}`;
    this.#controller.warn(`batches of more than ${size / 2} are accumulated: ${cause}`);
  }
}

/** base, 2·base, 4·base, … up to `most`. */
function doublings(base: number, most: number): number[] {
  const sizes: number[] = [];
  for (let size = base; size <= most; size *= 2) sizes.push(size);
  return sizes;
}
