import { runnable } from '../support/backend.js';
import type { GoldenStatistics } from './golden.js';
import { GOLDEN_NAMES, type Golden, goldenOptimizer, loadGolden, needOf } from './golden.js';
import { REFERENCES } from './reference-optimizers.js';
import { tf } from './support.js';

const NAMES = runnable(GOLDEN_NAMES, needOf);

/** Of float32 against doubles. */
const TOLERANCE = 1e-4;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const dot = (a: readonly number[], b: readonly number[]): number => sum(a.map((value, i) => value * (b[i] as number)));
const minus = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value - (b[i] as number));
const meanOf = (rows: readonly (readonly number[])[]): number[] =>
  (rows[0] as number[]).map((_, i) => sum(rows.map((row) => row[i] as number)) / rows.length);

/** |actual − expected| over |expected|, lengths of vectors. */
function distance(actual: readonly number[], expected: readonly number[]): number {
  const difference = minus(actual, expected);
  return Math.sqrt(dot(difference, difference) / dot(expected, expected));
}

/** Entries of the variables in one array. */
function entries(variables: readonly tf.Tensor[]): number[] {
  return variables.flatMap((variable) => Array.from(variable.dataSync()));
}

/** The loss, and its gradient by variable. */
function gradient({ variables }: Golden, loss: () => tf.Scalar): { loss: number; parts: number[][] } {
  return tf.tidy(() => {
    const { value, grads } = tf.variableGrads(loss, variables);
    const parts = variables.map(({ name }) => entries([grads[name] as tf.Tensor]));
    return { loss: entries([value])[0] as number, parts };
  });
}

/** The gradients of the measured batch's examples, one batch of one example each; by example, then by variable. */
function gradientsOfSingles(golden: Golden): number[][][] {
  const { xs, ys, lossOf } = golden;
  return Array.from({ length: xs.shape[0] as number }, (_, row) =>
    tf.tidy(() => gradient(golden, lossOf(tf.slice(xs, row, 1), tf.slice(ys, row, 1))).parts),
  );
}

/** One update by the optimizer. @returns the gradient that it was given, all variables in one */
function update({ variables }: Golden, optimizer: tf.Optimizer, loss: () => tf.Scalar): number[] {
  return tf.tidy(() => {
    const { grads } = tf.variableGrads(loss, variables);
    const list = variables.map(({ name }) => ({ name, tensor: grads[name] as tf.Tensor }));
    optimizer.applyGradients(list);
    return entries(list.map(({ tensor }) => tensor));
  });
}

/** The statistics of one split, in doubles, from the examples' gradients. */
function statisticsOf(
  rows: readonly (readonly number[])[],
  sizes: readonly number[],
  direction: readonly number[],
  preconditioner: readonly number[] | number,
): GoldenStatistics {
  const scaled = (vector: readonly number[]): number[] =>
    vector.map(
      (value, i) => value * (typeof preconditioner === 'number' ? preconditioner : (preconditioner[i] as number)),
    );
  const mean = meanOf(rows);
  const fresh = scaled(mean);
  const ends = sizes.map((_, i) => sum(sizes.slice(0, i + 1)));
  const deviations = sizes.map((size, i) => minus(meanOf(rows.slice((ends[i] as number) - size, ends[i])), mean));
  const weighted = (term: (deviation: readonly number[]) => number): number => dot(sizes, deviations.map(term));
  return {
    microBatchSizes: sizes,
    squaredNormOfMean: dot(mean, mean),
    squaredDeviations: weighted((deviation) => dot(deviation, deviation)),
    meanProjection: dot(mean, direction),
    freshProjection: dot(mean, fresh),
    freshDeviations: weighted((deviation) => dot(deviation, scaled(deviation))),
    projectionDeviations: weighted((deviation) => dot(deviation, fresh) ** 2),
  };
}

/** The largest relative difference of any figure. */
function worst(actual: GoldenStatistics, expected: GoldenStatistics): number {
  const keys = Object.keys(expected).filter((key) => key !== 'microBatchSizes') as (keyof GoldenStatistics)[];
  return Math.max(...keys.map((key) => Math.abs((actual[key] as number) / (expected[key] as number) - 1)));
}

