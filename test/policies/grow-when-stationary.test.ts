import type { RunFacts, StepObservation } from '../../src/core/types.js';
import { type GrowWhenStationaryOptions, growWhenStationary } from '../../src/policies/index.js';
import { policyContext } from '../support/contexts.js';
import { curvatures, heightAtRest, heightLeft, type NoisyBowl, stepsIn } from '../support/noisy-bowl.js';
import { gradientStatistics, observation } from '../support/observations.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';

const CANDIDATES = [16, 32, 64];
const FACTS: RunFacts = { baseBatchSize: 16, baseLearningRate: 0.1 };

/** Drives the policy with one step after the other, obeying it; sizes and rates are those of the answers. */
function driver(options: GrowWhenStationaryOptions, facts = FACTS, candidates = CANDIDATES) {
  const policy = growWhenStationary(options);
  let state = policy.init();
  let batchSize = facts.baseBatchSize;
  let scale = 1;
  return (seen: (batchSize: number, rate: number) => StepObservation) => {
    const done = seen(batchSize, facts.baseLearningRate * scale);
    const context = policyContext({ candidates, batchSize, facts, observation: done });
    const answer = policy.update(state, {}, context);
    state = answer.state;
    batchSize = answer.decision.batchSize ?? batchSize;
    scale = answer.decision.learningRateScale ?? scale;
    return { ...answer.decision, state, batchSize, scale };
  };
}

type Facts = { readonly z: number; readonly loss?: number; readonly changes?: Partial<StepObservation> };

/** A measured step of plain SGD whose reading is `z` against a scale of 1: |p|² = 20 at a rate of 0.1. */
function measured({ z, loss = 1, changes = {} }: Facts) {
  return (batchSize: number, learningRate: number): StepObservation =>
    observation({
      batchSize,
      learningRate,
      loss,
      gradient: gradientStatistics({ weightProjection: z + 10 * learningRate, squaredNormOfStep: 20 }),
      ...changes,
    });
}

/** One step a stretch: the decision after each. */
function windowOf(steps: readonly Facts[], options: GrowWhenStationaryOptions = {}) {
  const drive = driver({ window: 160, ...options });
  return steps.map((facts) => drive(measured(facts)));
}

const BALANCED: readonly Facts[] = [0.1, -0.1, 0.2, -0.2, 0.3, -0.3, 0.1, -0.1, 0.1, -0.1].map((z) => ({ z }));
const shifted = (by: number): Facts[] => BALANCED.map(({ z }) => ({ z: z + by }));
const last = <Item>(items: readonly Item[]): Item => items.at(-1) as Item;

test('grows after ten stretches in balance, and not before', () => {
  const decisions = windowOf(BALANCED);
  expect(decisions.map(({ batchSize }) => batchSize)).toEqual([...Array(9).fill(16), 32]);
  expect(decisions.map(({ reason }) => reason)).toEqual([
    ...Array.from({ length: 9 }, (_, i) => `${i + 1} of 10 stretches`),
    'stationary by sasa: 32 for 16',
  ]);
});

// The ten readings have the sum of squares 0.32: s = 0.1886, s/√10 = 0.05963, and t(0.975, 9) = 2.2622.
describe('sasa: the interval holds 0', () => {
  test.each([
    [0.134, 32],
    [-0.134, 32],
    [0.136, 16],
    [-0.136, 16],
  ])('shifted by %d: %d', (by, size) => {
    const { batchSize, reason } = last(windowOf(shifted(by)));
    expect(batchSize).toBe(size);
    if (size === 16) expect(reason).toBe('not stationary by sasa');
  });

  test.each([
    [0.1, 0.6, 16],
    [0.05, 0.6, 32],
  ])('shifted by %d at a level of %d: %d', (by, confidence, size) => {
    expect(last(windowOf(shifted(by), { confidence })).batchSize).toBe(size);
  });
});

