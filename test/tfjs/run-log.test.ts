import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AdaptiveController,
  adaptiveBatch,
  adaptiveLoop,
  type ControllerState,
  clamped,
  cooled,
  type Decision,
  gaussianWalk,
  gaussianWalkWithRebound,
  type LoggedRun,
  laddered,
  linear,
  memoryLog,
  pipelineFromHeader,
  readRunLog,
  type StepObservation,
  squareRoot,
  stages,
} from '../../src/index.js';
import type { Batch } from '../../src/tfjs/source.js';
import { blobs, classifier, layers, OPTIMIZERS, tf } from './support.js';

const { x, y } = blobs(160);

function replayed({ header, steps }: LoggedRun): Decision[] {
  let { pipeline, state } = pipelineFromHeader(header);
  return steps.map(({ observation }) => {
    const result = pipeline.advance(state, observation);
    state = result.state;
    return result.decision;
  });
}

function expectReplay(run: LoggedRun): void {
  expect(run.steps.length).toBeGreaterThan(10);
  expect(replayed(run)).toEqual(run.steps.map(({ decision }) => decision));
}

describe('a written log replays to the same decisions, bit for bit', () => {
  it.each(Object.keys(OPTIMIZERS))('of fit() with %s', async (name) => {
    const model = classifier((OPTIMIZERS[name] as () => tf.Optimizer)());
    const log = memoryLog();
    await model.fit(x, y, { batchSize: 4, epochs: 3, verbose: 0, callbacks: adaptiveBatch(model, { log }) });
    expectReplay(readRunLog(log.lines.join('\n')).runs[0] as LoggedRun);
  });

  it.each([
    [
      'a composed policy',
      { policy: clamped(laddered(cooled(gaussianWalk(), { steps: 3 })), { min: 4, max: 32 }), learningRate: linear() },
    ],
    ['the published rule', { policy: gaussianWalkWithRebound({ drawSize: 8 }) }],
    [
      'the published rule a step later',
      { policy: gaussianWalkWithRebound({ sequential: false }), measure: { every: 1 } },
    ],
  ])('of %s', async (_name, options) => {
    const model = classifier(tf.train.momentum(0.05, 0.9));
    const log = memoryLog();
    await model.fit(x, y, {
      batchSize: 4,
      epochs: 3,
      verbose: 0,
      callbacks: adaptiveBatch(model, { log, ...options }),
    });
    expectReplay(readRunLog(log.lines.join('\n')).runs[0] as LoggedRun);
  });

  it('of a file with two trainings, the second going on from the first', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'log-')), 'run.jsonl');
    const model = classifier(tf.train.sgd(0.1));
    const adaptive = adaptiveBatch(model, { log: path, seed: 4 });
    await model.fit(x, y, { batchSize: 4, epochs: 2, verbose: 0, callbacks: adaptive });
    await model.fit(x, y, { batchSize: 4, epochs: 4, verbose: 0, callbacks: adaptive });
    const { runs, warnings } = readRunLog(readFileSync(path, 'utf8'), path);
    expect(warnings).toEqual([]);
    expect(runs).toHaveLength(2);
    for (const run of runs) expectReplay(run);
    const { about, facts } = (runs[0] as LoggedRun).header;
    expect(about).toMatchObject({
      backend: tf.getBackend(),
      seed: 4,
      model: { parameters: 83 },
      optimizer: { name: 'SGD' },
    });
    expect(facts).toMatchObject({ baseBatchSize: 4, baseLearningRate: 0.1, datasetSize: 160, optimizer: 'sgd' });
  });

  it('of an own loop', async () => {
    const model = classifier(tf.train.adam(0.01));
    const log = memoryLog();
    const loss = ({ xs, ys }: Batch): tf.Scalar =>
      tf.mean(layers.metrics.categoricalCrossentropy(ys as tf.Tensor, model.apply(xs as tf.Tensor) as tf.Tensor));
    const loop = adaptiveLoop({ optimizer: model.optimizer, source: { xs: x, ys: y }, loss, batchSize: 4, log });
    for (let step = 0; step < 60; step++) await loop.step();
    loop.end();
    expectReplay(readRunLog(log.lines.join('\n')).runs[0] as LoggedRun);
  });
});

