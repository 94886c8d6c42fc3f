/** Keeps at most so many of the items it is given, evenly spread: every n-th, n doubling as they fill up. */
export interface Thinned<Item> {
  add(item: Item): void;
  /** What is kept, in order, the first item always and the last one added too. */
  items(): Item[];
}

/** @param most items that are kept, >= 2; 0 keeps none */
export function thinned<Item>(most: number): Thinned<Item> {
  let kept: Item[] = [];
  let stride = 1;
  let count = 0;
  let last: Item | undefined;
  return {
    add(item) {
      if (most === 0) return;
      if (count % stride === 0) {
        if (kept.length === most) {
          kept = kept.filter((_item, i) => i % 2 === 0);
          stride *= 2;
        }
        if (count % stride === 0) kept.push(item);
      }
      last = item;
      count += 1;
    },
    items() {
      const lastIsKept = count === 0 || (count - 1) % stride === 0 || most === 0;
      return lastIsKept ? [...kept] : [...kept, last as Item];
    },
  };
}