test.each([
  [0.29, {}, 32],
  [-0.29, {}, 32],
  [0.31, {}, 16],
  [-0.31, {}, 16],
  [0.99, { tolerance: 1 }, 32],
  [1.01, { tolerance: 1 }, 16],
])('yaida: an imbalance of %d with %j: %d', (by, options, size) => {
  expect(last(windowOf(shifted(by), { test: 'yaida', ...options })).batchSize).toBe(size);
});

test.each([
  // t(0.95, 9)·0.05963 = 0.1093.
  [-0.11, {}, 32],
  [-0.108, {}, 16],
  [0.11, {}, 16],
  [-0.02, { confidence: 0.6 }, 32],
])('pflug: a mean of %d with %j: %d', (by, options, size) => {
  const facts: RunFacts = { ...FACTS, optimizer: 'momentum', momentum: 0.9 };
  const drive = driver({ test: 'pflug', window: 160, ...options }, facts);
  const sizes = shifted(by).map(({ z }) => {
    const gradient = gradientStatistics({ meanProjection: 7 + z, freshProjection: 7 });
    return drive((batchSize, learningRate) => observation({ batchSize, learningRate, gradient })).batchSize;
  });
  expect(last(sizes)).toBe(size);
});

describe('the loss must be flat', () => {
  const noise = [0.1, -0.1, 0.1, -0.1, 0.1, -0.1, 0.1, -0.1, 0.1, -0.1];
  /** Slope of the noise alone −0.00606; 82.5 = Σ(i − 4.5)². */
  const falling = (slope: number): Facts[] =>
    BALANCED.map(({ z }, i) => ({ z, loss: 5 - slope * i + (noise[i] as number) }));

  test('falls by more than its standard error: held, and said', () => {
    const { batchSize, reason } = last(windowOf(falling(0.05)));
    expect(batchSize).toBe(16);
    expect(reason).toBe('stationary by sasa, but the loss still falls: 0.56 ± 0.12');
  });

  test.each([
    // The fall is 10·(slope + 0.00606), its error 10·√(0.09697/8/82.5) = 0.1212.
    [0.006, 32],
    [0.0062, 16],
    [-0.05, 32],
  ])('a slope of %d: %d', (slope, size) => {
    expect(last(windowOf(falling(slope))).batchSize).toBe(size);
    expect(last(windowOf(falling(slope), { needsFlatLoss: false })).batchSize).toBe(32);
  });
});

describe('a window', () => {
  test('that fails goes on by half', () => {
    const decisions = windowOf([...shifted(1), ...BALANCED]);
    expect(decisions.map(({ batchSize }) => batchSize).indexOf(32)).toBe(19);
    expect(decisions[14]?.reason).toBe('not stationary by sasa');
    expect(decisions[10]?.reason).toBe('6 of 10 stretches');
  });

  test('is as long as it says, and each stretch has a reading', () => {
    const drive = driver({ window: 1600 });
    const plain = (batchSize: number, learningRate: number): StepObservation => {
      const { gradient: _none, measureMs: _no, ...rest } = observation({ batchSize, learningRate });
      return rest;
    };
    for (let i = 0; i < 9; i++) expect(drive(plain).reason).toBe('stretch 1 of 10 of the window');
    expect(drive(plain).state.stretches).toHaveLength(0);
    expect(drive(plain).state.examples).toBe(176);
    expect(drive(measured({ z: 4, loss: 2 })).state).toMatchObject({
      examples: 0,
      stretches: [[4, 1, expect.any(Number)]],
    });
  });

  test('a stretch has the mean reading and the mean loss, short batches among them', () => {
    const drive = driver({ window: 480 });
    drive(measured({ z: 1, loss: 1 }));
    drive(measured({ z: 50, loss: 4, changes: { batchSize: 8, short: true } }));
    const { state } = drive(measured({ z: 3, loss: 2 }));
    expect(state).toMatchObject({ examples: 40, readings: 2, lastBatchSize: 16, stretches: [] });
    const closed = drive(measured({ z: 5, loss: 1 })).state.stretches[0] as readonly number[];
    expect(closed[0]).toBeCloseTo(3, 12);
    expect(closed[1]).toBeCloseTo(1, 12);
    expect(closed[2]).toBeCloseTo((16 + 32 + 32 + 16) / 56, 12);
  });

  test.each([
    [0.1249, 32],
    [0.1251, 16],
    [0.0801, 32],
    [0.0799, 16],
  ])('with the rate at %d for its second half leads to %d', (rate, size) => {
    const drive = driver({ window: 160 });
    const decisions = BALANCED.map(({ z }, i) => {
      const learningRate = i < 5 ? 0.1 : rate;
      const weightProjection = z + 10 * learningRate;
      const gradient = gradientStatistics({ weightProjection, squaredNormOfStep: 20 });
      return drive((batchSize) => observation({ batchSize, learningRate, gradient }));
    });
    expect(last(decisions).batchSize).toBe(size);
  });

  test('begins anew where another size is forced', () => {
    const policy = growWhenStationary({ window: 160 });
    let state = policy.init();
    const counts = [16, 16, 64, 64, 64].map((batchSize) => {
      const seen = measured({ z: 0 })(batchSize, 0.1);
      ({ state } = policy.update(state, {}, policyContext({ batchSize, facts: FACTS, observation: seen })));
      return state.stretches.length;
    });
    expect(counts).toEqual([1, 2, 1, 2, 3]);
  });
});

