import { dispose, stack, Tensor, type TensorContainer, type TensorLike, tensor, tidy } from '@tensorflow/tfjs-core';
import { chosenRows, type RowArray, type Rows, rowsFromArray, rowsFromTensor } from './rows.js';

/** One input or target, or several: by position or by name. */
export type Container<Leaf> = Leaf | readonly Leaf[] | { readonly [name: string]: Leaf };

/** Tensors or typed arrays that hold all examples; the first axis counts them. */
export interface ArraySource {
  readonly xs: Container<Tensor | RowArray>;
  readonly ys: Container<Tensor | RowArray>;
}

/** An unbatched stream of examples, for example a `tf.data.Dataset` of `{xs, ys}`. */
export interface StreamSource {
  iterator(): Promise<{ next(): Promise<IteratorResult<unknown>> }>;
}

/** What batches can be cut from. */
export type BatchSource = ArraySource | StreamSource;

/** A batch or a piece of one: tensors in the containers of the source. */
export type Batch = { xs: Tensor | Tensor[] | Record<string, Tensor>; ys: Tensor | Tensor[] | Record<string, Tensor> };

type BatchPart<Part> = Part extends Tensor | RowArray
  ? Tensor
  : Part extends readonly unknown[]
    ? Tensor[]
    : { [Name in keyof Part]: Tensor };

/** The batches of a source: a tensor where it has a tensor or typed array, the same container where it has several. */
export type BatchOf<Source extends BatchSource> = Source extends ArraySource
  ? { xs: BatchPart<Source['xs']>; ys: BatchPart<Source['ys']> }
  : Batch;

/** One pass over the data. */
export interface Cursor {
  /** Makes up to `count` examples ready. @returns how many there are, fewer only at the end */
  reserve(count: number): Promise<number>;
  /** Takes `count` of the examples made ready. */
  take(count: number): Batch;
  /** Drops what was made ready and not taken. */
  dispose(): void;
}

/** Data that can be passed over again and again. */
export interface OpenSource {
  /** Examples in one pass, where known. */
  readonly size: number | undefined;
  pass(): Promise<Cursor>;
}

/** How the examples are ordered. */
export interface OrderOptions {
  readonly shuffle: boolean;
  readonly random: () => number;
}

function isRowArray(value: unknown): value is RowArray {
  return typeof value === 'object' && value !== null && 'values' in value && 'shape' in value;
}

/** The leaves of a container and the way back. */
function open<Leaf extends object, Made>(
  container: Container<Leaf>,
  isLeaf: (value: unknown) => boolean,
): { names: string[]; leaves: Leaf[]; close: (made: Made[]) => Container<Made> } {
  if (isLeaf(container)) {
    return { names: [''], leaves: [container as Leaf], close: (made) => made[0] as Made };
  }
  const names = Object.keys(container);
  const leaves = Object.values(container) as Leaf[];
  const close = (made: Made[]): Container<Made> =>
    Array.isArray(container) ? made : Object.fromEntries(made.map((value, i) => [names[i] as string, value]));
  return { names, leaves, close };
}

/** In place, as `tf.util.shuffle` does it: the same order for the same random numbers. */
function shuffleInPlace(indices: Int32Array, random: () => number): void {
  for (let left = indices.length; left > 0; ) {
    const picked = (random() * left) | 0;
    left--;
    const held = indices[left] as number;
    indices[left] = indices[picked] as number;
    indices[picked] = held;
  }
}

/** Cuts one shuffled pass after the other out of rows; `assemble` puts the tensors of a batch together. */
export function rowSource(
  rows: readonly Rows[],
  order: OrderOptions,
  assemble: (taken: Tensor[]) => Batch,
): OpenSource {
  const size = (rows[0] as Rows).count;
  const indices = new Int32Array(size).map((_, i) => i);
  return {
    size,
    async pass() {
      if (order.shuffle) shuffleInPlace(indices, order.random);
      let position = 0;
      return {
        reserve: async (count) => Math.min(count, size - position),
        take(count) {
          const chosen = chosenRows(indices.subarray(position, position + count));
          // Where there is no room for one of the tensors, none is left and nothing is taken.
          const taken = tidy(() => rows.map((row) => row.take(chosen)));
          position += count;
          return assemble(taken);
        },
        dispose: () => {},
      };
    },
  };
}

/** What a value is, without its contents. */
function kindOf(value: unknown): string {
  if (ArrayBuffer.isView(value)) return `a bare ${value.constructor.name}`;
  return typeof value === 'object' && value !== null ? `{${Object.keys(value).slice(0, 5).join(', ')}}` : String(value);
}

