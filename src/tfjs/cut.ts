/** Sizes as equal as can be that add up to `batchSize`, no more and no larger than needed. */
export function cut(batchSize: number, pieces: number): number[] {
  const count = Math.min(pieces, batchSize);
  const least = Math.floor(batchSize / count);
  const larger = batchSize % count;
  return Array.from({ length: count }, (_, i) => (i < larger ? least + 1 : least));
}
