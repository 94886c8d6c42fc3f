import fc from 'fast-check';
import { assemble } from '../../src/assembly/assemble.js';
import type { PolicyContext, PolicyDecision } from '../../src/core/types.js';
import { none } from '../../src/learning-rates/index.js';
import { type RampUp, type Stage, type StagesOptions, stages } from '../../src/policies/index.js';
import { logarithmic } from '../support/arbitraries.js';
import { type ContextChanges, drawContext, policyContext } from '../support/contexts.js';
import { throughJson } from '../support/json.js';
import { plainObservation } from '../support/observations.js';
import { type Rejection, rejects, rejectsUnknown } from '../support/rejections.js';

/** Candidates 16 to 1024, base 16, the size of the data not known. */
function decide(
  options: StagesOptions,
  place: { epoch?: number; examplesSeen?: number },
  changes: ContextChanges = {},
) {
  const context: PolicyContext = policyContext({ observation: plainObservation(place), ...changes });
  return stages(options).update(null, {}, context).decision as Required<PolicyDecision>;
}

const sizeAndScale = (...given: Parameters<typeof decide>): readonly [number, number] => {
  const { batchSize, learningRateScale } = decide(...given);
  return [batchSize, learningRateScale];
};

describe('stages of equal length', () => {
  test('by default double the batch each 20 epochs, at three quarters of the rate', () => {
    const at = (epoch: number) => sizeAndScale({}, { epoch });
    expect([0, 19, 20, 39, 40, 60].map(at)).toEqual([
      [16, 1],
      [16, 1],
      [32, 0.75],
      [32, 0.75],
      [64, 0.5625],
      [128, 0.421875],
    ]);
    expect(decide({}, { epoch: 40 }).reason).toBe('stage 3, each 20 epochs');
  });

  test('in examples, with any factors', () => {
    const options = { every: { examples: 500 }, batchFactor: 1.5, rateFactor: 2 };
    const at = (examplesSeen: number) => sizeAndScale(options, { examplesSeen });
    // 16·1.5ⁿ = 24, 36, 54.
    expect([499, 500, 1000, 1499, 1500].map(at)).toEqual([
      [16, 1],
      [24, 2],
      [36, 4],
      [36, 4],
      [54, 8],
    ]);
    expect(decide(options, { examplesSeen: 500 }).reason).toBe('stage 2, each 500 examples');
  });

  test('past the largest candidate the rate takes over what the batch would have done', () => {
    const at = (epoch: number) => decide({}, { epoch }, { candidates: [16, 32, 64] });
    expect(at(40)).toMatchObject({ batchSize: 64, learningRateScale: 0.5625, reason: 'stage 3, each 20 epochs' });
    expect(at(60)).toEqual({
      batchSize: 64,
      learningRateScale: 0.5625 * 0.375,
      reason: 'stage 4, each 20 epochs: the batch is at its largest',
    });
    expect(at(80).learningRateScale).toBe(0.5625 * 0.375 * 0.375);
    // 16·5 = 80, of which 64 is given: the rate takes 64/80.
    const fivefold = { every: { epochs: 1 }, batchFactor: 5, rateFactor: 1 };
    expect(sizeAndScale(fivefold, { epoch: 1 }, { candidates: [16, 32, 64] })).toEqual([64, 0.8]);
  });

  test('a base above all candidates is no growth', () => {
    expect(sizeAndScale({}, { epoch: 0 }, { baseBatchSize: 32, candidates: [8] })).toEqual([32, 1]);
    expect(sizeAndScale({}, { epoch: 20 }, { baseBatchSize: 32, candidates: [8] })).toEqual([32, 0.375]);
  });

  test('may shrink the batch, down to one example', () => {
    const options = { every: { epochs: 1 }, batchFactor: 0.25, rateFactor: 1 };
    expect([1, 2, 3, 900].map((epoch) => sizeAndScale(options, { epoch })[0])).toEqual([4, 1, 1, 1]);
  });

  test('is the recursion B ← βB, η ← αη, the noise η/B falling by α/β a stage beyond the bound too', () => {
    const factors = fc.record({ batchFactor: logarithmic(1.1, 6), rateFactor: logarithmic(0.2, 2) });
    fc.assert(
      fc.property(factors, fc.integer({ min: 0, max: 30 }), (given, epoch) => {
        const { batchSize, learningRateScale } = decide({ every: { epochs: 1 }, ...given }, { epoch });
        let [size, rate] = [16, 1];
        for (let i = 0; i < epoch; i++) [size, rate] = [size * given.batchFactor, rate * given.rateFactor];
        expect(Math.abs(batchSize - Math.min(size, 1024))).toBeLessThanOrEqual(0.5 + 1e-9);
        expect(learningRateScale / Math.min(size, 1024) / (rate / size)).toBeCloseTo(1, 9);
      }),
    );
  });

  test('however many stages there were, the rate is a number > 0', () => {
    for (const rateFactor of [0.5, 4]) {
      for (const batchFactor of [0.5, 2]) {
        const options = { every: { examples: 1 }, batchFactor, rateFactor };
        const { learningRateScale, batchSize } = decide(options, { examplesSeen: 1e9 });
        expect(learningRateScale > 0 && Number.isFinite(learningRateScale)).toBe(true);
        expect(batchSize).toBe(batchFactor > 1 ? 1024 : 1);
      }
    }
  });
});

