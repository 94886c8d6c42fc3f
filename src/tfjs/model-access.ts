import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { JsonObject } from '../core/types.js';

/** Turns the tensors of a batch, inputs, targets and sample weights, into the losses and metrics. */
export type TrainFunction = (data: Tensor[]) => Tensor[];

/** The parts of a model that the callback works with and that TensorFlow.js does not have in its public types. */
export interface ModelInternals {
  readonly name: string;
  readonly layers: readonly { getClassName(): string; readonly layers?: readonly unknown[] }[];
  readonly inputs: readonly { readonly shape: readonly (number | null)[] }[];
  readonly outputs: readonly unknown[];
  optimizer: Optimizer | undefined;
  isTraining: boolean;
  makeTrainFunction: () => TrainFunction;
  fitLoop: (...args: unknown[]) => Promise<unknown>;
  fitDataset: (dataset: unknown, args: object) => Promise<unknown>;
  countParams(): number;
}

/** The model whose loop trains: a `Sequential` hands its work to a model inside. */
export function innerModel(model: LayersModel): ModelInternals {
  const { model: inner } = model as unknown as { model?: ModelInternals };
  return inner ?? (model as unknown as ModelInternals);
}

/** Batch normalization on fewer examples than this has too noisy a mean. */
export const LEAST_NORMALIZED = 8;

type LayerLike = { getClassName?: () => string; layers?: readonly LayerLike[] };

/** Whether batch normalization is anywhere in the model, nested models and wrappers included. */
export function hasBatchNormalization(model: ModelInternals): boolean {
  const found = (layer: LayerLike & { layer?: LayerLike }): boolean =>
    layer.getClassName?.() === 'BatchNormalization' ||
    (layer.layers ?? []).some(found) ||
    (layer.layer !== undefined && found(layer.layer));
  return (model.layers as readonly LayerLike[]).some(found);
}

/** What a run log says of the model. */
export function describeModel(model: ModelInternals): JsonObject {
  return {
    name: model.name,
    parameters: model.countParams(),
    layers: model.layers.map((layer) => layer.getClassName()),
  };
}
