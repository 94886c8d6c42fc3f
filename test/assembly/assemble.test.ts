import fc from 'fast-check';
import { assemble, defaultLearningRate, defaultPolicy, describeOptions } from '../../src/assembly/assemble.js';
import type { DecisionOptions } from '../../src/assembly/options.js';
import { clamped } from '../../src/combinators/index.js';
import { describePolicy } from '../../src/combinators/restricted.js';
import type { Policy, RunFacts } from '../../src/core/types.js';
import { linear } from '../../src/learning-rates/index.js';
import { fixed } from '../../src/policies/index.js';
import { memoryLog } from '../../src/run-log/sink.js';
import { throughJson } from '../support/json.js';
import { observation } from '../support/observations.js';
import { rejects } from '../support/rejections.js';

/** The candidates that a policy gets to see. */
function candidates(options: DecisionOptions, facts: Partial<RunFacts> = {}): readonly number[] {
  let seen: readonly number[] = [];
  const spy: Policy = {
    name: 'spy',
    init: () => null,
    update(state, _estimates, context) {
      seen = context.candidates;
      return { state, decision: { reason: 'looked' } };
    },
  };
  const pipeline = assemble({ ...options, policy: spy }, { baseBatchSize: 16, baseLearningRate: 0.01, ...facts });
  pipeline.advance(pipeline.start(), observation());
  return seen;
}

