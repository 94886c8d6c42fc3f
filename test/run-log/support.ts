import fc from 'fast-check';
import type { Decision, GradientStatistics, JsonObject, RunFacts, StepObservation } from '../../src/core/types.js';
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

const anyNumber = fc.oneof({ weight: 9, arbitrary: fc.double() }, fc.constantFrom(Number.NaN, Infinity, -Infinity));

/** What a route may tell besides the sums: how it went, of how much of the model, of which examples, of which layers. */
const anyDetails: fc.Arbitrary<Partial<GradientStatistics>> = fc.record(
  {
    route: fc.constantFrom('microBatches', 'closedForm', 'randomSigns', 'perExample', 'temporal'),
    coverage: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
    exampleNorms: fc.array(anyNumber, { maxLength: 5 }),
    layers: fc.array(
      fc.record({
        layer: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('dense_Dense1', 'lstm/kernel', 'NaN', '"')),
        parameters: fc.integer({ min: 1, max: 1e9 }),
        squaredNormOfMean: anyNumber,
        squaredDeviations: anyNumber,
      }),
      { maxLength: 4 },
    ),
  },
  { requiredKeys: ['route'] },
);

/** A header and steps of any kind. */
export const anyLoggedRun: fc.Arbitrary<{
  readonly facts: RunFacts;
  readonly about: JsonObject;
  readonly steps: readonly (readonly [StepObservation, Decision])[];
}> = fc
  .record({
    facts: anyFacts,
    reason: fc.string(),
    run: anyRun,
    decision: fc.infiniteStream(anyDecision),
    details: fc.infiniteStream(anyDetails),
  })
  .map(({ facts, reason, run, decision, details }) => {
    const decisions = decision[Symbol.iterator]();
    const more = details[Symbol.iterator]();
    const observations = withoutNegativeZero(run).map(({ gradient, ...seen }) => ({
      ...seen,
      ...(gradient && { gradient: { ...gradient, ...withoutNegativeZero(more.next().value as typeof gradient) } }),
    }));
    return {
      facts,
      about: { reason },
      steps: observations.map((step) => [step, withoutNegativeZero(decisions.next().value as Decision)] as const),
    };
  });