async function openArrays(source: ArraySource, order: OrderOptions): Promise<OpenSource> {
  for (const part of ['xs', 'ys'] as const) {
    if (ArrayBuffer.isView(source[part])) {
      throw new TypeError(`batches: ${part} must be a tensor or {values, shape}; got ${kindOf(source[part])}`);
    }
  }
  const isLeaf = (value: unknown): boolean => value instanceof Tensor || isRowArray(value);
  const [xs, ys] = [
    open<Tensor | RowArray, Tensor>(source.xs, isLeaf),
    open<Tensor | RowArray, Tensor>(source.ys, isLeaf),
  ];
  const named = [...xs.names.map((name) => `xs ${name}`.trim()), ...ys.names.map((name) => `ys ${name}`.trim())];
  const rows: Rows[] = [];
  for (const [i, leaf] of [...xs.leaves, ...ys.leaves].entries()) {
    const name = named[i] as string;
    if (!isLeaf(leaf)) throw new TypeError(`batches: ${name} must be a tensor or {values, shape}; got ${kindOf(leaf)}`);
    rows.push(leaf instanceof Tensor ? await rowsFromTensor(leaf) : rowsFromArray(`batches: ${name}`, leaf));
  }
  const size = rows[0]?.count ?? 0;
  const odd = rows.findIndex(({ count }) => count !== size);
  if (odd >= 0) {
    throw new RangeError(
      `batches: ${named[odd]} must have as many examples as ${named[0]}, ${size}; it has ${rows[odd]?.count}`,
    );
  }
  if (size === 0) throw new RangeError('batches: the source must hold at least one example; got 0');
  const inputs = xs.leaves.length;
  return rowSource(rows, order, (taken) => ({
    xs: xs.close(taken.slice(0, inputs)) as Batch['xs'],
    ys: ys.close(taken.slice(inputs)) as Batch['ys'],
  }));
}

function stackLeaves(examples: readonly unknown[]): TensorContainer {
  const [first] = examples;
  if (first instanceof Tensor) return stack(examples as Tensor[]);
  if (typeof first === 'object' && first !== null && !ArrayBuffer.isView(first) && !isNumberList(first)) {
    const keys = Object.keys(first);
    const stacked = keys.map((key) =>
      stackLeaves(examples.map((example) => (example as Record<string, unknown>)[key])),
    );
    return (
      Array.isArray(first) ? stacked : Object.fromEntries(stacked.map((value, i) => [keys[i], value]))
    ) as TensorContainer;
  }
  return tensor(
    examples.map((example) =>
      ArrayBuffer.isView(example) ? Array.from(example as Float32Array) : example,
    ) as TensorLike,
  );
}

function isNumberList(value: unknown): boolean {
  return Array.isArray(value) && (typeof value[0] === 'number' || isNumberList(value[0]));
}

function firstTensor(part: unknown): Tensor | undefined {
  if (part instanceof Tensor) return part;
  return typeof part === 'object' && part !== null ? firstTensor(Object.values(part)[0]) : undefined;
}

function checkExample(example: unknown, rank: number | undefined): void {
  const isPair = typeof example === 'object' && example !== null && 'xs' in example && 'ys' in example;
  const isBatched = isPair && rank !== undefined && firstTensor(example.xs)?.rank === rank + 1;
  if (isPair && !isBatched) return;
  throw new TypeError('batches: each element of the dataset must be one example {xs, ys}; do not call .batch() on it');
}

function openStream(source: StreamSource, rank: number | undefined): OpenSource {
  return {
    size: undefined,
    async pass() {
      const iterator = await source.iterator();
      let ready: unknown[] = [];
      let ended = false;
      return {
        async reserve(count) {
          while (!ended && ready.length < count) {
            const { value, done } = await iterator.next();
            if (done === true) ended = true;
            if (value === null || value === undefined) continue;
            checkExample(value, rank);
            ready.push(value);
          }
          return Math.min(count, ready.length);
        },
        take(count) {
          const taken = ready.slice(0, count);
          // Where there is no room for one of the tensors, none is left and nothing is taken.
          const batch = tidy(() => stackLeaves(taken)) as Batch;
          ready = ready.slice(count);
          dispose(taken as TensorContainer);
          return batch;
        },
        dispose() {
          ended = true;
          dispose(ready.splice(0) as TensorContainer);
        },
      };
    },
  };
}

function isStream(source: BatchSource): source is StreamSource {
  return 'iterator' in source && typeof source.iterator === 'function';
}

/**
 * Opens a source of examples.
 * @param exampleRank axes of one example of the first input, where known: a stream with one more is batched
 * @throws TypeError or RangeError that names the part of the source which does not fit
 */
export async function openSource(source: BatchSource, order: OrderOptions, exampleRank?: number): Promise<OpenSource> {
  return isStream(source) ? openStream(source, exampleRank) : openArrays(source, order);
}
