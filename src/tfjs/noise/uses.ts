import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { savedInput, type TapeNode } from './tape.js';
import { splitView, transposedView, type View, wholeView } from './view.js';

/**
 * How a layer brings a variable W and its examples together:
 * - `product`: rows of inputs times W, [R, in]·[in, out]
 * - `shift`: W added to every row
 * - `scale`: W times the entries of every row; or of what a batch normalization has normalized
 * - `spread`: W repeated for every row
 * - `lookup`: rows of W by index
 * - `other`: known to keep the examples of its first axis apart; differentiated example by example
 */
type UseKind = 'product' | 'shift' | 'scale' | 'normalized' | 'spread' | 'lookup' | 'other';

/** One operation on a variable, or on a view of it, and on the examples of the batch. */
export interface Use {
  readonly kind: UseKind;
  readonly view: View;
  readonly node: TapeNode;
  /** Name of the input that is the view. */
  readonly input: string;
  /** The other input, where there is one: layer inputs, factors, indices. */
  readonly operand?: Tensor;
  /** −1 where the view is subtracted. */
  readonly sign?: -1;
}

/** What a forward pass does with the variables. */
export interface UsesOfVariables {
  readonly uses: readonly Use[];
  /** Variables that something is done with that is not known here. */
  readonly unknown: ReadonlySet<number>;
  /** Variables that the loss also has a term of which no example is part of: weight decay. */
  readonly penalized: ReadonlySet<number>;
}

const SAME_ENTRIES = new Set(['Reshape', 'Cast', 'Identity', 'ExpandDims', 'Squeeze']);
const BY_EXAMPLE: Readonly<Record<string, string>> = {
  Conv2D: 'filter',
  DepthwiseConv2dNative: 'filter',
  Conv3D: 'filter',
  Conv2DBackpropInput: 'filter',
  Prelu: 'alpha',
};

/** Whether `rows` of an operation are the examples of the batch, each of them once or several times in a row. */
function holdsExamples({ shape }: Tensor, batchSize: number): boolean {
  const rows = shape.find((length) => length !== 1) ?? 1;
  return shape.length > 0 && rows % batchSize === 0;
}

/** Whether `small` is repeated along the axis of the examples of `output`, and along any other axis as a whole or not at all. */
function isRepeated(small: Tensor, output: Tensor): boolean {
  const examples = output.shape.findIndex((length) => length !== 1);
  const offset = output.rank - small.rank;
  const isOne = (axis: number): boolean => axis < offset || small.shape[axis - offset] === 1;
  return isOne(examples) && output.shape.every((length, axis) => isOne(axis) || small.shape[axis - offset] === length);
}

type Found = Pick<Use, 'kind'> & Partial<Pick<Use, 'operand' | 'sign'>>;

function productOf(node: TapeNode, input: string): Found | undefined {
  const { inputs, attributes } = node;
  const [a, b] = [savedInput(node, 'a') ?? savedInput(node, '0'), inputs.b ?? inputs[1]];
  if (a === undefined || b === undefined || b !== inputs[input] || attributes?.transposeA === true) return undefined;
  const isMatrix = b.shape.slice(0, -2).every((length) => length === 1);
  return isMatrix ? { kind: 'product', operand: a } : undefined;
}

