import { PendingUpdate } from '../../../src/tfjs/pending-update.js';
import { runnable } from '../../support/backend.js';
import { GOLDEN_NAMES, type Golden, goldenOptimizer, loadGolden, needOf } from '../golden.js';
import { relativeDifference, tf } from '../support.js';

const STEPS = 4;

function weightsOf({ variables }: Golden): number[] {
  return variables.flatMap((variable) => Array.from(variable.dataSync()));
}

/** Steps of the measured batch. @returns the statistics of each */
async function train(golden: Golden, key: string, verified: Set<string> | undefined) {
  golden.reset();
  const { loss, variables, xs } = golden;
  const before = tf.memory().numTensors;
  const optimizer = goldenOptimizer(golden, key);
  const seen: unknown[] = [];
  for (let step = 0; step < STEPS; step++) {
    if (verified === undefined) {
      optimizer.minimize(loss, false, variables);
      continue;
    }
    const route = 'closedForm' as const;
    const update = new PendingUpdate(optimizer, {
      route,
      isByLayer: true,
      isThorough: true,
      random: Math.random,
      verified,
    });
    update.measureWhole(loss, variables, xs.shape[0] as number).dispose();
    seen.push((await update.read()).gradient);
    update.dispose();
  }
  optimizer.dispose();
  // Momentum keeps one scalar of its own.
  expect(tf.memory().numTensors - before).toBeLessThanOrEqual(1);
  return seen;
}

const RECURRENT = ['lstm', 'gru', 'shared'];

it.each(runnable(GOLDEN_NAMES, needOf))('%s: gradients made at once are those of the backward pass', async (name) => {
  const golden = loadGolden(name);
  for (const key of ['momentum', 'adam']) {
    await train(golden, key, undefined);
    const plain = weightsOf(golden);
    const verified = new Set<string>();
    await train(golden, key, verified);
    const first = weightsOf(golden);
    const fresh = await train(golden, key, new Set());
    const known = await train(golden, key, verified);
    expect(relativeDifference(first, plain)).toBeLessThan(1e-4);
    expect(relativeDifference(weightsOf(golden), plain)).toBeLessThan(1e-4);
    expect(JSON.stringify(known, round)).toEqual(JSON.stringify(fresh, round));
    expect(verified.size).toBeGreaterThan(0);
  }
});

function round(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(3)) : value;
}

it.each(RECURRENT)('%s: a product and a sum are spared at each use', (name) => {
  const golden = loadGolden(name);
  const optimizer = goldenOptimizer(golden, 'sgd');
  const verified = new Set<string>();
  const kernels = async (): Promise<number> => {
    const { kernels: run } = await tf.profile(async () => {
      const plan = { route: 'closedForm' as const, isByLayer: false, isThorough: true, random: Math.random, verified };
      const update = new PendingUpdate(optimizer, plan);
      update.measureWhole(golden.loss, golden.variables, golden.xs.shape[0] as number).dispose();
      await update.read();
      update.dispose();
      return tf.scalar(0) as never;
    });
    return run.filter(({ name: kernel }) => kernel === 'BatchMatMul').length;
  };
  return (async () => {
    const before = await kernels();
    expect(await kernels()).toBeLessThan(before);
  })();
});
