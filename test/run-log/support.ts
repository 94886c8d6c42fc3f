import fc from 'fast-check';
import type { Decision, JsonObject, RunFacts, StepObservation } from '../../src/core/types.js';
import { formatHeader, formatStep, type RunLogHeader } from '../../src/run-log/format.js';
import { anyFacts } from '../controller/support.js';
import { anyRun, observation } from '../support/observations.js';

export const HEADER: Omit<RunLogHeader, 'runLog' | 'version'> = {
  facts: { baseBatchSize: 16, baseLearningRate: 0.1 },
  options: { policy: { name: 'fixed', options: {} }, learningRate: { name: 'none', options: {} } },
  about: { tfjs: '4.22.0' },
};

export const DECISION: Decision = {
  step: 1,
  batchSize: 32,
  learningRate: 0.1,
  learningRateFactor: 1,
  measure: true,
  reason: 'why not',
};

/** The lines of a run of so many steps. */
export function runOf(steps: number, about: JsonObject = {}): string[] {
  const line = (step: number): string => formatStep(observation({ step }), { ...DECISION, step });
  return [formatHeader({ ...HEADER, about }), ...Array.from({ length: steps }, (_, i) => line(i + 1))];
}

/** JSON writes -0 as 0. */
function withoutNegativeZero<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutNegativeZero) as Value;
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutNegativeZero(inner)])) as Value;
  }
  return Object.is(value, -0) ? (0 as Value) : value;
}

const anyDecision: fc.Arbitrary<Decision> = fc.record({
  step: fc.nat(),
  batchSize: fc.integer({ min: 1, max: 1e6 }),
  learningRate: fc.double(),
  learningRateFactor: fc.double(),
  measure: fc.boolean(),
  reason: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('NaN', 'a\nb', '"', '\u2028', '\ud800', 'Infinity')),
});

/** A header and steps of any kind. */
export const anyLoggedRun: fc.Arbitrary<{
  readonly facts: RunFacts;
  readonly about: JsonObject;
  readonly steps: readonly (readonly [StepObservation, Decision])[];
}> = fc
  .record({ facts: anyFacts, reason: fc.string(), run: anyRun, decision: fc.infiniteStream(anyDecision) })
  .map(({ facts, reason, run, decision }) => {
    const observations = withoutNegativeZero(run);
    const decisions = decision[Symbol.iterator]();
    return {
      facts,
      about: { reason },
      steps: observations.map((step) => [step, withoutNegativeZero(decisions.next().value as Decision)] as const),
    };
  });
