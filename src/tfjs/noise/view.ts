import { reshape, split, type Tensor, transpose } from '@tensorflow/tfjs-core';

/** How a tensor of the forward pass is made of a variable, by moving its entries about and nothing else. */
export interface View {
  /** Place of the variable among those trained. */
  readonly variable: number;
  /** Equal for two views exactly where they show the same entries in the same order. */
  readonly key: string;
  /** Number of entries. */
  readonly size: number;
  /** Whatever has the variable's shape, seen so; the last shape may differ, the order of the entries does not. */
  readonly of: (whole: Tensor) => Tensor;
}

/** A variable as it is. */
export function wholeView(variable: number, { size }: Tensor): View {
  return { variable, key: String(variable), size, of: (whole) => whole };
}

/** A view of a view in another order of axes. */
export function transposedView(view: View, shape: readonly number[], permutation: readonly number[]): View {
  if (permutation.every((axis, i) => axis === i)) return view;
  return {
    ...view,
    key: `${view.key} [${shape}] transposed ${permutation}`,
    of: (whole) => transpose(reshape(view.of(whole), [...shape]), [...permutation]),
  };
}

/** The `part`-th piece of a view split along `axis`; the pieces of one view have no entry in common. */
export function splitView(
  view: View,
  shape: readonly number[],
  { sizes, axis, part }: { readonly sizes: readonly number[]; readonly axis: number; readonly part: number },
): View {
  const size = (view.size / (shape[axis] as number)) * (sizes[part] as number);
  return {
    ...view,
    size,
    key: `${view.key} [${shape}] split ${axis}:${sizes}#${part}`,
    of: (whole) => split(reshape(view.of(whole), [...shape]), [...sizes], axis)[part] as Tensor,
  };
}