describe('the published rule, drawing', () => {
  it.each(['with', 'without'])('%s the model draws in steps of m0 until its own m* is in hand', async (way) => {
    const model = classifier(tf.train.sgd(0.1));
    const options = { policy: gaussianWalkWithRebound({ drawSize: 8 }) };
    const adaptive = way === 'with' ? adaptiveBatch(model, options) : adaptiveBatch(options);
    const sizes: number[] = [];
    adaptive.controller.observations$.subscribe(({ batchSize, short }) => short || sizes.push(batchSize));
    // Without the model a draw is a batch of fit's own.
    await model.fit(x, y, { batchSize: way === 'with' ? 16 : 4, epochs: 4, verbose: 0, callbacks: adaptive });
    expect(sizes.length).toBeGreaterThan(5);
    expect(Math.min(...sizes)).toBe(8);
    for (const size of sizes) expect(size % (way === 'with' ? 8 : 4)).toBe(0);
  });

  it('with another optimizer than SGD and momentum stops at the first draw, and says so', async () => {
    const model = classifier(tf.train.adam(0.01));
    const adaptive = adaptiveBatch(model, { policy: gaussianWalkWithRebound({ drawSize: 8 }) });
    const warnings: string[] = [];
    const sizes = new Set<number>();
    adaptive.controller.on('warning', (warning) => warnings.push(warning));
    adaptive.controller.observations$.subscribe(({ batchSize }) => sizes.add(batchSize));
    await model.fit(x, y, { batchSize: 8, epochs: 2, verbose: 0, callbacks: adaptive });
    expect(warnings).toEqual([expect.stringContaining("with 'Adam' it stops at its first draw")]);
    expect([...sizes]).toEqual([8]);
  });
});

describe('a resumed run', () => {
  it.each([1, 7, 23])('from the state after step %i decides as the uninterrupted one', async (at) => {
    const model = classifier(tf.train.sgd(0.1));
    const adaptive = adaptiveBatch(model, { seed: 2 });
    const observations: StepObservation[] = [];
    const decisions: Decision[] = [];
    let kept: ControllerState | undefined;
    adaptive.controller.on('decision', (decision, observation) => {
      observations.push(observation);
      decisions.push(decision);
      if (observation.step === at) kept = JSON.parse(JSON.stringify(adaptive.getState()));
    });
    await model.fit(x, y, { batchSize: 4, epochs: 2, verbose: 0, callbacks: adaptive });
    const resumed = new AdaptiveController();
    resumed.restore(kept as ControllerState);
    resumed.start({
      baseBatchSize: 4,
      baseLearningRate: 0.1,
      datasetSize: 160,
      optimizer: 'sgd',
      maxMicroBatchSize: 1024,
    });
    expect(observations.slice(at).map((observation) => resumed.observe(observation))).toEqual(decisions.slice(at));
  });

  it('goes on where it was in fit()', async () => {
    const first = adaptiveBatch(classifier(tf.train.sgd(0.1)), { seed: 2 });
    const model = classifier(tf.train.sgd(0.1));
    const before = adaptiveBatch(model, { seed: 2 });
    await model.fit(x, y, { batchSize: 4, epochs: 2, verbose: 0, callbacks: before });
    const state = JSON.parse(JSON.stringify(before.getState())) as ControllerState;
    const after = adaptiveBatch(model, { seed: 3 }).restore(state);
    const steps: number[] = [];
    after.controller.observations$.subscribe(({ step }) => steps.push(step));
    await model.fit(x, y, { batchSize: 4, epochs: 1, verbose: 0, callbacks: after });
    expect(steps[0]).toBe(state.step + 1);
    expect(() => first.restore({} as never)).toThrow('must come from getState()');
  });

  it('from one fit() to the next goes on by itself, at the size and rate it had come to', async () => {
    const optimizer = tf.train.sgd(0.1);
    const model = classifier(optimizer);
    const policy = stages({ at: [{ examples: 64, batchSize: 16 }] });
    const adaptive = adaptiveBatch(model, { seed: 2, policy, learningRate: squareRoot() });
    let seen: Pick<StepObservation, 'step' | 'batchSize' | 'learningRate'>[] = [];
    adaptive.controller.on('decision', (_, { step, batchSize, learningRate }) =>
      seen.push({ step, batchSize, learningRate }),
    );
    const epoch = async () => {
      seen = [];
      await model.fit(x, y, { batchSize: 4, epochs: 1, verbose: 0, callbacks: adaptive });
      return seen;
    };
    const first = await epoch();
    expect(first[0]).toEqual({ step: 1, batchSize: 4, learningRate: 0.1 });
    // 64 examples in batches of 4, the other 96 in batches of 16.
    expect(first).toHaveLength(16 + 6);
    expect((optimizer as unknown as { learningRate: number }).learningRate).toBe(0.1);
    const second = await epoch();
    expect(second.map(({ step }) => step)).toEqual([23, 24, 25, 26, 27, 28, 29, 30, 31, 32]);
    for (const { batchSize, learningRate } of second) {
      expect(batchSize).toBe(16);
      expect(learningRate).toBeCloseTo(0.2, 10);
    }
  });
});
