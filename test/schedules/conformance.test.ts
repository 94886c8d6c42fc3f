import fc from 'fast-check';
import { assemble } from '../../src/assembly/assemble.js';
import type { LearningRateSchedule, ProgressEstimate, RunFacts } from '../../src/core/types.js';
import { none } from '../../src/learning-rates/index.js';
import { fixed } from '../../src/policies/index.js';
import * as schedules from '../../src/schedules/index.js';
import { anySchedule } from '../assembly/support.js';
import { logarithmic } from '../support/arbitraries.js';
import { deepFreeze, throughJson } from '../support/json.js';
import { observation } from '../support/observations.js';
import { FACTS } from './support.js';

const clock = fc.oneof(fc.constant(0), fc.nat(100_000), logarithmic(1e-3, 1e12));
const anyProgress: fc.Arbitrary<ProgressEstimate> = fc.record({ examples: clock, gainedExamples: clock });
const anyFacts: fc.Arbitrary<RunFacts> = fc.record({
  baseBatchSize: fc.integer({ min: 1, max: 4096 }),
  baseLearningRate: fc.oneof(fc.constant(0), logarithmic(1e-6, 10)),
  datasetSize: fc.integer({ min: 1, max: 1e7 }),
});

describe.each(Object.entries(schedules))('%s', (name, create) => {
  const any = anySchedule[name] as fc.Arbitrary<LearningRateSchedule>;

  test('goes by its name; its description is JSON', () => {
    const { name: given, options } = create();
    expect(given).toBe(name);
    expect(options).toBeDefined();
    expect(throughJson(options)).toEqual(options);
  });

  test('is 1 at the start, with any options', () => {
    fc.assert(
      fc.property(any, anyFacts, (schedule, facts) => {
        expect(schedule.factor({ examples: 0, gainedExamples: 0 }, facts)).toBe(1);
      }),
    );
  });

  test('is finite, > 0 and the same twice', () => {
    fc.assert(
      fc.property(any, anyProgress, anyFacts, (schedule, progress, facts) => {
        const factor = schedule.factor(deepFreeze(progress), deepFreeze(facts));
        expect(factor > 0 && Number.isFinite(factor)).toBe(true);
        expect(schedule.factor(throughJson(progress), throughJson(facts))).toBe(factor);
      }),
    );
  });

  test('never rises', () => {
    fc.assert(
      fc.property(any, anyProgress, clock, anyFacts, (schedule, { examples, gainedExamples }, more, facts) => {
        const before = schedule.factor({ examples, gainedExamples }, facts);
        const after = schedule.factor({ examples: examples + more, gainedExamples: gainedExamples + more }, facts);
        expect(after).toBeLessThanOrEqual(before * (1 + 1e-15));
      }),
    );
  });

  test('goes by its clock alone, and needs what that needs', () => {
    fc.assert(
      fc.property(any, anyProgress, clock, anyFacts, (schedule, progress, other, facts) => {
        const isGained = schedule.options?.clock === 'gainedExamples';
        const changed = isGained ? { ...progress, examples: other } : { ...progress, gainedExamples: other };
        expect(schedule.factor(changed, facts)).toBe(schedule.factor(progress, facts));
        expect(schedule.needs ?? []).toEqual(isGained ? ['gradient'] : []);
      }),
    );
  });

  test('goes by examples, so that larger batches get no further on it', () => {
    const rateAfter = (batchSize: number): number => {
      const pipeline = assemble({ policy: fixed(batchSize), learningRate: none(), schedule: create() }, FACTS);
      let state = pipeline.start();
      for (let step = 1; step <= 6400 / batchSize; step++) {
        ({ state } = pipeline.advance(state, observation({ step, batchSize, baseLearningRate: 0.5 })));
      }
      return state.decision.learningRate;
    };
    expect(rateAfter(64)).toBe(rateAfter(16));
    expect(rateAfter(16) < 0.5).toBe(!['constant', 'step'].includes(name));
  });

  test('in a run that does not know the size of its data, it starts or says at once what it lacks', () => {
    const { datasetSize: _unknown, ...facts } = FACTS;
    const begin = () => assemble({ schedule: create() }, facts);
    if (JSON.stringify(create().options).includes('epochs')) {
      expect(begin).toThrow(RangeError);
      expect(begin).toThrow(
        `a length in epochs needs the size of the data, which this run does not know; give it in examples`,
      );
    } else {
      expect(begin).not.toThrow();
    }
  });
});

test('a base of the user’s own that changes is multiplied', () => {
  const schedule = schedules.inverseTime({ over: { examples: 16 } });
  const pipeline = assemble({ policy: fixed(), learningRate: none(), schedule }, FACTS);
  let state = pipeline.start();
  const rates = [0.5, 0.5, 0.25].map((baseLearningRate, i) => {
    ({ state } = pipeline.advance(state, observation({ step: i + 1, baseLearningRate })));
    return state.decision.learningRate;
  });
  expect(rates).toEqual([0.25, 0.5 / 3, 0.25 / 4]);
});

test('a state of a resumed run goes on on the same clock', () => {
  const options = { policy: fixed(), learningRate: none(), schedule: schedules.cosine({ examples: 160 }) };
  const pipeline = assemble(options, FACTS);
  let state = pipeline.start();
  let resumed = state;
  for (let step = 1; step <= 12; step++) {
    ({ state } = pipeline.advance(state, observation({ step })));
    if (step === 5) resumed = throughJson(state);
    if (step > 5) {
      const again = assemble(options, FACTS);
      ({ state: resumed } = again.advance(again.resume(resumed), observation({ step })));
      expect(resumed.decision).toEqual(state.decision);
    }
  }
  expect(state.decision.learningRateFactor).toBe(0.01);
});
