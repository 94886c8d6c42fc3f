import { BASE_BATCH_SIZE, type Outcome, type Pair } from './types.js';

/** A pair of the grid: the rate is the base's times 2 to the exponent. */
export interface GridPair extends Pair {
  readonly exponent: number;
}

/** A pair that was tried once. */
export interface Tried extends GridPair {
  readonly outcome: Outcome;
}

const BATCH_SIZES = [32, 64, 128, 256, 512];
const QUICK_BATCH_SIZES = [64, 256];
/** Rates for each batch size: from those of the square-root rule upwards, past the linear rule's where the batch is small. */
const RATES = 4;
const QUICK_RATES = 3;
/** The middle of the grid comes first: the sooner a fast pair is known, the sooner slow ones are abandoned. */
const MIDDLE = 128;

/** The pair at a batch size and a power of 2 of the base's rate. */
export function gridPair(batchSize: number, exponent: number, learningRate: number): GridPair {
  return { batchSize, exponent, learningRate: learningRate * 2 ** exponent };
}

/** Fixed pairs around what the base's rate suggests at each batch size, the likeliest first. @param learningRate of the base */
export function gridOf(learningRate: number, isQuick = false): GridPair[] {
  const sizes = isQuick ? QUICK_BATCH_SIZES : BATCH_SIZES;
  const count = isQuick ? QUICK_RATES : RATES;
  const distance = (size: number) => Math.abs(Math.log2(size / MIDDLE));
  return sizes
    .toSorted((a, b) => distance(a) - distance(b))
    .flatMap((size) => {
      const least = Math.floor(Math.log2(size / BASE_BATCH_SIZE) / 2);
      return Array.from({ length: count }, (_, i) => gridPair(size, least + i, learningRate));
    });
}

/** Those that reached the target, the fastest first. */
export function fastest<Item extends { readonly outcome: Outcome }>(tried: readonly Item[]): Item[] {
  return tried
    .filter(({ outcome }) => outcome.end === 'target')
    .toSorted((a, b) => a.outcome.elapsedMs - b.outcome.elapsedMs);
}

/** The next rate beyond the edge of those tried, where the fastest pair lies at it; undefined where it does not. */
export function beyondEdge(tried: readonly Tried[], learningRate: number): GridPair | undefined {
  const [best] = fastest(tried);
  if (best === undefined) return undefined;
  const exponents = tried.filter(({ batchSize }) => batchSize === best.batchSize).map(({ exponent }) => exponent);
  if (best.exponent === Math.max(...exponents)) return gridPair(best.batchSize, best.exponent + 1, learningRate);
  if (best.exponent === Math.min(...exponents)) return gridPair(best.batchSize, best.exponent - 1, learningRate);
  return undefined;
}