describe('at a noise floor', () => {
  const through = (windows: number, options: GrowWhenStationaryOptions, candidates = CANDIDATES) => {
    const drive = driver({ window: 160, ...options }, FACTS, candidates);
    const changes: { batchSize: number; scale: number; reason: string }[] = [];
    for (let i = 0; i < windows * 40 && changes.length < windows; i++) {
      const { batchSize, scale, reason } = drive(measured(BALANCED[i % 10] as Facts));
      if (reason.startsWith('stationary')) changes.push({ batchSize, scale, reason });
    }
    return changes;
  };

  test('grows to the cap, then cuts the rate, each time anew', () => {
    expect(through(4, {})).toEqual([
      { batchSize: 32, scale: 1, reason: 'stationary by sasa: 32 for 16' },
      { batchSize: 64, scale: 1, reason: 'stationary by sasa: 64 for 32' },
      { batchSize: 64, scale: 0.5, reason: 'stationary by sasa at the largest batch: rate x0.500' },
      { batchSize: 64, scale: 0.25, reason: 'stationary by sasa at the largest batch: rate x0.250' },
    ]);
  });

  test('by its factor', () => {
    expect(through(2, { factor: 4 }).map(({ batchSize, scale }) => [batchSize, scale])).toEqual([
      [64, 1],
      [64, 0.25],
    ]);
  });

  test('a small factor adds up until a candidate is nearest', () => {
    const sizes = through(5, { factor: 1.25 }).map(({ batchSize }) => batchSize);
    // 20, 25, 31, 39, 49: the middle of 16 and 32 in log is 22.6, of 32 and 64 45.3.
    expect(sizes).toEqual([16, 32, 32, 32, 64]);
  });
});

describe('holds, and says why', () => {
  const seen = observation();
  test.each([
    ['sasa', 'adaptive', "sasa: holds for SGD and momentum only; test 'pflug' also for Adam"],
    ['yaida', 'sgd', 'yaida: g·θ and |p|² were not measured'],
  ] as const)('%s with %s', (test, optimizer, reason) => {
    const policy = growWhenStationary({ test });
    const context = policyContext({ facts: { ...FACTS, optimizer }, observation: seen });
    const { state, decision } = policy.update(policy.init(), {}, context);
    expect(decision).toEqual({ reason });
    expect(state).toMatchObject({ batchSize: 16, lastBatchSize: 16, examples: 0 });
  });

  test('pflug of Adam moves', () => {
    const facts: RunFacts = { ...FACTS, optimizer: 'adaptive' };
    const drive = driver({ test: 'pflug', window: 160 }, facts);
    const gradient = gradientStatistics({ meanProjection: 5, freshProjection: 7 });
    const sizes = BALANCED.map(
      () => drive((batchSize, learningRate) => observation({ batchSize, learningRate, gradient })).batchSize,
    );
    expect(last(sizes)).toBe(32);
  });
});