describe('candidates', () => {
  test.each([
    ['from the base to 64 times it', {}, {}, [16, 32, 64, 128, 256, 512, 1024]],
    ['to an eighth of the data', {}, { datasetSize: 1000 }, [16, 32, 64]],
    ['at least the base', {}, { datasetSize: 100 }, [16]],
    ['no more than the data', {}, { datasetSize: 10 }, [10]],
    [
      'as far as asked, if the data go that far',
      { maxBatchSize: 1000 },
      { datasetSize: 600 },
      [16, 32, 64, 128, 256, 512],
    ],
    ['below the base where asked', { minBatchSize: 3, maxBatchSize: 40 }, {}, [4, 8, 16, 32]],
    ['in other steps', { ladder: 4 }, {}, [16, 64, 256, 1024]],
    ['two whole batches of the loop at least', {}, { batchQuantum: 16, datasetSize: 1000 }, [32, 64]],
    ['two, whatever less is allowed', { minBatchSize: 4, maxBatchSize: 64 }, { batchQuantum: 16 }, [32, 64]],
    ['one where the data hold no more', {}, { batchQuantum: 16, datasetSize: 20 }, [16]],
    ['never below the least size', { minBatchSize: 20 }, { datasetSize: 150 }, [20]],
  ] as [string, DecisionOptions, Partial<RunFacts>, number[]][])('%s', (_name, options, facts, expected) => {
    expect(candidates(options, facts)).toEqual(expected);
  });

  test('are whole, ascending, multiples of the quantum, within the bounds', () => {
    const cases = fc.record({
      baseBatchSize: fc.integer({ min: 1, max: 200 }),
      datasetSize: fc.option(fc.integer({ min: 1, max: 100_000 }), { nil: undefined }),
      isAccumulated: fc.boolean(),
      minBatchSize: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }),
      more: fc.option(fc.integer({ min: 0, max: 3000 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(cases, ({ baseBatchSize, datasetSize, isAccumulated, minBatchSize, more }) => {
        const maxBatchSize = more === undefined ? undefined : (minBatchSize ?? 1) + more;
        const quantum = isAccumulated ? baseBatchSize : 1;
        const sizes = candidates(
          { ...(minBatchSize !== undefined && { minBatchSize }), ...(maxBatchSize !== undefined && { maxBatchSize }) },
          { baseBatchSize, batchQuantum: quantum, ...(datasetSize !== undefined && { datasetSize }) },
        );
        const most = Math.min(maxBatchSize ?? Infinity, datasetSize ?? Infinity);
        expect(sizes.length).toBeGreaterThan(0);
        expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b));
        expect(sizes.every((size) => Number.isInteger(size) && size >= 1 && size % quantum === 0)).toBe(true);
        expect(sizes.every((size) => size <= Math.max(most, quantum))).toBe(true);
        if (Math.ceil((minBatchSize ?? 1) / quantum) * quantum <= most) {
          expect(sizes.every((size) => size >= (minBatchSize ?? 1))).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

test('the defaults: a walk that moves in steps and rests, AdaScale with the reach of the optimizer, its root for adaptive ones', () => {
  expect(describePolicy(defaultPolicy())).toEqual({
    name: 'cooled',
    options: {
      steps: 10,
      policy: { name: 'ramped', options: { factor: 2, policy: { name: 'gaussianWalk', options: { minGain: 1.05 } } } },
    },
  });
  expect(defaultLearningRate(undefined).options).toEqual({ power: 1, reach: 'optimizer' });
  expect(defaultLearningRate('momentum').options).toEqual({ power: 1, reach: 'optimizer' });
  expect(defaultLearningRate('adaptive').options).toEqual({ power: 0.5, reach: 'optimizer' });
});

const facts = (changes: Partial<RunFacts>): RunFacts => ({ baseBatchSize: 16, baseLearningRate: 0.01, ...changes });
rejects([
  [() => assemble({}, facts({ baseBatchSize: 0 })), 'baseBatchSize', 'a whole number >= 1', '0'],
  [() => assemble({}, facts({ baseBatchSize: 2.5 })), 'baseBatchSize', 'a whole number >= 1', '2.5'],
  [() => assemble({}, facts({ baseLearningRate: -1 })), 'baseLearningRate', 'a finite number >= 0', '-1'],
  [() => assemble({}, facts({ baseLearningRate: Number.NaN })), 'baseLearningRate', 'a finite number >= 0', 'NaN'],
  [() => assemble({}, facts({ datasetSize: 0 })), 'datasetSize', 'a whole number >= 1', '0'],
  [() => assemble({}, facts({ batchQuantum: 0 })), 'batchQuantum', 'a whole number >= 1', '0'],
  [() => assemble({}, facts({ maxMicroBatchSize: 1.5 })), 'maxMicroBatchSize', 'a whole number >= 1', '1.5'],
]);

describe('describeOptions', () => {
  test('fills the defaults in', () => {
    expect(describeOptions({}, facts({}))).toEqual({
      ladder: 2,
      memory: 2000,
      measure: { budget: 0.01 },
      policy: describePolicy(defaultPolicy()),
      learningRate: { name: 'adaScale', options: { power: 1, reach: 'optimizer' } },
    });
  });

  test('names policy and rule, keeps the numbers, and is JSON', () => {
    const options = describeOptions(
      { policy: clamped(fixed(8), { max: 9 }), learningRate: linear(), minBatchSize: 4, measure: { every: 3 } },
      facts({}),
    );
    expect(options).toMatchObject({
      minBatchSize: 4,
      measure: { every: 3 },
      learningRate: { name: 'linear', options: {} },
    });
    expect(options.policy).toMatchObject({ name: 'clamped', options: { policy: { name: 'fixed' } } });
    expect(throughJson(options)).toEqual(options);
  });

  test('tells how it is measured, the budget with it', () => {
    const measureOf = (measure: DecisionOptions['measure']) =>
      describeOptions({ ...(measure && { measure }) }, facts({})).measure;
    expect(measureOf({ route: 'closedForm', layers: true })).toEqual({
      budget: 0.01,
      route: 'closedForm',
      layers: true,
    });
    expect(measureOf({ budget: 0.3 })).toEqual({ budget: 0.3 });
    expect(measureOf({ every: 5, route: 'auto' })).toEqual({ budget: 0.01, every: 5, route: 'auto' });
    expect(measureOf(undefined)).toEqual({ budget: 0.01 });
  });

  test('leaves out what does not decide: logs, data, optimizers', () => {
    const log = memoryLog();
    log.write('a line');
    const options = { log, strict: true, source: { xs: new Float32Array(9) }, optimizer: {}, memory: 500 };
    expect(Object.keys(describeOptions(options as DecisionOptions, facts({}))).sort()).toEqual(
      ['ladder', 'learningRate', 'measure', 'memory', 'policy'].sort(),
    );
  });
});