describe('a list of stages', () => {
  const at: Stage[] = [
    { epochs: 3, batchSize: 40 },
    { epochs: 5, learningRateScale: 0.5 },
    { epochs: 6, batchFactor: 4 },
    { epochs: 9, batchFactor: 100, learningRateScale: 0.1 },
  ];

  test('each holds from its time on, and keeps what it does not say', () => {
    expect([0, 2, 3, 4, 5, 6, 8].map((epoch) => sizeAndScale({ at }, { epoch }))).toEqual([
      [16, 1],
      [16, 1],
      [40, 1],
      [40, 1],
      [40, 0.5],
      [64, 0.5],
      [64, 0.5],
    ]);
    expect(decide({ at }, { epoch: 0 }).reason).toBe('before the first stage');
    expect(decide({ at }, { epoch: 5 }).reason).toBe('stage 2 of 4');
  });

  test('where a multiple of the base is past the largest candidate the rate takes the rest', () => {
    // 1600 asked, 1024 given.
    expect(decide({ at }, { epoch: 9 })).toEqual({
      batchSize: 1024,
      learningRateScale: 0.1 * 0.64,
      reason: 'stage 4 of 4: the batch is at its largest',
    });
    expect(sizeAndScale({ at }, { epoch: 99 }, { candidates: [16, 2048] })).toEqual([1600, 0.1]);
    expect(decide({ at }, { epoch: 99 }, { candidates: [16, 1600] }).reason).toBe('stage 4 of 4');
  });

  test('a size in examples is asked for as it stands, and multiples are rounded', () => {
    expect(sizeAndScale({ at: [{ epochs: 0, batchSize: 5000 }] }, {})).toEqual([5000, 1]);
    expect(sizeAndScale({ at: [{ epochs: 0, batchFactor: 1.6 }] }, {})).toEqual([26, 1]);
    expect(sizeAndScale({ at: [{ epochs: 0, batchFactor: 0.01 }] }, {})).toEqual([1, 1]);
  });

  test('a first stage of the rate alone leaves the base batch size', () => {
    expect(sizeAndScale({ at: [{ epochs: 0, learningRateScale: 0.5 }] }, {})).toEqual([16, 0.5]);
  });

  test('in examples', () => {
    const options = {
      at: [
        { examples: 100, batchSize: 32 },
        { examples: 101, batchSize: 64 },
      ],
    };
    expect([99, 100, 101].map((examplesSeen) => sizeAndScale(options, { examplesSeen })[0])).toEqual([16, 32, 64]);
  });

  test('is what a search backwards through it finds', () => {
    const stage = fc.record({ length: fc.integer({ min: 1, max: 9 }), batchSize: fc.integer({ min: 1, max: 99 }) });
    fc.assert(
      fc.property(fc.array(stage, { minLength: 1, maxLength: 8 }), fc.nat(50), (parts, epoch) => {
        let epochs = 0;
        const list = parts.map(({ length, batchSize }) => {
          epochs += length;
          return { epochs, batchSize };
        });
        const found = list.findLast((one) => one.epochs <= epoch);
        expect(decide({ at: list }, { epoch }).batchSize).toBe(found?.batchSize ?? 16);
      }),
    );
  });
});