test('its defaults', () => {
  expect(growWhenStationary().options).toEqual({
    test: 'sasa',
    window: 20_000,
    confidence: 0.95,
    tolerance: 0.3,
    needsFlatLoss: true,
    factor: 2,
  });
  expect(growWhenStationary().needs).toEqual(['loss', 'gradient']);
});

/** A bowl from which SGD at a constant rate comes to rest after some ten thousand examples, its softest directions last. */
const BOWL: NoisyBowl = {
  curvatures: curvatures(12, 0.003, 1),
  noise: 2,
  rate: 0.2,
  momentum: 0,
  batchSize: 16,
  start: 3,
  every: 10,
};

describe.each([
  ['plain SGD', BOWL],
  ['momentum', { ...BOWL, rate: 0.02, momentum: 0.9 }],
])('%s in a bowl', (_name, bowl) => {
  const facts: RunFacts = {
    baseBatchSize: 16,
    baseLearningRate: bowl.rate,
    ...(bowl.momentum > 0 && { optimizer: 'momentum' as const, momentum: bowl.momentum }),
  };

  /** Share of the noise's height that the way from the start still makes when the batch first grows. */
  function leftWhenGrown(options: GrowWhenStationaryOptions, seed: number): number {
    const drive = driver(options, facts);
    const steps = stepsIn(bowl, seed);
    for (let step = 1; step <= 20_000; step++) {
      if (drive(steps).batchSize > 16) return heightLeft(bowl, step) / heightAtRest(bowl);
    }
    return Number.NaN;
  }

  test('grows once the way from the start is a small part of the noise', () => {
    for (const seed of [1, 2, 3, 4]) expect(leftWhenGrown({}, seed)).toBeLessThan(0.1);
  });

  test('over a window too short for the soft directions only the flat loss keeps it from growing at once', () => {
    const mean = (needsFlatLoss: boolean): number =>
      [1, 2, 3, 4].reduce((sum, seed) => sum + leftWhenGrown({ window: 4000, needsFlatLoss }, seed) / 4, 0);
    expect(mean(false)).toBeGreaterThan(2 * mean(true));
  });

  test('pflug grows later than that, yaida too', () => {
    for (const test of ['pflug', 'yaida'] as const) expect(leftWhenGrown({ test }, 5)).toBeLessThan(0.05);
  });
});

rejects([
  [
    () => growWhenStationary({ test: 'other' as never }),
    'growWhenStationary: test',
    'one of pflug, yaida, sasa',
    '"other"',
  ],
  [() => growWhenStationary({ window: 9 }), 'growWhenStationary: window', 'a whole number >= 10', '9'],
  [() => growWhenStationary({ confidence: 0.49 }), 'growWhenStationary: confidence', 'between 0.5 and 0.98', '0.49'],
  [() => growWhenStationary({ confidence: 0.99 }), 'growWhenStationary: confidence', 'between 0.5 and 0.98', '0.99'],
  [() => growWhenStationary({ tolerance: 0 }), 'growWhenStationary: tolerance', 'a finite number > 0', '0'],
  [
    () => growWhenStationary({ needsFlatLoss: 1 as never }),
    'growWhenStationary: needsFlatLoss',
    'one of true, false',
    '1',
  ],
  [() => growWhenStationary({ factor: 1 }), 'growWhenStationary: factor', 'a finite number > 1', '1'],
]);
rejectsUnknown('growWhenStationary', growWhenStationary);
