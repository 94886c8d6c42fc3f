import { engine, type Tensor, tidy, Variable } from '@tensorflow/tfjs-core';

type Keeper = { keep<Kept extends Tensor>(tensor: Kept): Kept; nextTensorId(): number };

/**
 * Runs part of a training step as `tidy` does; where it throws, nothing of it is left: neither what a `tidy` would free nor what was kept. A backward
 * pass that is broken off leaves all activations kept behind it.
 */
export function cleanly(run: () => Tensor[]): Tensor[] {
  const keeper = engine() as unknown as Keeper;
  const { keep } = keeper;
  const kept: Tensor[] = [];
  const first = keeper.nextTensorId();
  keeper.keep = (tensor) => {
    kept.push(tensor);
    return keep.call(keeper, tensor) as typeof tensor;
  };
  try {
    return tidy(run);
  } catch (thrown) {
    // Older tensors and variables are not this step's own.
    for (const tensor of kept) if (tensor.id > first && !(tensor instanceof Variable)) tensor.dispose();
    throw thrown;
  } finally {
    keeper.keep = keep;
  }
}