/** The use that `node` makes of its input, if it is one that is known. */
function useOf(node: TapeNode, input: string, batchSize: number): Found | undefined {
  const { name, inputs, outputs } = node;
  const [output] = outputs as [Tensor];
  const view = inputs[input] as Tensor;
  const other = Object.keys(inputs).find((key) => key !== input);
  if (!holdsExamples(output, batchSize)) return undefined;
  if (name === 'BatchMatMul') return productOf(node, input);
  if (name.startsWith('fusedMatMul')) return input === '2' ? { kind: 'shift' } : productOf(node, input);
  if (name.startsWith('fusedConv2d') || name.startsWith('fusedDepthwiseConv2d')) {
    if (input === '0') return undefined;
    return input === '2' ? { kind: 'shift' } : { kind: 'other' };
  }
  if (name === 'GatherV2' && input === 'x') return { kind: 'lookup', operand: savedInput(node, 'indices') as Tensor };
  if (name === 'FusedBatchNorm' && input === 'offset') return { kind: 'shift' };
  if (name === 'FusedBatchNorm' && input === 'scale') return { kind: 'normalized' };
  if (BY_EXAMPLE[name] === input) return { kind: 'other' };
  if (!isRepeated(view, output)) return undefined;
  if (name === 'Tile') return { kind: 'spread' };
  if (name === 'Add') return { kind: 'shift' };
  if (name === 'Sub') return input === 'b' ? { kind: 'shift', sign: -1 } : { kind: 'shift' };
  if (name === 'Multiply' && other !== undefined) return { kind: 'scale', operand: savedInput(node, other) as Tensor };
  return undefined;
}

/** The views that an operation makes of a view; undefined where it does more than move entries about. */
function viewsOf({ name, inputs, outputs, attributes }: TapeNode, view: View): readonly View[] | undefined {
  const shape = Object.values(inputs)[0]?.shape as number[];
  if (SAME_ENTRIES.has(name)) return [view];
  if (name === 'Transpose') return [transposedView(view, shape, attributes?.perm as number[])];
  if (name !== 'SplitV') return undefined;
  const axis = attributes?.axis as number;
  const sizes = outputs.map((output) => output.shape[axis] as number);
  return sizes.map((_size, part) => splitView(view, shape, { sizes, axis, part }));
}

/** Product of the last two axes swapped, for `a·bᵀ`. */
function inPlace(found: Found, view: View, { inputs, attributes }: TapeNode, input: string): View {
  if (found.kind !== 'product' || attributes?.transposeB !== true) return view;
  const [rows, columns] = (inputs[input] as Tensor).shape.slice(-2) as [number, number];
  return transposedView(view, [rows, columns], [1, 0]);
}

/**
 * Follows the variables through a forward pass.
 * @param nodes in their order, those that lead to the loss
 */
export function findUses(
  nodes: readonly TapeNode[],
  variables: readonly Variable[],
  batchSize: number,
): UsesOfVariables {
  const views = new Map<number, View>(variables.map((variable, i) => [variable.id, wholeView(i, variable)]));
  /** Tensors made of variables alone, by the variables that they are made of. */
  const derived = new Map<number, ReadonlySet<number>>();
  const uses: Use[] = [];
  const unknown = new Set<number>();
  const penalized = new Set<number>();
  for (const node of nodes) {
    const entries = Object.entries(node.inputs);
    if (!entries.some(([, { id }]) => views.has(id) || derived.has(id))) continue;
    const rest: number[] = [];
    for (const [input, { id }] of entries) {
      const view = views.get(id);
      for (const variable of derived.get(id) ?? []) rest.push(variable);
      if (view === undefined) continue;
      const moved = viewsOf(node, view);
      const found = moved === undefined ? useOf(node, input, batchSize) : undefined;
      if (moved !== undefined) for (const [i, { id }] of node.outputs.entries()) views.set(id, moved[i] as View);
      else if (found !== undefined) uses.push({ ...found, view: inPlace(found, view, node, input), node, input });
      else rest.push(view.variable);
    }
    if (rest.length === 0) continue;
    const isOwn = ({ id, size }: Tensor): boolean => size === 1 || derived.has(id) || views.has(id);
    const isPenalty = node.outputs.every(({ size }) => size === 1) && node.name === 'Add';
    if (!entries.every(([, tensor]) => isOwn(tensor))) for (const variable of rest) unknown.add(variable);
    else if (isPenalty) for (const variable of rest) penalized.add(variable);
    else for (const { id } of node.outputs) derived.set(id, new Set(rest));
  }
  return { uses, unknown, penalized };
}
