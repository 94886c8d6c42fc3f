import fc from 'fast-check';
import type { AdaptiveBatchOptions } from 'tfjs-adaptive-batch';
import { presets } from 'tfjs-adaptive-batch';
import { assemble, describeOptions } from '../../src/assembly/assemble.js';
import { optionsFromJson } from '../../src/assembly/from-json.js';
import type { DecisionOptions } from '../../src/assembly/options.js';
import type { RunFacts, StepObservation } from '../../src/core/types.js';
import { decisionsOf } from '../controller/support.js';
import {
  add,
  drawParts,
  exampleGradients,
  type Part,
  type Population,
  scale,
  statisticsOf,
  type Vector,
} from '../support/gradients.js';
import { throughJson } from '../support/json.js';
import { anyRun, plainObservation } from '../support/observations.js';
import { integrate, normalDensity } from '../support/quadrature.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';

const ALL: [string, DecisionOptions][] = [
  ['baSgd', presets.baSgd()],
  ['baMomentum', presets.baMomentum()],
  ['dontDecay', presets.dontDecay()],
  ['dontDecay with other numbers', presets.dontDecay({ milestones: [1, 4], factor: 2 })],
  ['dontDecayOnPlateau', presets.dontDecayOnPlateau()],
  ['dontDecayOnPlateau with other numbers', presets.dontDecayOnPlateau({ factor: 3, patience: { examples: 300 } })],
  ['adaBatch', presets.adaBatch()],
  ['adaDamp', presets.adaDamp()],
  ['adaDamp with a floor', presets.adaDamp({ floor: 0.3 })],
  ['megatronRampUp', presets.megatronRampUp()],
  ['megatronRampUp with other numbers', presets.megatronRampUp({ from: 2, to: 30, increment: 7, examples: 900 })],
];

test('the table holds them all', () => {
  for (const name of Object.keys(presets)) expect(ALL.map(([one]) => one)).toContain(name);
});

const FACTS = { baseBatchSize: 16, baseLearningRate: 0.01, datasetSize: 4000 };

test.each(ALL)('%s leaves the rate to its plan and goes through a run log', (_name, options) => {
  expect(options.learningRate?.name).toBe('none');
  const header = describeOptions(options, FACTS);
  const again = optionsFromJson(throughJson(header));
  expect(describeOptions(again, FACTS)).toEqual(header);
  fc.assert(
    fc.property(anyRun, (run) => {
      const [one, other] = [assemble(options, FACTS), assemble(again, FACTS)];
      expect(other.start()).toEqual(one.start());
      expect(other.drawSize).toBe(one.drawSize);
      expect(decisionsOf(other, run)).toEqual(decisionsOf(one, run));
    }),
    { numRuns: 20 },
  );
});

test('are options as they stand, to which others can be added', () => {
  const plain: AdaptiveBatchOptions = presets.adaBatch();
  const more: AdaptiveBatchOptions = { ...presets.baMomentum(), log: 'run.jsonl' };
  expect([plain.log, more.log]).toEqual([undefined, 'run.jsonl']);
});

/** A training that obeys: what held for the first batch of each epoch, size and rate; its loss goes by examples. */
function epochsOf(
  options: DecisionOptions,
  facts: RunFacts & { datasetSize: number },
  epochs: number,
  lossAt: (epochs: number) => number = () => 1,
): (readonly [number, number])[] {
  const { datasetSize, baseLearningRate } = facts;
  const pipeline = assemble(options, facts);
  let [state, examplesSeen] = [pipeline.start(), 0];
  const first: (readonly [number, number])[] = [];
  for (let step = 1; examplesSeen < epochs * datasetSize; step++) {
    const epoch = Math.floor(examplesSeen / datasetSize);
    const { batchSize: asked, learningRate } = state.decision;
    const isFirst = examplesSeen % datasetSize === 0;
    if (isFirst) first.push([asked, learningRate]);
    const batchSize = Math.min(asked, (epoch + 1) * datasetSize - examplesSeen);
    const loss = lossAt(examplesSeen / datasetSize);
    examplesSeen += batchSize;
    const seen: StepObservation = plainObservation({
      ...{ step, epoch, examplesSeen, batchSize, learningRate, baseLearningRate, loss },
      ...(isFirst && epoch > 0 && { validationLoss: lossAt(epoch) }),
      ...(batchSize < asked && { short: true }),
    });
    ({ state } = pipeline.advance(state, seen));
  }
  return first;
}

