import { matMul, reshape, type Tensor, transpose } from '@tensorflow/tfjs-core';
import { shaped, transposesBeforehand } from './matrices.js';
import { savedInput, type TapeNode } from './tape.js';
import type { Use } from './uses.js';

type Gradients = NonNullable<TapeNode['entry']['gradient']>;

/** What a layer does with a variable, as far as it can go wrong: whatever was right for it once is right for its equals. */
export function signatureOf(uses: readonly Use[]): string {
  const { view } = uses[0] as Use;
  const each = uses.map(({ kind, operand, node }) => `${kind} ${operand?.shape} ${node.outputs[0]?.shape}`);
  return [view.key, ...each].join('; ');
}

/**
 * Whether the gradient of a variable can be left out of the backward pass and made of all its inputs and deltas at once: where layers use it as it is. A
 * recurrent net then spares a product and a sum for each of its time steps; and on the wasm backend the one product is one that it is fast at, also for a
 * variable that is used once.
 */
export function isDeferrable(uses: readonly Use[]): boolean {
  const isWhole = ({ view }: Use): boolean => view.key === String(view.variable);
  const isAlone = ({ node, input }: Use): boolean => node.inputs['2'] === undefined && input !== '2';
  const isProduct = uses.every(({ kind }) => kind === 'product') && (uses.length > 1 || transposesBeforehand());
  const isRepeatedShift = uses.length > 1 && uses.every(({ kind }) => kind === 'shift');
  return (isProduct || isRepeatedShift) && uses.every((use) => isWhole(use) && isAlone(use));
}

/** The gradient of a fused product with respect to its first factor, dy·bᵀ: its own computes that of the weights too, asked or not. */
function gradientOfInputs(node: TapeNode, dy: Tensor): Tensor {
  const [a, b] = [savedInput(node, '0') as Tensor, savedInput(node, '1') as Tensor];
  const weights = shaped(b, b.shape.slice(-2) as [number, number]);
  const rows = shaped(dy, [-1, dy.shape.at(-1) as number]);
  return shaped(matMul(rows, transpose(weights)), a.shape);
}

/** The gradients of an operation, that of the variable left out: `zero`, of as many entries, stands for it. */
export function withoutWeights({ node, input }: Use, gradient: Gradients, zero: Tensor): Gradients {
  const { shape } = node.inputs[input] as Tensor;
  const none = { [input]: () => reshape(zero, shape) };
  if (!node.name.startsWith('fusedMatMul')) return (dys) => ({ ...gradient(dys), ...none });
  return (dys) => ({ 0: () => gradientOfInputs(node, dys[0] as Tensor), ...none });
}