describe.each(NAMES)('the table of %s', (name) => {
  const golden = loadGolden(name);
  const { table, variables } = golden;
  const { atStart } = table;

  beforeEach(golden.reset);

  it('has the variables of the model', () => {
    expect(table.weights.map(({ shape }) => shape)).toEqual(variables.map(({ shape }) => shape));
  });

  it('has the loss and the gradient of TensorFlow.js', () => {
    const { loss, parts } = gradient(golden, golden.loss);
    expect(Math.abs(loss / atStart.loss - 1)).toBeLessThan(TOLERANCE);
    expect(distance(parts.flat(), atStart.gradient)).toBeLessThan(TOLERANCE);
    for (const [i, { squaredNormOfMean }] of atStart.variables.entries()) {
      const part = parts[i] as number[];
      expect(Math.abs(dot(part, part) / squaredNormOfMean - 1)).toBeLessThan(TOLERANCE);
    }
  });

  it('adds up over variables and over examples', () => {
    for (const key of ['squaredNormOfMean', 'squaredDeviations'] as const) {
      expect(sum(atStart.variables.map((part) => part[key])) / atStart.total[key]).toBeCloseTo(1, 8);
    }
    for (const { squaredNormOfMean, squaredDeviations, squaredNorms, productsWithMean } of atStart.variables) {
      const count = squaredNorms.length;
      expect(sum(productsWithMean) / count / squaredNormOfMean).toBeCloseTo(1, 6);
      expect((sum(squaredNorms) - count * squaredNormOfMean) / squaredDeviations).toBeCloseTo(1, 6);
    }
  });

  if (!table.independent) return;

  it('has the gradients of batches of one example', () => {
    const singles = gradientsOfSingles(golden);
    for (const [i, expected] of atStart.variables.entries()) {
      const rows = singles.map((parts) => parts[i] as number[]);
      const mean = meanOf(rows);
      expect(
        distance(
          rows.map((row) => dot(row, row)),
          expected.squaredNorms,
        ),
      ).toBeLessThan(TOLERANCE);
      expect(
        distance(
          rows.map((row) => dot(row, mean)),
          expected.productsWithMean,
        ),
      ).toBeLessThan(TOLERANCE);
      for (const { microBatchSizes, squaredDeviations } of expected.splits) {
        const actual = statisticsOf(rows, microBatchSizes, mean, 1).squaredDeviations;
        expect(Math.abs(actual / squaredDeviations - 1)).toBeLessThan(TOLERANCE);
      }
    }
  });
});

describe.each(NAMES)('the fourth update of %s', (name) => {
  const golden = loadGolden(name);
  const { table, variables, earlier, loss, lossOf } = golden;

  beforeEach(golden.reset);

  it.each(Object.keys(table.optimizers))('is in the table as %s makes it', (key) => {
    const expected = table.optimizers[key] as (typeof table.optimizers)[string];
    const optimizer = goldenOptimizer(golden, key);
    const gradients = earlier.map(({ xs, ys }) => update(golden, optimizer, lossOf(xs, ys)));
    const before = entries(variables);
    const singles = table.independent ? gradientsOfSingles(golden).map((parts) => parts.flat()) : [];
    gradients.push(update(golden, optimizer, loss));
    const moved = minus(before, entries(variables)).map((change) => change / expected.arguments[0]);
    optimizer.dispose();
    expect(distance(moved, expected.direction)).toBeLessThan(TOLERANCE);

    const reference = (REFERENCES[key] as (typeof REFERENCES)[string])();
    const preconditioner = gradients.map(reference).at(-1)?.preconditioner as number[];
    const given = expected.preconditioner;
    const ratios = preconditioner.map((value, i) => value / (typeof given === 'number' ? given : (given[i] as number)));
    expect(Math.max(...ratios.map((ratio) => Math.abs(ratio - 1)))).toBeLessThan(TOLERANCE);

    if (!table.independent) return;
    for (const statistics of expected.statistics) {
      const actual = statisticsOf(singles, statistics.microBatchSizes, expected.direction, given);
      expect(worst(actual, statistics)).toBeLessThan(TOLERANCE);
    }
  });
});