const each = <T>(epochs: number, at: (epoch: number) => T): T[] =>
  Array.from({ length: epochs }, (_, epoch) => at(epoch));
/** What it takes to compare rates that were made by other products. */
const close = (pairs: readonly (readonly [number, number])[]) =>
  pairs.map(([size, rate]) => [size, expect.closeTo(rate, 12)]);

describe('dontDecay', () => {
  const facts = { baseBatchSize: 128, baseLearningRate: 0.1, datasetSize: 50_000 };

  test('the wide ResNet of the paper: five times the batch at 60, 120 and 160, and the rate stands', () => {
    const run = epochsOf({ ...presets.dontDecay(), maxBatchSize: 16_000 }, facts, 200);
    expect(run).toEqual(
      each(200, (epoch) => [epoch < 60 ? 128 : epoch < 120 ? 640 : epoch < 160 ? 3200 : 16_000, 0.1]),
    );
  });

  test('where the batch can grow no more the rate is divided', () => {
    const run = epochsOf(presets.dontDecay({ milestones: [2, 3, 5] }), facts, 6);
    // An eighth of the data is 6250.
    expect(run).toEqual(
      close([
        [128, 0.1],
        [128, 0.1],
        [640, 0.1],
        [3200, 0.1],
        [3200, 0.1],
        [3200, 0.02],
      ]),
    );
  });

  test('the noise of the rate over the batch is that of the schedule that it replaces', () => {
    const milestones = [1, 3, 4, 6];
    const run = epochsOf(presets.dontDecay({ milestones, factor: 3 }), { ...facts, datasetSize: 9216 }, 8);
    const schedule = each(8, (epoch) => milestones.reduce((rate, at) => (epoch >= at ? rate / 3 : rate), 0.1));
    expect(run.map(([size, rate]) => rate / size)).toEqual(schedule.map((rate) => expect.closeTo(rate / 128, 12)));
    expect(run.at(-1)?.[0]).toBe(1152);
  });
});

test('dontDecayOnPlateau: five times the batch after ten epochs without a new best', () => {
  const facts = { baseBatchSize: 8, baseLearningRate: 0.1, datasetSize: 1600 };
  const run = epochsOf(presets.dontDecayOnPlateau(), facts, 40, (epoch) => Math.max(1, 2 - epoch / 4));
  // The last best is seen at the beginning of epoch 4, ten more at that of 14, then of 24 and of 34.
  // Decided after the first step of an epoch, so in force at the first batch of the next.
  const cuts = (epoch: number): number => (epoch > 34 ? 3 : epoch > 24 ? 2 : epoch > 14 ? 1 : 0);
  // An eighth of the data is 200, as is 8·5·5.
  const expected = each(
    40,
    (epoch) =>
      [
        [8, 0.1],
        [40, 0.1],
        [200, 0.1],
        [200, 0.02],
      ][cuts(epoch)] as [number, number],
  );
  expect(run).toEqual(close(expected));
});

test('adaBatch: every 20 epochs twice the batch and 0.75 of the rate, then 0.375 of the rate', () => {
  const facts = { baseBatchSize: 128, baseLearningRate: 0.01, datasetSize: 10_000 };
  let [size, rate] = [128, 0.01];
  const expected = each(140, (epoch): [number, number] => {
    if (epoch > 0 && epoch % 20 === 0) {
      // An eighth of the data is 1250.
      [size, rate] = size < 1024 ? [size * 2, rate * 0.75] : [size, rate * 0.375];
    }
    return [size, rate];
  });
  expect(epochsOf(presets.adaBatch(), facts, 140)).toEqual(close(expected));
  expect(expected.at(-1)?.[0]).toBe(1024);
});

