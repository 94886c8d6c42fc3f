import {
  cast,
  dispose,
  keep,
  oneHot,
  range,
  reshape,
  slice,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { type ExampleLosses, exampleLosses } from './example-losses.js';
import { measureExamples, readingOf } from './example-statistics.js';
import type { ViewGradients } from './example-tap.js';
import type { ExampleSums } from './examples/example-gradients.js';
import { joined, readRows } from './examples/rows.js';
import { attempt, type Pass, type PassRoute, within } from './measurement.js';
import { stepDirection } from './step-direction.js';
import { untaped } from './tape.js';
import { wholeView } from './view.js';

/** What was read of every example for one variable; kept. */
interface Reading {
  readonly sums: ExampleSums;
  /** Σ c_j. */
  readonly total: Tensor;
}

function tensorsOf({ sums, total }: Reading): Tensor[] {
  return [
    sums.squaredNorms,
    sums.projections,
    ...(sums.weightedNorms === undefined ? [] : [sums.weightedNorms]),
    total,
  ];
}

/** x − y, where there is a y. */
function without(x: Tensor, y: Tensor | null | undefined): Tensor {
  return y == null ? x : sub(x, y);
}

/** One backward pass an example. */
function readEach(losses: ExampleLosses, { variables, batchSize, optimizer, slotsOf }: Pass): (Reading | null)[] {
  const mean = losses.backward();
  const rest = losses.hasPenalty ? losses.backward(zeros([batchSize]) as Tensor1D) : [];
  const slots = slotsOf(mean);
  const plans = mean.map((g, i) => {
    if (g === null) return null;
    return readingOf(wholeView(i, g), g, stepDirection(optimizer, g, slots[i] as number));
  });
  const one = cast(oneHot(range(0, batchSize, 1, 'int32'), batchSize), 'float32');
  const each = Array.from({ length: batchSize }, (_, j) =>
    tidy(() => {
      const own = losses.backward(reshape(slice(one, j, 1), [-1]) as Tensor1D);
      const sums = plans.map((plan, i) => {
        if (plan === null || own[i] == null) return null;
        const row = reshape(without(own[i], rest[i]), [1, -1]) as Tensor2D;
        return tidy(() => ({ ...readRows(row, plan.v, plan.metric) }));
      });
      return sums as never;
    }),
  ) as unknown as (ExampleSums | null)[][];
  return variables.map((_variable, i) => {
    const sums = each.map((example) => example[i]);
    if (mean[i] == null || sums.some((entry) => entry == null)) return null;
    const reading = { sums: joined(sums as ExampleSums[]), total: without(mean[i], rest[i]) };
    for (const tensor of tensorsOf(reading)) keep(tensor);
    return reading;
  });
}

/**
 * Every example of the batch by a backward pass of its own, over one forward pass: the truth for any layer whatever, at its price.
 *
 * Under batch normalization an example's share in the batch's loss is differentiated, statistics of the batch and all. Holds two copies of the gradients more,
 * with weight decay three, and two more with an optimizer that has a metric.
 */
export function perExample(pass: Pass): PassRoute {
  let readings: (Reading | null)[] = [];
  return {
    watch(f) {
      const { loss, losses } = exampleLosses(f, pass.variables, pass.batchSize);
      if (losses === undefined) return loss;
      readings = attempt(() => untaped(() => within(() => readEach(losses, pass)))) ?? [];
      return loss;
    },
    measure(update) {
      const gradients = (): ViewGradients[] =>
        readings.flatMap((reading, i) => {
          const variable = update.variables.indexOf(pass.variables[i] as never);
          if (reading === null || variable < 0) return [];
          const view = wholeView(variable, update.variables[variable] as Tensor);
          return { view, gradients: { read: () => reading.sums, total: () => reading.total }, isPenalized: true };
        });
      return measureExamples(update, { route: 'perExample', gradients });
    },
    dispose() {
      for (const reading of readings.splice(0)) if (reading !== null) dispose(tensorsOf(reading));
    },
  };
}
