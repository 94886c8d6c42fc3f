import type { GradientStatistics, LayerStatistics } from '../../src/core/types.js';
import type { Layer, Network } from './network.js';
import type { SimulatedOptimizer } from './optimizers.js';
import { dots, inner } from './products.js';

/** What the simulator tells of a measured batch. */
export interface ExactStatistics extends GradientStatistics {
  /** θ·g. */
  readonly weightProjection: number;
  /** |p|². */
  readonly squaredNormOfStep: number;
}

/** Scratch that grows with the largest batch measured, kept from one measurement to the next. */
interface Scratch {
  products: Float64Array;
  squares: Float64Array;
}

const scratch: Scratch = { products: new Float64Array(0), squares: new Float64Array(0) };

function grown(key: keyof Scratch, length: number): Float64Array {
  if (scratch[key].length < length) scratch[key] = new Float64Array(length);
  return scratch[key];
}

/** Σ_k x_k² of each row. */
function squaredRows(rows: Float64Array, row: number, length: number): number {
  let sum = 0;
  for (let k = row * length; k < (row + 1) * length; k++) sum += (rows[k] as number) * (rows[k] as number);
  return sum;
}

/** Adds Σ_u f(δ_u)·(Σ_k x_k·v_uk + v_u) to each example: δᵀ(Va + v) with x = a, f = δ; or with the squares of both. */
function addProducts(
  sums: Float64Array,
  { units, inputs, start }: Layer,
  { x, deltas, isSquared }: { readonly x: Float64Array; readonly deltas: Float64Array; readonly isSquared: boolean },
  vector: Float64Array,
): void {
  const middle = start + units * inputs;
  const products = grown('products', sums.length * units);
  dots(products, x, vector.subarray(start, middle), sums.length, units, inputs);
  for (let j = 0, at = 0; j < sums.length; j++) {
    let sum = 0;
    for (let unit = 0; unit < units; unit++, at++) {
      const delta = deltas[at] as number;
      const along = (products[at] as number) + (vector[middle + unit] as number);
      sum += (isSquared ? delta * delta : delta) * along;
    }
    sums[j] = (sums[j] as number) + sum;
  }
}

function squaresOf(x: Float64Array, length: number): Float64Array {
  const squares = grown('squares', length);
  for (let k = 0; k < length; k++) squares[k] = (x[k] as number) * (x[k] as number);
  return squares;
}

function total(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** Least, quartiles and largest. */
function fiveNumbers(squaredNorms: Float64Array): number[] {
  const sorted = squaredNorms.toSorted();
  return [0, 0.25, 0.5, 0.75, 1].map((share) => Math.sqrt(sorted[Math.round(share * (sorted.length - 1))] as number));
}

/**
 * The statistics of the batch that the network has just passed, every example seen alone: |g_j|² = (|a_j|² + 1)|δ_j|² and
 * g_j·d = δ_jᵀ(Da_j + d₀) for each layer, D and d₀ being d's weights and offsets. No gradient of an example is ever made.
 * @param count B >= 2 [examples]
 */
export function exactStatistics(
  network: Network,
  optimizer: SimulatedOptimizer,
  count: number,
  isByLayer = false,
): ExactStatistics {
  const { gradient: g, weights, layers, rows } = network;
  const { direction, metric } = optimizer.direction(g);
  const d = metric === undefined ? g : g.map((value, k) => value * (metric[k] as number));
  const [norms, weighted, projections] = [0, 1, 2].map(() => new Float64Array(count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const told: LayerStatistics[] = layers.map((layer, l) => {
    const { inputs: a, deltas } = rows[l] as { inputs: Float64Array; deltas: Float64Array };
    let squares = 0;
    for (let j = 0; j < count; j++) {
      const norm = (squaredRows(a, j, layer.inputs) + 1) * squaredRows(deltas, j, layer.units);
      norms[j] = (norms[j] as number) + norm;
      squares += norm;
    }
    addProducts(projections, layer, { x: a, deltas, isSquared: false }, d);
    if (metric !== undefined) {
      addProducts(weighted, layer, { x: squaresOf(a, count * layer.inputs), deltas, isSquared: true }, metric);
    }
    const own = inner(layer.weightGradient, layer.weightGradient) + inner(layer.offsetGradient, layer.offsetGradient);
    const parameters = (layer.inputs + 1) * layer.units;
    return { layer: layer.name, parameters, squaredNormOfMean: own, squaredDeviations: squares - count * own };
  });
  const squaredNormOfMean = inner(g, g);
  const squaredDeviations = total(norms) - count * squaredNormOfMean;
  const freshProjection = inner(g, d);
  const mean = total(projections) / count;
  return {
    route: 'closedForm',
    degreesOfFreedom: count - 1,
    squaredNormOfMean,
    squaredDeviations,
    meanProjection: inner(g, direction),
    freshProjection,
    freshDeviations: metric === undefined ? squaredDeviations : total(weighted) - count * freshProjection,
    projectionDeviations: projections.reduce((sum, one) => sum + (one - mean) * (one - mean), 0),
    exampleNorms: fiveNumbers(norms),
    weightProjection: inner(weights, g),
    squaredNormOfStep: inner(direction, direction),
    ...(isByLayer && { layers: told }),
  };
}
