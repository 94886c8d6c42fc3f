import { clamped, maxOf, minOf, ramped } from '../../src/combinators/index.js';
import { linear } from '../../src/learning-rates/index.js';
import { fixed, gaussianWalk } from '../../src/policies/index.js';
import { LOGGED, optionsOfGrid, sweep } from '../../src/replay/index.js';
import { step } from '../../src/schedules/index.js';
import { asking } from '../support/policies.js';
import { recordsOf, trained } from './support.js';

const { lines } = trained({}, 60);

test('every combination, the last path fastest', async () => {
  const { runs } = await sweep(recordsOf(lines), {}, { memory: [500, 2000], 'gaussianWalk.minGain': [1, 1.2, 2] });
  expect(runs[0]?.outcomes.map(({ name }) => name)).toEqual([
    LOGGED,
    'memory=500 gaussianWalk.minGain=1',
    'memory=500 gaussianWalk.minGain=1.2',
    'memory=500 gaussianWalk.minGain=2',
    'memory=2000 gaussianWalk.minGain=1',
    'memory=2000 gaussianWalk.minGain=1.2',
    'memory=2000 gaussianWalk.minGain=2',
  ]);
  const options = {
    memory: 500,
    policy: { options: { policy: { options: { policy: { options: { minGain: 1.2 } } } } } },
  };
  expect(runs[0]?.outcomes[2]?.options).toMatchObject(options);
});

test('options, measuring, combinators and rules are reached by name', () => {
  const base = { policy: clamped(ramped(gaussianWalk()), { max: 64 }), learningRate: linear() };
  const grid = {
    'clamped.max': [128],
    'ramped.factor': [4],
    'measure.every': [3],
    ladder: [1.5],
    learningRate: ['none'],
  };
  const options = Object.values(optionsOfGrid(base, grid))[0];
  expect(options).toMatchObject({
    ladder: 1.5,
    measure: { every: 3 },
    learningRate: { name: 'none' },
    policy: { options: { max: 128, policy: { options: { factor: 4 } } } },
  });
});

test('units within a combinator of several are reached, each that has the name', () => {
  const base = { policy: clamped(maxOf([ramped(gaussianWalk()), fixed(8), minOf([gaussianWalk(), fixed(9)])]), {}) };
  const options = Object.values(optionsOfGrid(base, { 'gaussianWalk.minGain': [2], 'clamped.max': [50] }))[0];
  const walk = { name: 'gaussianWalk', options: { minGain: 2 } };
  expect(options?.policy?.options).toEqual({
    min: 1,
    max: 50,
    policy: {
      name: 'maxOf',
      options: {
        policies: [
          { name: 'ramped', options: { factor: 2, policy: walk } },
          { name: 'fixed', options: { batchSize: 8 } },
          { name: 'minOf', options: { policies: [walk, { name: 'fixed', options: { batchSize: 9 } }] } },
        ],
      },
    },
  });
  expect(() => optionsOfGrid(base, { 'cooled.steps': [2] })).toThrow("sweep: 'cooled.steps' is neither one of");
});

test('schedules are reached by name, where there is one', () => {
  const options = optionsOfGrid({ schedule: step() }, { 'step.factor': [0.5, 0.2] });
  expect(Object.values(options).map(({ schedule }) => schedule?.options?.factor)).toEqual([0.5, 0.2]);
  expect(
    Object.values(optionsOfGrid({}, { schedule: ['cosine', 'bottou'] })).map(({ schedule }) => schedule?.name),
  ).toEqual(['cosine', 'bottou']);
  expect(
    Object.values(optionsOfGrid({}, { 'cosine.epochs': [3], schedule: ['cosine'] }))[0]?.schedule?.options,
  ).toMatchObject({ epochs: 3 });
  expect(() => optionsOfGrid({}, { 'cosine.epochs': [3] })).toThrow("'cosine.epochs' is neither one of policy");
});

test('policies by name, with options that are set after them', () => {
  const options = optionsOfGrid({}, { 'fixed.batchSize': [8, 16], policy: ['fixed'] });
  expect(Object.entries(options).map(([name, { policy }]) => [name, policy?.options])).toEqual([
    ['fixed.batchSize=8 policy=fixed', { batchSize: 8 }],
    ['fixed.batchSize=16 policy=fixed', { batchSize: 16 }],
  ]);
});

test('the default rule stays that of the optimizer unless the grid is about it', () => {
  expect(Object.values(optionsOfGrid({}, { memory: [500] }))[0]).not.toHaveProperty('learningRate');
  const { learningRate } = Object.values(optionsOfGrid({}, { 'adaScale.power': [0.3] }))[0] ?? {};
  expect(learningRate).toMatchObject({ name: 'adaScale', options: { power: 0.3 } });
});

test('an empty grid is the options as given', () => {
  expect(Object.keys(optionsOfGrid({ memory: 100 }, {}))).toEqual(['as given']);
});

test.each<[string, () => unknown, string]>([
  [
    'a path that leads nowhere',
    () => optionsOfGrid({}, { 'fixed.batchSize': [8] }),
    "'fixed.batchSize' is neither one of policy",
  ],
  ['an unknown option of a unit', () => optionsOfGrid({}, { 'cooled.stepps': [8] }), "cooled has no option 'stepps'"],
  ['a value out of range', () => optionsOfGrid({}, { memory: [-1] }), 'memory must be a finite number > 0; got -1'],
  ['a path without an option', () => optionsOfGrid({}, { cooled: [1] }), "'cooled' is neither"],
  ['a path too long', () => optionsOfGrid({}, { 'cooled.steps.more': [1] }), "'cooled.steps.more' is neither"],
  [
    'a value without a name',
    () => optionsOfGrid({}, { policy: [3] }),
    'policy must be a name, or an object with name and options; got 3',
  ],
  ['no values', () => optionsOfGrid({}, { memory: [] }), 'the grid must have 1 to 1000 combinations; got 0'],
  ['too many', () => optionsOfGrid({}, { memory: Array.from({ length: 1001 }, (_, i) => i + 1) }), 'got 1001'],
  ['a policy that cannot be rebuilt', () => optionsOfGrid({ policy: asking(3) }, {}), "there is no policy 'asking'"],
])('rejects %s', (_name, build, message) => {
  expect(build).toThrow(RangeError);
  expect(build).toThrow(message);
});