describe('a ramp-up', () => {
  const ramp: RampUp = { from: 4, to: 16, increment: 4, examples: 300 };

  test('by hand: 4, 8, 12, 16 after 100 examples each', () => {
    const at = (examplesSeen: number) => sizeAndScale({ ramp }, { examplesSeen });
    expect([0, 99, 100, 199, 200, 299, 300, 9999].map(at).map(([size]) => size)).toEqual([4, 4, 8, 8, 12, 12, 16, 16]);
    expect(at(150)).toEqual([8, 1]);
    expect(decide({ ramp }, { examplesSeen: 150 }).reason).toBe('ramp-up: 1 of 3 increments');
  });

  test('to the base batch size, the last increment as long as is left', () => {
    const { to: _to, ...open } = { ...ramp, increment: 5 };
    const at = (examplesSeen: number) => decide({ ramp: open }, { examplesSeen }).batchSize;
    expect([0, 100, 200, 300].map(at)).toEqual([4, 9, 14, 16]);
    const small = decide({ ramp: open }, { examplesSeen: 0 }, { baseBatchSize: 2 });
    expect(small).toMatchObject({ batchSize: 2, reason: 'ramp-up: 0 of 0 increments' });
  });

  test('is what counting the increments one by one gives', () => {
    const ramps = fc.record({
      from: fc.integer({ min: 1, max: 64 }),
      increments: fc.integer({ min: 1, max: 60 }),
      increment: fc.integer({ min: 1, max: 32 }),
      examples: fc.integer({ min: 1, max: 100_000 }),
    });
    fc.assert(
      fc.property(ramps, fc.nat(120_000), ({ increments, ...given }, examplesSeen) => {
        const to = given.from + increments * given.increment;
        let size = given.from;
        for (let i = 1; i <= increments; i++)
          if (examplesSeen * increments >= i * given.examples) size += given.increment;
        expect(decide({ ramp: { ...given, to } }, { examplesSeen }).batchSize).toBe(size);
      }),
    );
  });
});

test('starts as the plan does', () => {
  const start = (options: StagesOptions) => stages(options).start?.(drawContext());
  expect(start({})).toBe(16);
  expect(start({ at: [{ epochs: 1, batchSize: 64 }] })).toBe(16);
  expect(start({ at: [{ epochs: 0, batchSize: 64 }] })).toBe(64);
  expect(start({ ramp: { from: 4, increment: 4, examples: 300 } })).toBe(4);
});

test('in a training of 100 examples the first batch of an epoch has the size of its stage', () => {
  const policy = stages({ every: { epochs: 2 }, rateFactor: 0.5 });
  const pipeline = assemble(
    { policy, learningRate: none(), maxBatchSize: 64 },
    { baseBatchSize: 16, baseLearningRate: 0.1, datasetSize: 100 },
  );
  let [state, examplesSeen] = [pipeline.start(), 0];
  const first = new Map<number, readonly [number, number]>();
  for (let step = 1; examplesSeen < 800; step++) {
    const epoch = Math.floor(examplesSeen / 100);
    const { batchSize: asked, learningRate } = state.decision;
    if (examplesSeen % 100 === 0) first.set(epoch, [asked, learningRate]);
    const batchSize = Math.min(asked, 100 * (epoch + 1) - examplesSeen);
    examplesSeen += batchSize;
    const seen = plainObservation({ step, epoch, examplesSeen, batchSize, baseLearningRate: 0.1, learningRate });
    ({ state } = pipeline.advance(state, batchSize < asked ? { ...seen, short: true } : seen));
  }
  expect([...first.values()]).toEqual([
    [16, 0.1],
    [16, 0.1],
    [32, 0.05],
    [32, 0.05],
    [64, 0.025],
    [64, 0.025],
    [64, 0.025 / 4],
    [64, 0.025 / 4],
  ]);
});

test('says what it is, through JSON', () => {
  const byDefault = { every: { epochs: 20 }, batchFactor: 2, rateFactor: 0.75 };
  expect(stages()).toMatchObject({ name: 'stages', options: byDefault, needs: [] });
  expect(stages().init()).toBeNull();
  const forms: StagesOptions[] = [
    { every: { examples: 9 }, batchFactor: 3, rateFactor: 1 },
    {
      at: [
        { epochs: 2, batchFactor: 2, learningRateScale: 0.5 },
        { epochs: 3, batchSize: 9 },
      ],
    },
    { ramp: { from: 4, to: 16, increment: 4, examples: 300 } },
    { ramp: { from: 4, increment: 4, examples: 300 } },
  ];
  for (const form of forms) {
    expect(stages(form).options).toEqual(form);
    expect(stages(throughJson(form)).options).toEqual(form);
  }
  expect(stages({ batchFactor: 4 }).options).toEqual({ ...byDefault, batchFactor: 4 });
});

