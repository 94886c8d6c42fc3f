import type { Estimator, LayerNoiseEstimate, LayerStatistics } from '../core/types.js';
import {
  addReading,
  type DecayedMoments,
  keepAfter,
  type Memory,
  NO_MOMENTS,
  noiseInMean,
  standardError,
} from './decayed-moments.js';

type LayerState = {
  readonly layer: string;
  readonly parameters: number;
  readonly trace: DecayedMoments;
  readonly norm: DecayedMoments;
};

/** State of {@link layerNoise}. */
export type LayerNoiseState = { readonly examplesSeen: number; readonly layers: readonly LayerState[] };

function renewed(state: LayerNoiseState, { layer, parameters }: LayerStatistics): LayerState {
  const known = state.layers.find((other) => other.layer === layer);
  return known ?? { layer, parameters, trace: NO_MOMENTS, norm: NO_MOMENTS };
}

function estimateOf({ layer, parameters, trace, norm }: LayerState): LayerNoiseEstimate | undefined {
  const scale = trace.mean / Math.max(norm.mean, standardError(norm));
  if (!(Number.isFinite(scale) && scale > 0)) return undefined;
  return { layer, parameters, traceOfCovariance: trace.mean, squaredGradientNorm: norm.mean, noiseScale: scale };
}

/**
 * Which layer makes the noise: trΣ, |G|² and trΣ/|G|² of each layer's own gradient, in the plain metric, smoothed as
 * the whole model's. The traces, and the squared norms, of the layers add up to the model's.
 *
 * Units: noise scale in examples. Absent for a layer whose gradient is 0, and before its second reading.
 */
export function layerNoise(memory: Memory): Estimator<LayerNoiseState, readonly LayerNoiseEstimate[]> {
  return {
    init: () => ({ examplesSeen: 0, layers: [] }),
    update(state, { gradient, examplesSeen, batchSize }) {
      if (gradient?.layers === undefined) return state;
      const keep = keepAfter(examplesSeen - state.examplesSeen, memory);
      const left = noiseInMean(batchSize, memory);
      const layers = gradient.layers.map((read) => {
        const before = renewed(state, read);
        const trace = read.squaredDeviations / gradient.degreesOfFreedom;
        return {
          ...before,
          trace: addReading(before.trace, trace, batchSize, keep),
          norm: addReading(before.norm, read.squaredNormOfMean - trace * left, batchSize, keep),
        };
      });
      const seen = new Set(layers.map(({ layer }) => layer));
      return { examplesSeen, layers: [...layers, ...state.layers.filter(({ layer }) => !seen.has(layer))] };
    },
    estimate({ layers }) {
      const known = layers.map(estimateOf).filter((one) => one !== undefined);
      known.sort((a, b) => b.traceOfCovariance - a.traceOfCovariance);
      return known.length > 0 ? known : undefined;
    },
  };
}
