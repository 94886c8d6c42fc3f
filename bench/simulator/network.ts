import { normal } from './normal.js';
import { combine, dots } from './products.js';

/** Softmax cross-entropy over classes, or the mean over the outputs of the squared error. */
export type LossKind = 'crossEntropy' | 'squaredError';

/** Examples in rows. */
export interface Examples {
  readonly count: number;
  /** count × features. */
  readonly inputs: Float64Array;
  /** A class each, or the values of one output. */
  readonly targets: Float64Array;
}

/** A dense layer: its weights [units × inputs] and offsets are views of the whole model's. */
export interface Layer {
  readonly name: string;
  readonly inputs: number;
  readonly units: number;
  /** Place of its weights in the model's; its offsets come right after. */
  readonly start: number;
  readonly weights: Float64Array;
  readonly offsets: Float64Array;
  readonly weightGradient: Float64Array;
  readonly offsetGradient: Float64Array;
}

/** What one pass left behind: a_l, the layer's inputs, and δ_l, each example's own, not divided by the batch. */
interface Rows {
  readonly inputs: Float64Array;
  readonly deltas: Float64Array;
}

function rowsFor(layers: readonly Layer[], capacity: number): Rows[] {
  return layers.map(({ inputs, units }) => ({
    inputs: new Float64Array(capacity * inputs),
    deltas: new Float64Array(capacity * units),
  }));
}

/**
 * A perceptron of any number of hidden ReLU layers, none for a (softmax) regression; all numbers are doubles, in flat arrays.
 *
 * {@link pass} leaves the mean gradient in {@link gradient}, and inputs and deltas of every example in {@link rows}.
 */
export class Network {
  readonly layers: readonly Layer[];
  /** θ, all weights and offsets. */
  readonly weights: Float64Array;
  /** g, the mean gradient of the batch. */
  readonly gradient: Float64Array;
  readonly #loss: LossKind;
  #rows: Rows[];
  #output: Float64Array;
  #capacity = 256;

  /** @param sizes features, units of the hidden layers, outputs */
  constructor(sizes: readonly number[], loss: LossKind, random: () => number) {
    const pairs = sizes.slice(1).map((units, i) => ({ inputs: sizes[i] as number, units }));
    const parameters = pairs.reduce((sum, { inputs, units }) => sum + (inputs + 1) * units, 0);
    this.weights = new Float64Array(parameters);
    this.gradient = new Float64Array(parameters);
    let start = 0;
    this.layers = pairs.map(({ inputs, units }, i) => {
      const [from, middle] = [start, start + inputs * units];
      start = middle + units;
      const cut = (all: Float64Array) => [all.subarray(from, middle), all.subarray(middle, start)] as const;
      const [weights, offsets] = cut(this.weights);
      const [weightGradient, offsetGradient] = cut(this.gradient);
      const isLast = i === pairs.length - 1;
      // He's spread for ReLU, Glorot's for the last layer.
      const spread = Math.sqrt(2 / (isLast ? inputs + units : inputs));
      for (let k = 0; k < weights.length; k++) weights[k] = spread * normal(random);
      return { name: `dense${i + 1}`, inputs, units, start: from, weights, offsets, weightGradient, offsetGradient };
    });
    this.#loss = loss;
    this.#rows = rowsFor(this.layers, this.#capacity);
    this.#output = new Float64Array(this.#capacity * this.#outputs);
  }

  /** Inputs and deltas of each layer, from the last {@link pass}. */
  get rows(): readonly Rows[] {
    return this.#rows;
  }

