import {
  add,
  concat,
  mul,
  reshape,
  rsqrt,
  slice,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { direct, reduceToView } from './examples/direct.js';
import type { ExampleGradients } from './examples/example-gradients.js';
import { lookup } from './examples/lookup.js';
import { oneByOne } from './examples/one-by-one.js';
import { product } from './examples/product.js';
import { type Products, rememberedProducts, sequence } from './examples/sequence.js';
import { shaped } from './matrices.js';
import { backward, savedInput } from './tape.js';
import type { Use } from './uses.js';

/** A use with what of the forward and the backward pass its gradients are made of; all kept. */
export interface Taken {
  readonly use: Use;
  readonly parts: readonly Tensor[];
  delta: Tensor | undefined;
  /** Takes the tap off the tape. */
  readonly release: () => void;
}

/** What of the forward pass is needed after it. */
export function partsOf({ kind, node, operand }: Use): readonly Tensor[] {
  if (kind === 'normalized') return ['x', 'mean', 'variance'].map((input) => savedInput(node, input) as Tensor);
  if (kind === 'other') return node.saved;
  return operand === undefined ? [] : [operand];
}

export type Known = Taken & { readonly delta: Tensor };

type Join = (tensors: readonly Tensor[]) => Tensor3D;

/** What the views of one pass have in common. */
export interface Shared {
  readonly batchSize: number;
  readonly join: Join;
  readonly products: Products;
}

/** Joins the rows of tensors, [B·T_i, width] each, to [B, ΣT_i, width]; the same data once only: the weights of a recurrent layer share their deltas. */
function joiner(batchSize: number): Join {
  const numbers = new Map<object, number>();
  const joined = new Map<string, Tensor3D>();
  const numberOf = (data: object): number => {
    if (!numbers.has(data)) numbers.set(data, numbers.size);
    return numbers.get(data) as number;
  };
  return (tensors) => {
    const key = tensors.map(({ dataId }) => numberOf(dataId)).join();
    const known = joined.get(key);
    if (known !== undefined) return known;
    const rows = tensors.map((tensor) => reshape(tensor, [batchSize, -1, tensor.shape.at(-1) as number]) as Tensor3D);
    const made = rows.length === 1 ? (rows[0] as Tensor3D) : concat(rows, 1);
    joined.set(key, made);
    return made;
  };
}

/** The rows of a tensor that holds one row an example, where it is the only one: nothing to be joined. */
function onlyRows(tensors: readonly Tensor[], batchSize: number): Tensor2D | undefined {
  const [first] = tensors as [Tensor];
  const isOnce = tensors.length === 1 && first.size === batchSize * (first.shape.at(-1) as number);
  return isOnce ? shaped(first, [batchSize, -1]) : undefined;
}

function fromProducts(taken: readonly Known[], { batchSize, join, products }: Shared): ExampleGradients {
  const inputs = taken.map(({ parts }) => parts[0] as Tensor);
  const deltas = taken.map(({ delta }) => delta);
  const [a, d] = [onlyRows(inputs, batchSize), onlyRows(deltas, batchSize)];
  return a && d ? product(a, d) : sequence(join(inputs), join(deltas), products);
}

/** What the view's entries are multiplied by, times the delta. */
function factored({ use, parts, delta }: Known): Tensor {
  if (use.kind === 'scale') return mul(delta, parts[0] as Tensor);
  if (use.kind !== 'normalized') return use.sign === undefined ? delta : mul(delta, use.sign);
  const [x, mean, variance] = parts as [Tensor, Tensor, Tensor];
  const deviation = rsqrt(add(variance, use.node.attributes?.varianceEpsilon as number));
  return mul(delta, mul(sub(x, mean), deviation));
}

function fromRows(taken: readonly Known[], { batchSize, join }: Shared): ExampleGradients {
  const shapes = taken.map(({ use }) => (use.node.inputs[use.input] as Tensor).shape);
  const isVector = shapes.every((shape) => shape.length === 1);
  // Vectors along the last axis, biases, need no sum before they are joined.
  const rows = taken.map((one, i) =>
    isVector ? factored(one) : reduceToView(factored(one), shapes[i] as number[], batchSize),
  );
  return direct(onlyRows(rows, batchSize) ?? sum(join(rows), 1));
}

function fromLookups(taken: readonly Known[], { batchSize, join }: Shared): ExampleGradients {
  const width = (taken[0] as Known).delta.shape.at(-1) as number;
  const indices = join(taken.map(({ parts }) => reshape(parts[0] as Tensor, [-1, 1])));
  const deltas = join(taken.map(({ delta }) => reshape(delta, [-1, width])));
  const { view } = (taken[0] as Known).use;
  return lookup(reshape(indices, [batchSize, -1]) as Tensor2D, deltas, view.size / width);
}

function fromLayers(taken: readonly Known[], { batchSize }: Shared): ExampleGradients {
  const gradientOf = ({ use, parts, delta }: Known, rows: (tensor: Tensor) => Tensor): Tensor => {
    const { node, input } = use;
    const weights = (node.inputs[input] as Tensor).dataId;
    const saved = parts.map((part) => (part.dataId === weights || part.shape[0] !== batchSize ? part : rows(part)));
    const gradient = backward(node, rows(delta), saved)[input] as () => Tensor;
    return gradient();
  };
  const together = (rows: (tensor: Tensor) => Tensor): Tensor =>
    taken.map((one) => gradientOf(one, rows)).reduce((sum, one) => add(sum, one));
  return oneByOne(
    batchSize,
    (example) => together((tensor) => slice(tensor, example, 1)),
    () => together((tensor) => tensor),
  );
}

/** How the gradients of the examples are made of uses of each kind; uses of one view are of one family. */
export const FAMILIES = {
  product: fromProducts,
  shift: fromRows,
  scale: fromRows,
  normalized: fromRows,
  spread: fromRows,
  lookup: fromLookups,
  other: fromLayers,
} as const;

/** What the views of one pass share. @param kept gets what outlives the tidy that it is made in, the caller's to dispose of */
export function sharedIn(batchSize: number, kept: Map<number, Tensor3D>): Shared {
  return { batchSize, join: joiner(batchSize), products: rememberedProducts(kept) };
}