test('adaDamp: the batch in inverse proportion to the height of the loss, to the example, then the rate in proportion', () => {
  const facts = { baseBatchSize: 10, baseLearningRate: 0.1, datasetSize: 2000 };
  const floor = 0.5;
  const lossAt = (epochs: number): number => floor + 2 / (1 + Math.floor(epochs));
  const options = { ...presets.adaDamp({ floor }), memory: 1e-6 };
  const run = epochsOf(options, facts, 30, lossAt);
  const expected = each(30, (epoch): [number, number] => {
    // What is in force at the first batch of an epoch was decided by the loss of the one before.
    const damped = Math.ceil((10 * 2) / (lossAt(Math.max(0, epoch - 1)) - floor) - 1e-9);
    return [Math.min(damped, 160), 0.1 * Math.min(1, 160 / damped)];
  });
  expect(run.map(([size]) => size).slice(-1)).toEqual([160]);
  for (const [epoch, [size, rate]] of run.entries()) {
    const [published, publishedRate] = expected[epoch] as [number, number];
    // A quotient that is whole but for rounding may be counted up.
    expect(Math.abs(size - published)).toBeLessThanOrEqual(1);
    expect(Math.abs(rate / publishedRate - 1)).toBeLessThan(0.007);
  }
});

describe('megatronRampUp', () => {
  test('16 8 300000 up to 1024: 126 increments, each after 2380.95 examples', () => {
    const pipeline = assemble(presets.megatronRampUp(), { baseBatchSize: 1024, baseLearningRate: 0.1 });
    let [state, examplesSeen] = [pipeline.start(), 0];
    for (let step = 1; examplesSeen < 320_000; step++) {
      const { batchSize, learningRate } = state.decision;
      const increments = Math.floor(examplesSeen / (300_000 / ((1024 - 16) / 8)));
      expect([batchSize, learningRate]).toEqual([examplesSeen > 300_000 ? 1024 : 16 + increments * 8, 0.1]);
      examplesSeen += batchSize;
      ({ state } = pipeline.advance(state, plainObservation({ step, examplesSeen, batchSize, baseLearningRate: 0.1 })));
    }
    expect(state.decision.batchSize).toBe(1024);
  });
});

