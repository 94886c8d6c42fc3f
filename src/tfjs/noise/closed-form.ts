import { measureExamples } from './example-statistics.js';
import { ExampleTap } from './example-tap.js';
import type { Pass, PassRoute } from './measurement.js';

/**
 * Every example of the batch from the layer inputs and deltas of its one pass.
 *
 * Covers dense, recurrent, convolutional and embedding layers, biases, and the scales and offsets of normalizations; what it cannot follow counts as
 * not covered. Holds no copy of the gradients, but the activations of the pass until they are read.
 */
export function closedForm({ variables, batchSize, isThorough }: Pass): PassRoute {
  const tap = new ExampleTap(variables, batchSize, isThorough);
  return {
    watch: (f) => tap.watch(f),
    measure: (update) =>
      measureExamples(update, { route: 'closedForm', gradients: () => tap.gradients(update.variables) }),
    dispose: () => tap.dispose(),
  };
}
