/** All ways to choose `count` of `items`, each in the order of the items. */
export function* subsets<Item>(items: readonly Item[], count: number): Generator<Item[]> {
  if (count === 0) yield [];
  for (const [i, item] of items.entries()) {
    if (count > 0) for (const rest of subsets(items.slice(i + 1), count - 1)) yield [item, ...rest];
  }
}

/** All ways to draw `count` of `items` and to share them out in pieces of equal size. */
export function* sharedOut<Item>(items: readonly Item[], count: number, pieces: number): Generator<Item[][]> {
  if (count === 0) yield [];
  for (const piece of count > 0 ? subsets(items, count / pieces) : []) {
    const left = items.filter((item) => !piece.includes(item));
    for (const rest of sharedOut(left, count - piece.length, Math.max(pieces - 1, 1))) yield [piece, ...rest];
  }
}
