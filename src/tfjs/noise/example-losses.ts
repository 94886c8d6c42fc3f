import { mul, reshape, type Scalar, type Tensor, type Tensor1D, type Variable } from '@tensorflow/tfjs-core';
import { attempt } from './measurement.js';
import { backwardPass, leadingTo, recordTape, type TapeNode } from './tape.js';

const REDUCTIONS = new Set(['Sum', 'Mean']);

/** Where the losses of the examples become one: their tensor, [B·T, …]. */
function isReduction({ name, inputs, outputs }: TapeNode, batchSize: number): boolean {
  const rows = inputs.x?.shape.find((length) => length !== 1) ?? 0;
  return REDUCTIONS.has(name) && outputs.every(({ size }) => size === 1) && rows > 0 && rows % batchSize === 0;
}

/** The operations that sum the losses of the examples up; undefined where examples reach the loss in any other way. */
function reductionsOf(
  nodes: readonly TapeNode[],
  variables: readonly Variable[],
  batchSize: number,
): { readonly reductions: readonly TapeNode[]; readonly hasPenalty: boolean } | undefined {
  /** Made of variables alone. */
  const own = new Set(variables.map(({ id }) => id));
  /** Made of variables and examples. */
  const mixed = new Set<number>();
  const found: TapeNode[] = [];
  for (const node of nodes) {
    const inputs = Object.values(node.inputs);
    const isMixed = inputs.some(({ id }) => mixed.has(id));
    const hasOwn = inputs.some(({ id }) => own.has(id));
    if (isMixed && isReduction(node, batchSize)) found.push(node);
    else if (isMixed || (hasOwn && inputs.some(({ id, size }) => !own.has(id) && size > 1))) {
      if (batchSize > 1 && node.outputs.some(({ size }) => size === 1)) return undefined;
      for (const { id } of node.outputs) mixed.add(id);
    } else if (hasOwn) for (const { id } of node.outputs) own.add(id);
  }
  const last = nodes.at(-1)?.outputs ?? [];
  return found.length > 0 ? { reductions: found, hasPenalty: last.some(({ id }) => own.has(id)) } : undefined;
}

/** The gradients of a weighted sum of the examples' losses. */
export interface ExampleLosses {
  /** Whether the loss has a part that no example has: weight decay. */
  readonly hasPenalty: boolean;
  /** Σ_j w_j ∇(share of example j in the batch's loss), with every part of the loss that no example has; absent weights: all 1. */
  backward(weights?: Tensor1D): (Tensor | null)[];
}

/**
 * Runs the forward pass `f`, which is being differentiated, so that it can be differentiated for some of its examples.
 * @returns undefined losses where the examples' cannot be told apart; the loss itself is there all the same
 */
export function exampleLosses(
  f: () => Scalar,
  variables: readonly Variable[],
  batchSize: number,
): { readonly loss: Scalar; readonly losses: ExampleLosses | undefined } {
  const { result: loss, nodes } = recordTape(f);
  const found = attempt(() => reductionsOf(leadingTo(loss, nodes), variables, batchSize));
  if (found === undefined) return { loss, losses: undefined };
  let weights: Tensor1D | undefined;
  for (const { entry } of found.reductions) {
    const { gradient } = entry;
    if (gradient === undefined) continue;
    entry.gradient = (dys) => {
      const gradients = gradient(dys);
      const { x } = gradients;
      if (weights === undefined || x === undefined) return gradients;
      const factors = weights;
      const weigh = (rows: Tensor): Tensor =>
        reshape(mul(reshape(rows, [batchSize, -1]), reshape(factors, [batchSize, 1])), rows.shape);
      return { ...gradients, x: () => weigh(x()) };
    };
  }
  const backward = (given?: Tensor1D): (Tensor | null)[] => {
    weights = given;
    try {
      return backwardPass(loss, variables);
    } finally {
      weights = undefined;
    }
  };
  return { loss, losses: { hasPenalty: found.hasPenalty, backward } };
}
