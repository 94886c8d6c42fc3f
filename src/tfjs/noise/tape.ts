import { engine, getGradient, type Scalar, type Tensor, type Variable, variableGrads } from '@tensorflow/tfjs-core';

type Gradients = (dys: Tensor[]) => { readonly [input: string]: () => Tensor };

/** One operation of a forward pass, as TensorFlow.js tapes it. */
export interface TapeNode {
  /** The kernel, or the scope of an operation with a gradient of its own. */
  readonly name: string;
  readonly inputs: { readonly [input: string]: Tensor };
  readonly outputs: readonly Tensor[];
  readonly attributes: { readonly [name: string]: unknown } | undefined;
  /** What its gradient needs of the forward pass; kept until that has been computed. */
  readonly saved: readonly Tensor[];
  /** Its own gradient, where it is not registered for a kernel. */
  readonly ownGradient: GradientFunction | null;
  /** The entry of the tape; `gradient` is what the backward pass calls. */
  readonly entry: { gradient?: Gradients };
}

type GradientFunction = (
  dy: Tensor | Tensor[],
  saved: readonly Tensor[],
  attributes?: object,
) => { readonly [input: string]: () => Tensor };

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

/** An input as it was saved: inputs themselves may be gone. */
export function savedInput({ name, inputs, saved }: TapeNode, input: string): Tensor | undefined {
  return saved[namesOfSaved(name, inputs).indexOf(input)];
}

/** The gradients of the inputs of a node, from that of its output and from what was saved. */
export function backward(
  { name, attributes, ownGradient }: TapeNode,
  dy: Tensor,
  saved: readonly Tensor[],
): ReturnType<GradientFunction> {
  const gradient = (getGradient(name)?.gradFunc ?? ownGradient) as GradientFunction;
  return gradient(dy, saved, attributes);
}

/** Runs `f`, a forward pass that is being differentiated, and notes its operations. */
export function recordTape<Result>(f: () => Result): { readonly result: Result; readonly nodes: readonly TapeNode[] } {
  const host = internals();
  const add = host.addTapeNode as NonNullable<EngineInternals['addTapeNode']>;
  const nodes: TapeNode[] = [];
  host.addTapeNode = (name, inputs, outputs, ownGradient, saved, attributes) => {
    add.call(host, name, inputs, outputs, ownGradient, saved, attributes);
    const tape = host.state.activeTape;
    const entry = tape?.[tape.length - 1];
    if (entry === undefined) return;
    nodes.push({ name, inputs, outputs, attributes: attributes as TapeNode['attributes'], saved, ownGradient, entry });
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
  const kept: TapeNode[] = [];
  // Plain loops: a recurrent net has thousands of operations.
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i] as TapeNode;
    if (!node.outputs.some(({ id }) => wanted.has(id))) continue;
    for (const input in node.inputs) wanted.add((node.inputs[input] as Tensor).id);
    kept.push(node);
  }
  return kept.reverse();
}

/** Runs what is no part of the pass that is being differentiated: it is not taped, so the tape holds on to nothing of it. */
export function untaped<Result>(run: () => Result): Result {
  const { state } = internals();
  state.kernelDepth++;
  try {
    return run();
  } finally {
    state.kernelDepth--;
  }
}

/**
 * The gradients of a scalar of the forward pass under way, by one backward pass more. Call within {@link untaped}, while the pass is being
 * differentiated.
 */
export function backwardPass(y: Scalar, variables: readonly Variable[]): (Tensor | null)[] {
  const { grads } = variableGrads(() => y, [...variables]);
  return variables.map(({ name }) => grads[name] ?? null);
}
