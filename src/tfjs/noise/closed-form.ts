import { measureExamples } from './example-statistics.js';
import { ExampleTap } from './example-tap.js';
import type { Pass, PassRoute } from './measurement.js';

/**
 * Every example of the batch from the layer inputs and deltas of its one pass.
 *
 * Covers dense, recurrent, convolutional and embedding layers, biases, and the scales and offsets of normalizations; what it cannot follow counts as
 * not covered. Dense and recurrent weights have their gradient made at once, once that has been seen to be right. Holds no copy of the gradients, but the activations of the pass until they are read.
 */
export function closedForm(pass: Pass): PassRoute {
  const tap = new ExampleTap(pass);
  return {
    watch: (f) => tap.watch(f),
    complete: (variables, gradients) => tap.complete(variables, gradients),
    measure: (update) =>
      measureExamples(update, { route: 'closedForm', gradients: () => tap.gradients(update.variables) }),
    dispose: () => tap.dispose(),
  };
}
