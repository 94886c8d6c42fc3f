import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';

/** What a training function makes of the tensors of a micro-batch, by one call of its optimizer's `minimize`. */
export type Train = (data: Tensor[]) => Tensor[];

/** Runs a micro-batch in as many pieces as there is need of. */
export type MicroBatchRun = (data: Tensor[], train: Train) => Tensor[];

/** Of the trainings under way, by their optimizers. */
const runs = new WeakMap<Optimizer, MicroBatchRun>();

/** Announces a training. @returns the way to end it */
export function announceRun(optimizer: Optimizer, run: MicroBatchRun): () => void {
  runs.set(optimizer, run);
  return () => {
    if (runs.get(optimizer) === run) runs.delete(optimizer);
  };
}

/** Runs a micro-batch within the training that the optimizer is under way in, or as it is. */
export function runMicroBatch(optimizer: Optimizer | undefined, data: Tensor[], train: Train): Tensor[] {
  const run = optimizer && runs.get(optimizer);
  return run === undefined ? train(data) : run(data, train);
}
