import { keep, sub, type Tensor, type Tensor1D, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { measureDifference } from './difference.js';
import { type ExampleLosses, exampleLosses } from './example-losses.js';
import { disposeList, type GradientList } from './gradient-list.js';
import { attempt, type Pass, type PassRoute, within } from './measurement.js';
import { untaped } from './tape.js';

/** B/b₁ for a random half of the examples, −B/b₂ for the rest: what makes the weighted gradient the difference of the halves' means. */
function signs(batchSize: number, random: () => number): Float32Array {
  const half = Math.floor(batchSize / 2);
  const values = Float32Array.from({ length: batchSize }, (_, j) =>
    j < half ? batchSize / half : -batchSize / (batchSize - half),
  );
  for (let i = batchSize - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [values[i], values[j]] = [values[j] as number, values[i] as number];
  }
  return values;
}

/**
 * Random signs: one more backward pass, over the same forward pass, with signs on the examples' losses that are as often + as −.
 *
 * Its gradient h = g₁ − g₂ is the difference of the mean gradients of two random halves: E|h|² = trΣ·B/(b₁b₂), and nothing of g itself is in it. One degree
 * of freedom; one copy of the gradients more.
 */
export function randomSigns({ variables, batchSize, random }: Pass): PassRoute {
  let difference: GradientList | undefined;
  const half = Math.floor(batchSize / 2);

  function differenceOf(losses: ExampleLosses): GradientList {
    const weighted = losses.backward(tensor1d(signs(batchSize, random)));
    // What no example has part in is in both halves.
    const rest = losses.hasPenalty ? losses.backward(zeros([batchSize]) as Tensor1D) : [];
    return weighted.map((entry, i) => entry && keep(rest[i] == null ? entry : sub(entry, rest[i] as Tensor)));
  }

  return {
    watch(f) {
      const { loss, losses } = exampleLosses(f, variables, batchSize);
      if (losses === undefined) return loss;
      difference = attempt(() => untaped(() => within(() => differenceOf(losses))));
      return loss;
    },
    measure(update) {
      if (difference === undefined) return undefined;
      const ordered = update.variables.map((variable) => difference?.[variables.indexOf(variable)] ?? null);
      const weight = (half * (batchSize - half)) / batchSize;
      return measureDifference(update, ordered, { route: 'randomSigns', weight });
    },
    dispose() {
      if (difference !== undefined) disposeList(difference);
      difference = undefined;
    },
  };
}
