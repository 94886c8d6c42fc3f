import { engine, getGradient, type Scalar, type Tensor, type Variable, variableGrads } from '@tensorflow/tfjs-core';

type Gradients = (dys: Tensor[]) => { readonly [input: string]: () => Tensor };

/** One operation of a forward pass, as TensorFlow.js tapes it. */
export interface TapeNode {
  /** The kernel, or the scope of an operation with a gradient of its own. */
  readonly name: string;
  readonly inputs: { readonly [input: string]: Tensor };
  readonly outputs: readonly Tensor[];
  readonly attributes: { readonly [name: string]: unknown };
  /** What its gradient needs of the forward pass; kept until that has been computed. */
  readonly saved: readonly Tensor[];
  /** An input as it was saved: inputs themselves may be gone. */
  readonly savedInput: (input: string) => Tensor | undefined;
  /** The gradients of its inputs, from those of its outputs and from what was saved. */
  readonly backward: (dy: Tensor, saved: readonly Tensor[]) => { readonly [input: string]: () => Tensor };
  /** The entry of the tape; `gradient` is what the backward pass calls. */
  readonly entry: { gradient?: Gradients };
}

type GradientFunction = (
  dy: Tensor | Tensor[],
  saved: readonly Tensor[],
  attributes?: object,
) => ReturnType<TapeNode['backward']>;

/** The parts of TensorFlow.js's engine that the public types leave out. */
type EngineInternals = {
  addTapeNode?: (
    name: string,
    inputs: TapeNode['inputs'],
    outputs: Tensor[],
    gradient: GradientFunction | null,
    saved: Tensor[],
    attributes?: object,
  ) => void;
  readonly state: { activeTape?: TapeNode['entry'][]; kernelDepth: number };
};

function internals(): EngineInternals {
  return engine() as unknown as EngineInternals;
}

/** Whether this TensorFlow.js lets its tape be read. */
export function hasTape(): boolean {
  const { addTapeNode, state } = internals();
  return typeof addTapeNode === 'function' && typeof state?.kernelDepth === 'number';
}

/** Operations with a gradient of their own, several in one, do not say what they save in which order. */
const SAVED_BY_FUSED: Readonly<Record<string, readonly string[]>> = { fusedMatMul: ['0', '1'] };

/** Names of the inputs that are saved, in their order. */
function namesOfSaved(name: string, inputs: TapeNode['inputs']): readonly string[] {
  const { inputsToSave, saveAllInputs } = getGradient(name) ?? {};
  if (saveAllInputs === true) return Object.keys(inputs);
  return inputsToSave ?? SAVED_BY_FUSED[name.split('_')[0] as string] ?? [];
}

/** Runs `f`, a forward pass that is being differentiated, and notes its operations. */
export function recordTape<Result>(f: () => Result): { readonly result: Result; readonly nodes: readonly TapeNode[] } {
  const host = internals();
  const add = host.addTapeNode as NonNullable<EngineInternals['addTapeNode']>;
  const nodes: TapeNode[] = [];
  host.addTapeNode = (name, inputs, outputs, gradient, saved, attributes) => {
    add.call(host, name, inputs, outputs, gradient, saved, attributes);
    const entry = host.state.activeTape?.at(-1);
    if (entry === undefined) return;
    const found = (getGradient(name)?.gradFunc ?? gradient) as GradientFunction;
    const backward: TapeNode['backward'] = (dy, parts) => found(dy, parts, attributes);
    const savedInput = (input: string): Tensor | undefined => saved[namesOfSaved(name, inputs).indexOf(input)];
    nodes.push({ name, inputs, outputs, attributes: { ...attributes }, saved, savedInput, backward, entry });
  };
  try {
    return { result: f(), nodes };
  } finally {
    delete host.addTapeNode;
  }
}

/** The operations that `y` depends on. */
export function leadingTo(y: Tensor, nodes: readonly TapeNode[]): TapeNode[] {
  const wanted = new Set([y.id]);
  const kept = nodes.toReversed().filter(({ inputs, outputs }) => {
    if (!outputs.some(({ id }) => wanted.has(id))) return false;
    for (const input of Object.values(inputs)) wanted.add(input.id);
    return true;
  });
  return kept.reverse();
}

/**
 * The gradients of a scalar of the forward pass under way, by one backward pass more. The pass itself is not taped, so it holds on to nothing.
 * Call while the pass is being differentiated.
 */
export function backwardPass(y: Scalar, variables: readonly Variable[]): (Tensor | null)[] {
  const { state } = internals();
  state.kernelDepth++;
  try {
    const { grads } = variableGrads(() => y, [...variables]);
    return variables.map(({ name }) => grads[name] ?? null);
  } finally {
    state.kernelDepth--;
  }
}
