import fc from 'fast-check';
import { partsFor } from '../../src/assembly/assemble.js';
import { createPipeline, type Pipeline } from '../../src/core/pipeline.js';
import type { Estimator, Json, StepObservation, TimeEstimate } from '../../src/core/types.js';
import { stepTime } from '../../src/estimators/index.js';
import { anyOptions } from '../assembly/support.js';
import { logarithmic } from '../support/arbitraries.js';
import { deepFreeze } from '../support/json.js';
import { anyRun, plainObservation } from '../support/observations.js';
import { SIMULATED_FACTS, simulatedTraining } from '../support/simulated-training.js';
import { plainPipeline } from './pipeline.js';
import { plainStepTime } from './step-time.js';

type Options = Parameters<typeof partsFor>[0];

function both(options: Options, facts = SIMULATED_FACTS): { fast: Pipeline; plain: Pipeline } {
  const parts = partsFor(options, facts);
  const time = plainStepTime() as unknown as Estimator<Json, TimeEstimate>;
  const estimators = { ...partsFor(options, facts).estimators, time };
  return { fast: createPipeline(parts), plain: plainPipeline({ ...partsFor(options, facts), estimators }) };
}

/** JSON text: equal only where every number is, to the last bit, and the keys in their order. */
const text = (value: unknown): string =>
  JSON.stringify(value, (_key, inner) => (Object.is(inner, -0) || Number.isNaN(inner) ? String(inner) : inner));

describe('the fast pipeline gives what the plain one gives, states and all', () => {
  test.each<[string, Options]>([
    ['the defaults', {}],
    ['every step measured', { measure: { every: 1 } }],
    ['without the rate guard', { rateGuard: false, measure: { budget: 0.2 } }],
  ])('over a simulated training with %s', (_name, options) => {
    const { fast, plain } = both(options);
    const training = simulatedTraining();
    let [one, other] = [fast.start(), plain.start()];
    for (let i = 0; i < 1500; i++) {
      const seen = training(one.decision);
      const [next, same] = [fast.advance(deepFreeze(one), seen), plain.advance(other, seen)];
      expect(text(next)).toBe(text(same));
      [one, other] = [next.state, same.state];
    }
  });

  test('over any run with any options', () => {
    fc.assert(
      fc.property(anyOptions, fc.constantFrom('sgd', 'adaptive'), anyRun, (options, optimizer, run) => {
        const { fast, plain } = both(options, { ...SIMULATED_FACTS, optimizer } as typeof SIMULATED_FACTS);
        let [one, other] = [fast.start(), plain.start()];
        for (const seen of run) {
          const [next, same] = [fast.advance(one, seen), plain.advance(other, seen)];
          expect(text({ ...next, error: next.error?.message })).toBe(text({ ...same, error: same.error?.message }));
          [one, other] = [next.state, same.state];
        }
      }),
      { numRuns: 300 },
    );
  });
});

test('the fast step-time model gives what the plain one gives', () => {
  const anyStep: fc.Arbitrary<Partial<StepObservation>> = fc.record({
    batchSize: fc.integer({ min: 1, max: 40 }),
    microBatches: fc.integer({ min: 1, max: 3 }),
    stepMs: fc.oneof({ weight: 20, arbitrary: logarithmic(0.01, 1e4) }, fc.constantFrom(0, Number.NaN, Infinity)),
  });
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 200, size: 'max' }), (steps) => {
      const [fast, plain] = [stepTime(), plainStepTime()];
      let [one, other] = [fast.init(), plain.init()];
      for (const [i, changes] of steps.entries()) {
        const seen = plainObservation({ step: i + 1, ...changes });
        [one, other] = [fast.update(one, seen), plain.update(other, seen)];
        expect(text(one)).toBe(text(other));
        expect(text(fast.estimate(one, seen))).toBe(text(plain.estimate(other, seen)));
      }
    }),
    { numRuns: 300 },
  );
});