const bad = (options: unknown, option: string, range: string, value: string): Rejection => [
  () => stages(options as StagesOptions),
  `stages: ${option}`,
  range,
  value,
];
const NOT_STEPS =
  '{ epochs } or { examples }, not steps: a step is as long as its batch, so a schedule in steps would move with the sizes it sets';
const A_LIST = 'a list of one stage or more';
const RAMP = { from: 4, increment: 4, examples: 300 };

rejects([
  bad({ every: { steps: 100 } }, 'every', NOT_STEPS, '{"steps":100}'),
  bad({ at: [{ steps: 9, batchSize: 32 }] }, 'at[0]', NOT_STEPS, '{"steps":9,"batchSize":32}'),
  bad({ every: { epochs: 0 } }, 'every.epochs', 'a whole number >= 1', '0'),
  bad({ every: { epochs: 0.5 } }, 'every.epochs', 'a whole number >= 1', '0.5'),
  bad({ batchFactor: 0 }, 'batchFactor', 'a finite number > 0', '0'),
  bad({ rateFactor: 0 }, 'rateFactor', 'a finite number > 0', '0'),
  bad({ rateFactor: Number.NaN }, 'rateFactor', 'a finite number > 0', 'NaN'),
  bad({ at: [] }, 'at', A_LIST, '[]'),
  bad({ at: { epochs: 1 } }, 'at', A_LIST, '{"epochs":1}'),
  bad({ at: [{ epochs: -1 }] }, 'at[0].epochs', 'a whole number >= 0', '-1'),
  bad({ at: [{ epochs: 3 }, { epochs: 3 }] }, 'at[1].epochs', 'a whole number >= 4', '3'),
  bad({ at: [{ epochs: 3 }, { examples: 300 }] }, 'at[1]', 'in epochs, as the stage before it', 'examples'),
  bad({ at: [{ epochs: 3, batchSize: 0 }] }, 'at[0].batchSize', 'a whole number >= 1', '0'),
  bad({ at: [{ epochs: 3, batchFactor: 0 }] }, 'at[0].batchFactor', 'a finite number > 0', '0'),
  bad({ at: [{ epochs: 3, learningRateScale: 0 }] }, 'at[0].learningRateScale', 'a finite number > 0', '0'),
  bad({ ramp: null }, 'ramp', 'an object with from, increment and examples', 'null'),
  bad({ ramp: 30 }, 'ramp', 'an object with from, increment and examples', '30'),
  bad({ ramp: { ...RAMP, from: 0 } }, 'ramp.from', 'a whole number >= 1', '0'),
  bad({ ramp: { ...RAMP, to: 3 } }, 'ramp.to', 'a whole number >= 4', '3'),
  bad({ ramp: { ...RAMP, increment: 0 } }, 'ramp.increment', 'a whole number >= 1', '0'),
  bad({ ramp: { ...RAMP, examples: 0 } }, 'ramp.examples', 'a whole number >= 1', '0'),
]);
rejectsUnknown('stages', stages);

test.each([
  [
    { at: [{ epochs: 3, batchSize: 4, batchFactor: 2 }] },
    'stages: at[0] must have batchSize or batchFactor, not both; got {"epochs":3,"batchSize":4,"batchFactor":2}',
  ],
  [
    { at: [{ epochs: 3, size: 4 }] },
    "stages: at[0] has no option 'size'; its options are epochs, examples, batchSize, batchFactor, learningRateScale",
  ],
  [{ ramp: { ...RAMP, over: 3 } }, "stages: ramp has no option 'over'; its options are from, to, increment, examples"],
  [{ at: [{ epochs: 3 }], ramp: RAMP }, 'stages must be given at or ramp, not both'],
  [{ every: { epochs: 3 }, ramp: RAMP }, 'stages must be given every, batchFactor and rateFactor or ramp, not both'],
  [{ rateFactor: 0.5, at: [{ epochs: 3 }] }, 'stages must be given every, batchFactor and rateFactor or at, not both'],
  [{ batchFactor: 2, ramp: RAMP }, 'stages must be given every, batchFactor and rateFactor or ramp, not both'],
])('rejects %j', (options, message) => {
  expect(() => stages(options as StagesOptions)).toThrow(new RangeError(message));
});