  get #outputs(): number {
    return (this.layers.at(-1) as Layer).units;
  }

  /** Forward and backward over the examples in `order[from..from + count)`. @returns their mean loss */
  pass(examples: Examples, order: Int32Array, from: number, count: number): number {
    this.#load(examples, order, from, count);
    this.#forward(count);
    const loss = this.#outputDeltas(examples, order, from, count) / count;
    this.#backward(count);
    return loss;
  }

  /** Mean loss, and share of right answers (for a regression: 1 less the share of the variance left unexplained). */
  evaluate(examples: Examples): { readonly loss: number; readonly metric: number } {
    const { count, targets } = examples;
    const order = Int32Array.from({ length: count }, (_, i) => i);
    let [loss, right, squares, sum] = [0, 0, 0, 0];
    for (let from = 0; from < count; from += 256) {
      const size = Math.min(256, count - from);
      this.#load(examples, order, from, size);
      this.#forward(size);
      right += this.#right(targets, from, size);
      loss += this.#outputDeltas(examples, order, from, size);
    }
    if (this.#loss === 'crossEntropy') return { loss: loss / count, metric: right / count };
    for (const target of targets) {
      sum += target;
      squares += target * target;
    }
    return { loss: loss / count, metric: 1 - loss / (squares - (sum * sum) / count) };
  }

  #load({ inputs }: Examples, order: Int32Array, from: number, count: number): void {
    if (count > this.#capacity) {
      this.#capacity = count;
      this.#rows = rowsFor(this.layers, count);
      this.#output = new Float64Array(count * this.#outputs);
    }
    const features = (this.layers[0] as Layer).inputs;
    const { inputs: batch } = this.#rows[0] as Rows;
    for (let row = 0; row < count; row++) {
      const at = (order[from + row] as number) * features;
      for (let k = 0; k < features; k++) batch[row * features + k] = inputs[at + k] as number;
    }
  }

  #forward(count: number): void {
    this.layers.forEach(({ weights, offsets, inputs, units }, l) => {
      const isLast = l === this.layers.length - 1;
      const out = isLast ? this.#output : (this.#rows[l + 1] as Rows).inputs;
      dots(out, (this.#rows[l] as Rows).inputs, weights, count, units, inputs);
      for (let row = 0, at = 0; row < count; row++) {
        for (let unit = 0; unit < units; unit++, at++) {
          const value = (out[at] as number) + (offsets[unit] as number);
          out[at] = isLast || value > 0 ? value : 0;
        }
      }
    });
  }

  #right(targets: Float64Array, from: number, count: number): number {
    const [units, output] = [this.#outputs, this.#output];
    let right = 0;
    for (let row = 0; row < count; row++) {
      let best = 0;
      for (let unit = 1; unit < units; unit++) {
        if ((output[row * units + unit] as number) > (output[row * units + best] as number)) best = unit;
      }
      if (best === targets[from + row]) right++;
    }
    return right;
  }

  /** δ of the last layer: the gradient of each example's loss by its outputs. @returns the sum of the losses */
  #outputDeltas({ targets }: Examples, order: Int32Array, from: number, count: number): number {
    const [units, output] = [this.#outputs, this.#output];
    const { deltas } = this.#rows.at(-1) as Rows;
    let loss = 0;
    for (let row = 0; row < count; row++) {
      const at = row * units;
      const target = targets[order[from + row] as number] as number;
      if (this.#loss === 'squaredError') {
        const error = (output[at] as number) - target;
        loss += error * error;
        deltas[at] = 2 * error;
      } else loss += softmaxDeltas(output, deltas, at, units, target);
    }
    return loss;
  }

  #backward(count: number): void {
    for (let l = this.layers.length - 1; l >= 0; l--) {
      const { weights, weightGradient, offsetGradient, inputs, units } = this.layers[l] as Layer;
      const { inputs: a, deltas } = this.#rows[l] as Rows;
      combine(weightGradient, deltas, a, { bySummed: units, byRow: 1 }, units, count, inputs);
      offsetGradient.fill(0);
      for (let row = 0, at = 0; row < count; row++) {
        for (let unit = 0; unit < units; unit++, at++) {
          offsetGradient[unit] = (offsetGradient[unit] as number) + (deltas[at] as number);
        }
      }
      if (l === 0) continue;
      const before = (this.#rows[l - 1] as Rows).deltas;
      combine(before, deltas, weights, { bySummed: 1, byRow: units }, count, units, inputs);
      for (let k = 0; k < count * inputs; k++) if (!((a[k] as number) > 0)) before[k] = 0;
    }
    const { gradient } = this;
    for (let k = 0; k < gradient.length; k++) gradient[k] = (gradient[k] as number) / count;
  }
}

/** p − onehot(target) of one row. @returns −ln p(target) */
function softmaxDeltas(output: Float64Array, deltas: Float64Array, at: number, units: number, target: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let unit = 0; unit < units; unit++) most = Math.max(most, output[at + unit] as number);
  let sum = 0;
  for (let unit = 0; unit < units; unit++) {
    const value = Math.exp((output[at + unit] as number) - most);
    deltas[at + unit] = value;
    sum += value;
  }
  for (let unit = 0; unit < units; unit++) deltas[at + unit] = (deltas[at + unit] as number) / sum;
  deltas[at + target] = (deltas[at + target] as number) - 1;
  return Math.log(sum) - ((output[at + target] as number) - most);
}
