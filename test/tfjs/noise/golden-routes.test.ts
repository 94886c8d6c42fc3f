import type { GradientRoute, GradientStatistics } from '../../../src/index.js';
import { PendingUpdate } from '../../../src/tfjs/pending-update.js';
import { runnable } from '../../support/backend.js';
import { GOLDEN_NAMES, type Golden, type GoldenStatistics, goldenOptimizer, loadGolden, needOf } from '../golden.js';
import { tf } from '../support.js';

const TOLERANCE = 1e-4;
const KEYS = [
  'squaredNormOfMean',
  'squaredDeviations',
  'meanProjection',
  'freshProjection',
  'freshDeviations',
  'projectionDeviations',
] as const;

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);

/** The fourth update, measured by a route; and g·θ before it, in doubles, with |g||θ|. */
async function measureFourth(
  golden: Golden,
  optimizer: tf.Optimizer,
  route: GradientRoute,
): Promise<{ gradient: GradientStatistics | undefined; weightProjection: number; lengths: number }> {
  const { variables, earlier, loss, lossOf, xs } = golden;
  for (const batch of earlier) optimizer.minimize(lossOf(batch.xs, batch.ys), false, variables);
  const entries = (tensors: readonly tf.Tensor[]): number[] => tensors.flatMap((one) => Array.from(one.dataSync()));
  const { weightProjection, lengths } = tf.tidy(() => {
    const { grads } = tf.variableGrads(loss, variables);
    const [g, weights] = [entries(variables.map(({ name }) => grads[name] as tf.Tensor)), entries(variables)];
    return { weightProjection: dot(g, weights), lengths: Math.sqrt(dot(g, g) * dot(weights, weights)) };
  });
  const plan = { route, isByLayer: true, isThorough: true, verified: new Set<string>(), random: Math.random };
  const update = new PendingUpdate(optimizer, plan);
  update.measureWhole(loss, variables, xs.shape[0] as number).dispose();
  const { gradient } = await update.read();
  update.dispose();
  return { gradient, weightProjection, lengths };
}

function expectClose(actual: GradientStatistics | undefined, expected: GoldenStatistics): void {
  expect(actual).toBeDefined();
  for (const key of KEYS) {
    const [got, wanted] = [actual?.[key] as number, expected[key]];
    expect({ key, error: Math.abs(got / wanted - 1) < TOLERANCE ? 0 : `${got} for ${wanted}` }).toEqual({
      key,
      error: 0,
    });
  }
}

const singlesOf = (statistics: readonly GoldenStatistics[]): GoldenStatistics =>
  statistics.find(({ microBatchSizes }) => microBatchSizes.every((size) => size === 1)) as GoldenStatistics;

describe.each(runnable(GOLDEN_NAMES, needOf))('%s', (name) => {
  const golden = loadGolden(name);
  const { table, variables } = golden;
  const parameters = variables.reduce((sum, { size }) => sum + size, 0);
  const routes: GradientRoute[] = table.independent ? ['closedForm', 'perExample'] : ['closedForm'];

  beforeEach(golden.reset);

  it.each(Object.keys(table.optimizers).flatMap((optimizer) => routes.map((route) => ({ optimizer, route }))))(
    '$optimizer by $route is what PyTorch has',
    async ({ optimizer: key, route }) => {
      const { statistics, squaredNormOfDirection } = table.optimizers[key] as (typeof table.optimizers)[string];
      const optimizer = goldenOptimizer(golden, key);
      const before = tf.memory().numTensors;
      const { gradient, weightProjection, lengths } = await measureFourth(golden, optimizer, route);
      expectClose(gradient, singlesOf(statistics));
      expect((gradient?.squaredNormOfStep as number) / squaredNormOfDirection).toBeCloseTo(1, 3);
      expect(Math.abs((gradient?.weightProjection as number) - weightProjection)).toBeLessThan(TOLERANCE * lengths);
      expect(gradient).toMatchObject({ route, degreesOfFreedom: (golden.xs.shape[0] as number) - 1 });
      expect(gradient?.coverage).toBeUndefined();
      const layers = gradient?.layers ?? [];
      const total = (of: 'parameters' | 'squaredNormOfMean' | 'squaredDeviations'): number =>
        layers.reduce((sum, layer) => sum + layer[of], 0);
      expect(total('parameters')).toBe(parameters);
      expect(total('squaredDeviations') / (gradient?.squaredDeviations as number)).toBeCloseTo(1, 6);
      expect(total('squaredNormOfMean') / (gradient?.squaredNormOfMean as number)).toBeCloseTo(1, 6);
      optimizer.dispose();
      expect(tf.memory().numTensors).toBeLessThanOrEqual(before);
    },
  );
});
