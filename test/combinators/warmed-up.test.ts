import fc from 'fast-check';
import { type WarmedUpOptions, warmedUp } from '../../src/combinators/index.js';
import { drawContext } from '../support/contexts.js';
import { answering, asking, drawing, obeying, scripted } from '../support/policies.js';
import { type Rejection, rejects, rejectsUnknown } from '../support/rejections.js';

const FACTS = { baseBatchSize: 16, baseLearningRate: 0.01, datasetSize: 1000 };
const over = (options: WarmedUpOptions, seen: readonly number[], inner = answering({ batchSize: 64 }), changes = {}) =>
  obeying(
    warmedUp(inner, options),
    seen.map((at) => ({ seen: at })),
    changes,
  ).decisions;

test('holds the base size, then lets the policy have its way', () => {
  expect(over({ examples: 100 }, [1, 50, 99, 100, 101])).toEqual([
    { batchSize: 16, reason: 'warm-up, 1 %: answer 0' },
    { batchSize: 16, reason: 'warm-up, 50 %: answer 1' },
    { batchSize: 16, reason: 'warm-up, 99 %: answer 2' },
    { batchSize: 64, reason: 'answer 3' },
    { batchSize: 64, reason: 'answer 4' },
  ]);
});

test('the rate rises linearly in examples, and is left alone then', () => {
  const scales = over({ examples: 100, factor: 0.2 }, [10, 25, 50, 99, 100, 200]).map((d) => d.learningRateScale);
  for (const [i, scale] of [0.28, 0.4, 0.6, 0.992].entries()) expect(scales[i]).toBeCloseTo(scale, 12);
  expect(scales.slice(4)).toEqual([1, undefined]);
});

test('times the factor of the policy', () => {
  const inner = answering({ learningRateScale: 0.5 }, {}, {}, {});
  expect(over({ examples: 100, factor: 0.5 }, [0, 50, 100, 150], inner).map((d) => d.learningRateScale)).toEqual([
    0.25,
    0.375,
    0.5,
    undefined,
  ]);
});

test('is one epoch unless told otherwise', () => {
  const sizes = (seen: readonly number[], options = {}) =>
    over(options, seen, undefined, { facts: FACTS }).map(({ batchSize }) => batchSize);
  expect(sizes([999, 1000])).toEqual([16, 64]);
  expect(sizes([499, 500], { epochs: 0.5 })).toEqual([16, 64]);
  expect(warmedUp(asking(1)).options).toEqual({ epochs: 1, factor: 1, policy: { name: 'asking', options: {} } });
  expect(warmedUp(asking(1), { examples: 5 }).options).toMatchObject({ examples: 5 });
  expect(warmedUp(asking(1), { examples: 5 }).options).not.toHaveProperty('epochs');
});

test('where the size of the data is not known, by the count of the loop; where it is, by whichever is further', () => {
  const steps = [0, 1, 2].map((epoch) => ({ seen: 5000, shows: { epoch } }));
  const { decisions } = obeying(warmedUp(asking(64), { epochs: 2, factor: 0.5 }), steps);
  expect(decisions.map((d) => [d.batchSize, d.learningRateScale])).toEqual([
    [16, 0.5],
    [16, 0.75],
    [64, 1],
  ]);
  const short = [{ seen: 10, shows: { epoch: 1 } }];
  expect(obeying(warmedUp(asking(64)), short, { facts: FACTS }).sizes).toEqual([64]);
});

test('a hold goes through afterwards', () => {
  const inner = scripted([undefined, undefined]);
  const { decisions } = obeying(warmedUp(inner, { examples: 10 }), [{ seen: 9 }, { seen: 10 }], { batchSize: 128 });
  expect(decisions).toEqual([{ batchSize: 16, reason: 'warm-up, 90 %: script 0' }, { reason: 'script 1' }]);
});

test('starts with the base; both within the candidates', () => {
  const policy = warmedUp(drawing(256, 64));
  expect(policy.start?.(drawContext())).toBe(16);
  expect(policy.start?.(drawContext({ candidates: [32, 64] }))).toBe(32);
  expect(policy.start?.(drawContext({ candidates: [4, 8] }))).toBe(8);
  expect(obeying(policy, [{}], { candidates: [32, 64] }).sizes).toEqual([32]);
});

test('in a ramp the mean rate is the mean of its ends', () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 400 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (steps, factor) => {
      const middles = Array.from({ length: steps }, (_, i) => i + 0.5);
      const rates = over({ examples: steps, factor }, middles).map((d) => d.learningRateScale ?? 1);
      const mean = rates.reduce((sum, rate) => sum + rate, 0) / steps;
      expect(mean).toBeCloseTo((1 + factor) / 2, 9);
    }),
    { numRuns: 20 },
  );
});

const bad = (options: object, name: string, range: string, value: string): Rejection => [
  () => warmedUp(asking(1), options),
  `warmedUp: ${name}`,
  range,
  value,
];
rejects([
  bad({ examples: 0 }, 'examples', 'a whole number >= 1', '0'),
  bad({ examples: 1.5 }, 'examples', 'a whole number >= 1', '1.5'),
  bad({ epochs: 0 }, 'epochs', 'a finite number > 0', '0'),
  bad({ epochs: Infinity }, 'epochs', 'a finite number > 0', 'Infinity'),
  bad({ factor: 0 }, 'factor', 'between 0.000001 and 1', '0'),
  bad({ factor: 1.1 }, 'factor', 'between 0.000001 and 1', '1.1'),
]);
rejectsUnknown('warmedUp', (options) => warmedUp(asking(1), options));

test('rejects both lengths, and a number of steps', () => {
  expect(() => warmedUp(asking(1), { examples: 5, epochs: 1 })).toThrow(
    new RangeError('warmedUp must be given examples or epochs, not both'),
  );
  expect(() => warmedUp(asking(1), { steps: 5 } as never)).toThrow(
    "warmedUp has no option 'steps': a step is as long as its batch, so a number of them says nothing of how far the training is; give examples or epochs",
  );
});
