import {
  add,
  dispose,
  keep,
  type Scalar,
  type Tensor,
  type Tensor3D,
  type Variable,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { isDeferrable, signatureOf, withoutWeights } from './deferral.js';
import { FAMILIES, type Known, partsOf, sharedIn, type Taken } from './example-families.js';
import type { ExampleGradients } from './examples/example-gradients.js';
import type { GradientList } from './gradient-list.js';
import { grouped } from './grouped.js';
import { shaped } from './matrices.js';
import { attempt, type Pass } from './measurement.js';
import { leadingTo, recordTape, type TapeNode } from './tape.js';
import { findUses, type Use } from './uses.js';
import type { View } from './view.js';

/** The gradients of the examples for what one view shows. */
export interface ViewGradients {
  readonly view: View;
  readonly gradients: ExampleGradients;
  /** Whether the variable's gradient has a part besides, the same for every example. */
  readonly isPenalized: boolean;
  /** To be called where they have been found to add up to the gradient of the batch. */
  readonly verify?: () => void;
}

/**
 * Listens in on a forward and backward pass and keeps what the gradients of the examples can be made of: inputs and deltas of the layers.
 * That is no copy of anything, but the activations stay until {@link dispose}.
 */
export class ExampleTap {
  readonly #variables: readonly Variable[];
  readonly #batchSize: number;
  readonly #isThorough: boolean;
  readonly #taken: Taken[] = [];
  readonly #verified: Set<string>;
  readonly #zeros = new Map<string, Tensor>();
  readonly #products = new Map<number, Tensor3D>();
  #unknown: ReadonlySet<number> = new Set();
  #penalized: ReadonlySet<number> = new Set();

  constructor({ variables, batchSize, isThorough, verified }: Pass) {
    this.#isThorough = isThorough;
    this.#variables = variables;
    this.#batchSize = batchSize;
    this.#verified = verified;
  }

  /** Runs `f`, which is being differentiated. */
  watch(f: () => Scalar): Scalar {
    const { result, nodes } = recordTape(f);
    if (attempt(() => this.#follow(leadingTo(result, nodes))) === undefined) {
      for (const { release } of this.#taken.toReversed()) release();
      this.dispose();
    }
    return result;
  }

  /** The gradients of the pass with those that it left out; those given for them are disposed of. @param variables that they are of */
  complete(variables: readonly Variable[], gradients: GradientList): GradientList {
    if (this.#zeros.size === 0) return gradients;
    const list = [...gradients];
    for (const { view, gradients: examples } of this.gradients(variables)) {
      const part = list[view.variable];
      if (part == null || !this.#zeros.has(view.key)) continue;
      list[view.variable] = keep(add(part, shaped(examples.total(), part.shape)));
      part.dispose();
    }
    return list;
  }

  /**
   * The gradients of the examples, view by view; variables that are used in ways not known are left out. Call within a tidy.
   * @param variables in which the views' `variable` is a place; those not among them are left out
   */
  gradients(variables: readonly Variable[]): ViewGradients[] {
    const seen = this.#taken.filter((taken): taken is Known => taken.delta !== undefined);
    const byKey = grouped(seen, ({ use }) => use.view.key);
    const groups = [...byKey.values()].filter((group) => this.#isSeparate(group, byKey));
    const shared = sharedIn(this.#batchSize, this.#products);
    return groups.flatMap((taken) => {
      const { kind, view } = (taken[0] as Known).use;
      const variable = variables.indexOf(this.#variables[view.variable] as Variable);
      if (variable < 0) return [];
      const gradients = FAMILIES[kind](taken, shared);
      const isPenalized = this.#penalized.has(view.variable);
      const verify = (): void => {
        if (!isPenalized) this.#verified.add(signatureOf(taken.map(({ use }) => use)));
      };
      return { view: { ...view, variable }, gradients, isPenalized, verify };
    });
  }

  dispose(): void {
    for (const { parts, delta } of this.#taken.splice(0)) dispose([...parts, ...(delta === undefined ? [] : [delta])]);
    dispose([...this.#zeros.values(), ...this.#products.values()]);
    this.#zeros.clear();
    this.#products.clear();
  }

  /** Whether all uses of a view are of one kind and no other view of the variable overlaps it. */
  #isSeparate(group: readonly Known[], byKey: ReadonlyMap<string, readonly Known[]>): boolean {
    const [{ use }] = group as [Known];
    const views = [...byKey.values()].map(([first]) => (first as Known).use.view);
    const seen = views
      .filter(({ variable }) => variable === use.view.variable)
      .reduce((sum, { size }) => sum + size, 0);
    const isWithin = seen <= (this.#variables[use.view.variable] as Variable).size;
    return isWithin && group.every((one) => FAMILIES[one.use.kind] === FAMILIES[use.kind]);
  }

  #follow(nodes: readonly TapeNode[]): true {
    const { uses, unknown, penalized } = findUses(nodes, this.#variables, this.#batchSize);
    this.#unknown = unknown;
    this.#penalized = penalized;
    const known = uses.filter((use) => this.#isKnown(use));
    for (const ofVariable of grouped(known, ({ view }) => view.variable).values()) {
      const views = grouped(ofVariable, ({ view }) => view.key);
      for (const ofView of views.values()) this.#takeAll(ofView, views.size === 1);
    }
    return true;
  }

  #isKnown({ kind, view }: Use): boolean {
    return !this.#unknown.has(view.variable) && (this.#isThorough || kind !== 'other');
  }

  /** Takes all uses of one view; once it has been seen to be right, leaves the gradient of its variable to {@link complete} where that spares work. */
  #takeAll(uses: readonly Use[], isOnlyView: boolean): void {
    const { view } = uses[0] as Use;
    const isDeferred = isOnlyView && isDeferrable(uses) && this.#verified.has(signatureOf(uses));
    const zero = isDeferred ? keep(zerosLike(this.#variables[view.variable] as Variable)) : undefined;
    if (zero !== undefined) this.#zeros.set(view.key, zero);
    for (const use of uses) this.#take(use, zero);
  }

  #take(use: Use, zero: Tensor | undefined): void {
    const { entry } = use.node;
    const own = entry.gradient;
    if (own === undefined) return;
    const release = (): void => {
      entry.gradient = own;
    };
    const parts = partsOf(use).map((part) => keep(part.clone()));
    const taken: Taken = { use, parts, delta: undefined, release };
    this.#taken.push(taken);
    const gradient = zero === undefined ? own : withoutWeights(use, own, zero);
    entry.gradient = (dys) => {
      if (dys[0] != null) taken.delta = keep(dys[0].clone());
      return gradient(dys);
    };
  }
}
