import { mul, type Optimizer, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { AdamParameters } from '../core/types.js';
import { adamParameters, setAdamParameters } from './optimizer-access.js';

/** Π β, as TensorFlow.js 4 keeps it for the bias correction. */
type Products = { readonly [name in 'accBeta1' | 'accBeta2']?: Variable };

/** Multiplies a running product by β/β′; one that a β of 0 has made 0 stays so. */
function exchangeLast(product: Variable | undefined, from: number, to: number): void {
  if (product === undefined || from === to || from === 0) return;
  tidy(() => product.assign(mul(product, to / from)));
}

/**
 * Keeps the β₁, β₂ and ε that the user made Adam of apart from those that are applied.
 *
 * TensorFlow.js divides the running means by 1 − Π β over the steps so far, and multiplies the next β into the product one step ahead, taking it
 * to be the one before. So where β changes that factor is exchanged; else the first steps after a change would be several times too long.
 */
export class AdamControl {
  readonly #optimizer: Optimizer;
  /** The user's. */
  #base: AdamParameters;
  /** As set here. */
  #applied: AdamParameters;

  /** @param optimizer TensorFlow.js's Adam */
  constructor(optimizer: Optimizer) {
    this.#optimizer = optimizer;
    this.#base = adamParameters(optimizer) as AdamParameters;
    this.#applied = this.#base;
  }

  /** Applies what `over` makes of the user's. */
  apply(over: (base: AdamParameters) => AdamParameters): void {
    const now = adamParameters(this.#optimizer);
    if (now === undefined) return;
    this.#readBase(now);
    const [from, to] = [this.#applied, over(this.#base)];
    const { accBeta1, accBeta2 } = this.#optimizer as unknown as Products;
    exchangeLast(accBeta1, from.beta1, to.beta1);
    exchangeLast(accBeta2, from.beta2, to.beta2);
    setAdamParameters(this.#optimizer, to);
    this.#applied = to;
  }

  /** Whether the batch is so large that nothing is left of the user's β₁. */
  get isWithoutMomentum(): boolean {
    return this.#applied.beta1 === 0 && this.#base.beta1 > 0;
  }

  /** Gives the optimizer the user's back. */
  restore(): void {
    this.apply((base) => base);
  }

  /** A value that is not the one set here is the user's own: the new base. */
  #readBase(now: AdamParameters): void {
    const own = (name: keyof AdamParameters): number =>
      now[name] === this.#applied[name] ? this.#base[name] : now[name];
    this.#base = { beta1: own('beta1'), beta2: own('beta2'), epsilon: own('epsilon') };
  }
}