describe('batch-adaptive training', () => {
  const N = 192;
  const RATE = 0.2;
  const POPULATION: Population = {
    gradient: [0.5, -0.3],
    factor: [
      [1.5, 0],
      [0.4, 1],
    ],
    noise: 'gaussian',
  };

  /** E|s − ηx| for x ~ N(μ, σ²/m), by quadrature on both sides of the floor. */
  function expectedLoss(loss: number, drift: number, deviation: number): number {
    const rest = loss - drift;
    const kink = Math.min(Math.max(rest / deviation, -10), 10);
    const part = (from: number, to: number): number =>
      integrate((z) => Math.abs(rest - deviation * z) * normalDensity(z), from, to, 1);
    return part(-10, kink) + part(kink, 10);
  }

  /** argmax over m in 1..N of (s − E_m(s'))/m, one m after another. */
  function published(loss: number, mu: number, variance: number): number {
    const utility = (m: number): number => (loss - expectedLoss(loss, RATE * mu, RATE * Math.sqrt(variance / m))) / m;
    let best = 1;
    for (let m = 2; m <= N; m++) if (utility(m) > utility(best)) best = m;
    return best;
  }

  /** μ = g·P and σ² from the halves that the batch was drawn in, written anew. */
  function walkOf(parts: readonly Part[], before: Vector, momentum: number): { mu: number; variance: number } {
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    const g = scale(parts.map((part) => scale(part.gradient, part.size)).reduce(add), 1 / size);
    const along = (a: Vector, b: Vector): number => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
    const step = add(scale(before, momentum), g);
    const spread = parts.reduce((sum, part) => sum + part.size * (along(part.gradient, g) - along(g, g)) ** 2, 0);
    return { mu: along(g, step), variance: spread / (parts.length - 1) };
  }

  test.each([
    ['baSgd', presets.baSgd(), 0],
    ['baMomentum', presets.baMomentum(), 0.9],
  ])('%s draws 32 at a time until the batch is as large as its own statistics ask', (_name, options, momentum) => {
    const pipeline = assemble(options, { baseBatchSize: 32, baseLearningRate: RATE, datasetSize: N });
    expect(pipeline.drawSize).toBe(32);
    const example = exampleGradients(POPULATION, 5);
    let [state, loss, velocity] = [pipeline.start(), 0.4, [0, 0] as Vector];
    const drawnSizes: number[] = [];
    for (let step = 1; step <= 8; step++) {
      expect(state.decision).toMatchObject({ measure: true, learningRate: RATE });
      const parts: Part[] = [];
      const statistics = () => statisticsOf(parts, { direction: (g) => add(scale(velocity, momentum), g) });
      let [drawn, wanted] = [0, Infinity];
      while (drawn < Math.min(wanted, N)) {
        parts.push(...drawParts(example, [16, 16]));
        drawn += 32;
        const { mu, variance } = walkOf(parts, velocity, momentum);
        wanted = mu > 0 ? published(loss, mu, variance) : N;
        const hand = { gradient: statistics(), batchSize: drawn, loss, baseLearningRate: RATE };
        expect(Math.abs(pipeline.drawTarget(state, hand) - wanted)).toBeLessThanOrEqual(1);
      }
      drawnSizes.push(drawn);
      const gradient = statistics();
      const seen = plainObservation({
        step,
        examplesSeen: step * 32,
        batchSize: drawn,
        loss,
        gradient,
        baseLearningRate: RATE,
      });
      ({ state } = pipeline.advance(state, { ...seen, learningRate: RATE, measureMs: 1 }));
      velocity = add(
        scale(velocity, momentum),
        scale(parts.map((part) => part.gradient).reduce(add), 1 / parts.length),
      );
      loss *= 0.75;
    }
    expect(new Set(drawnSizes).size).toBeGreaterThan(1);
  });
});

rejects([
  [() => presets.dontDecay({ factor: 1 }), 'dontDecay: factor', 'a finite number > 1', '1'],
  [() => presets.dontDecay({ milestones: [0] }), 'dontDecay: milestones[0]', 'a whole number >= 1', '0'],
  [() => presets.dontDecay({ milestones: [3, 2] }), 'stages: at[1].epochs', 'a whole number >= 4', '2'],
  [() => presets.dontDecay({ milestones: [] }), 'stages: at', 'a list of one stage or more', '[]'],
  [() => presets.dontDecayOnPlateau({ factor: 1 }), 'growOnPlateau: factor', 'a finite number > 1', '1'],
  [() => presets.megatronRampUp({ increment: 0 }), 'stages: ramp.increment', 'a whole number >= 1', '0'],
]);
rejectsUnknown('dontDecay', presets.dontDecay);
rejectsUnknown('dontDecayOnPlateau', presets.dontDecayOnPlateau);
rejectsUnknown('adaDamp', presets.adaDamp);
rejectsUnknown('stages: ramp', presets.megatronRampUp);

test('have the numbers of their papers', () => {
  expect(presets.baSgd().policy?.options).toEqual({ floor: 0, drawSize: 32, sequential: true });
  expect(presets.baMomentum()).toMatchObject({ measure: { every: 1 } });
  expect(presets.dontDecay().ladder).toBe(5);
  expect(presets.dontDecayOnPlateau({ factor: 3 }).ladder).toBe(3);
  expect(presets.dontDecayOnPlateau().policy?.options).toEqual({
    factor: 5,
    minDelta: 1e-4,
    patience: { epochs: 10 },
    cooldown: { epochs: 0 },
  });
  expect(presets.adaDamp().policy?.options).toEqual({ floor: 0, settle: 256, exact: true });
  expect(presets.adaBatch().policy?.options).toEqual({ every: { epochs: 20 }, batchFactor: 2, rateFactor: 0.75 });
  expect(presets.megatronRampUp().policy?.options).toEqual({ ramp: { from: 16, increment: 8, examples: 300_000 } });
});
