/** A sequence whose first item has been looked at. */
export interface Peeked<Item> {
  /** Undefined where there is none. */
  readonly first: Item | undefined;
  /** All items; to be read once, instead of `rest`. */
  readonly all: AsyncIterable<Item>;
  /** The items after the first. */
  readonly rest: AsyncIterable<Item>;
}

/** Looks at the first item of a sequence. */
export async function peek<Item>(source: AsyncIterable<Item>): Promise<Peeked<Item>> {
  const items = source[Symbol.asyncIterator]();
  const { done, value } = await items.next();
  const isEmpty = done === true;
  async function* from(start: readonly Item[]): AsyncGenerator<Item> {
    try {
      yield* start;
      yield* { [Symbol.asyncIterator]: () => items };
    } finally {
      await items.return?.();
    }
  }
  return { first: isEmpty ? undefined : value, all: from(isEmpty ? [] : [value]), rest: from([]) };
}
