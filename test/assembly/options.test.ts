import { checkDecisionOptions, DECISION_KEYS, type DecisionOptions } from '../../src/assembly/options.js';
import { decide } from '../../src/controller/decide.js';
import { adaScale, linear } from '../../src/learning-rates/index.js';
import { fixed } from '../../src/policies/index.js';
import { constant } from '../../src/schedules/index.js';
import { type Rejection, rejects } from '../support/rejections.js';

const bad = (options: Record<string, unknown>, option: string, range: string, value: string): Rejection => [
  () => checkDecisionOptions('options', options as DecisionOptions),
  option,
  range,
  value,
];

rejects([
  bad({ minBatchSize: 0 }, 'minBatchSize', 'a whole number >= 1', '0'),
  bad({ minBatchSize: 1.5 }, 'minBatchSize', 'a whole number >= 1', '1.5'),
  bad({ minBatchSize: '8' }, 'minBatchSize', 'a whole number >= 1', '"8"'),
  bad({ maxBatchSize: 0 }, 'maxBatchSize', 'a whole number >= 1', '0'),
  bad({ maxBatchSize: Infinity }, 'maxBatchSize', 'a whole number >= 1', 'Infinity'),
  bad({ minBatchSize: 64, maxBatchSize: 32 }, 'maxBatchSize', 'a whole number >= 64', '32'),
  bad({ minLearningRate: -0.1 }, 'minLearningRate', 'a finite number >= 0', '-0.1'),
  bad({ minLearningRate: Number.NaN }, 'minLearningRate', 'a finite number >= 0', 'NaN'),
  bad({ maxLearningRate: 0 }, 'maxLearningRate', 'a finite number > 0', '0'),
  bad({ maxLearningRate: Infinity }, 'maxLearningRate', 'a finite number > 0', 'Infinity'),
  bad({ minLearningRate: 0.2, maxLearningRate: 0.1 }, 'maxLearningRate', 'a finite number >= 0.2', '0.1'),
  bad({ ladder: 1 }, 'ladder', 'a finite number > 1', '1'),
  bad({ ladder: Number.NaN }, 'ladder', 'a finite number > 1', 'NaN'),
  bad({ memory: 0 }, 'memory', 'a finite number > 0', '0'),
  bad({ memory: Infinity }, 'memory', 'a finite number > 0', 'Infinity'),
  bad({ measure: { every: 0 } }, 'measure.every', 'a whole number >= 1', '0'),
  bad({ measure: { budget: 2 } }, 'measure.budget', 'between 0.000001 and 1', '2'),
  bad(
    { measure: { route: 'exact' } },
    'measure.route',
    'one of auto, microBatches, closedForm, randomSigns, perExample, temporal',
    '"exact"',
  ),
  bad({ measure: { layers: 'yes' } }, 'measure.layers', 'one of true, false', '"yes"'),
  bad(
    { policy: 'gaussianWalk' },
    'policy',
    'an object with a function update(), for example gaussianWalk()',
    'gaussianWalk',
  ),
  bad(
    { learningRate: { name: 'mine' } },
    'learningRate',
    'an object with a function factor(), for example adaScale()',
    '[object Object]',
  ),
]);

test('a misspelt option of measure is rejected', () => {
  expect(() => checkDecisionOptions('options', { measure: { evry: 1 } as never })).toThrow(
    "measure has no option 'evry'",
  );
});

test('takes what is in range, and nothing at all', () => {
  const all: Required<DecisionOptions> = {
    policy: fixed(32),
    learningRate: linear(),
    schedule: constant(),
    minBatchSize: 8,
    maxBatchSize: 8,
    minLearningRate: 0.1,
    maxLearningRate: 0.1,
    rateGuard: false,
    ladder: 1.5,
    memory: 100,
    measure: { every: 2, budget: 1, route: 'auto', layers: true },
  };
  expect(() => checkDecisionOptions('options', all)).not.toThrow();
  expect(() => checkDecisionOptions('options', {})).not.toThrow();
  expect(Object.keys(all).sort()).toEqual([...DECISION_KEYS].sort());
});

test('decide() checks before the first observation', () => {
  const facts = { baseBatchSize: 16, baseLearningRate: 0.1 };
  expect(() => decide({ ladder: 0.5 }, facts)).toThrow('ladder must be a finite number > 1; got 0.5');
  expect(() => decide({ learningRate: adaScale } as never, facts)).toThrow(RangeError);
});
