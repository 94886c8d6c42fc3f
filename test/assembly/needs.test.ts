import fc from 'fast-check';
import { assemble } from '../../src/assembly/assemble.js';
import { needsOf, optionsFor, policiesFor } from '../../src/assembly/needs.js';
import { clamped, cooled, maxOf, minOf } from '../../src/combinators/index.js';
import type { Policy, StepObservation } from '../../src/core/types.js';
import { ALL_SIGNALS } from '../../src/importers/signals.js';
import { adaScale, linear, none } from '../../src/learning-rates/index.js';
import * as policies from '../../src/policies/index.js';
import { cosine } from '../../src/schedules/index.js';
import { anyRun } from '../support/observations.js';
import { SIMULATED_FACTS } from '../support/simulated-training.js';

const { fixed, gaussianWalk, gaussianWalkWithRebound } = policies;
const LOSSES = ['loss', 'validationLoss', 'learningRate'] as const;

test('a run log serves every policy, a log of losses only those that say so', () => {
  expect(policiesFor(ALL_SIGNALS)).toEqual(Object.keys(policies));
  expect(policiesFor(LOSSES)).toEqual(['fixed', 'growOnPlateau', 'lossDamping', 'stages']);
  expect(policiesFor([])).toEqual(['fixed', 'stages']);
});

test('a policy that does not say is taken to need gradient statistics', () => {
  expect(needsOf({})).toEqual(['gradient']);
});

test('combinators need what is in them', () => {
  expect(needsOf(cooled(clamped(fixed(), {})))).toEqual([]);
  expect(needsOf(cooled(clamped(gaussianWalk(), {})))).toEqual(['loss', 'gradient', 'time']);
});

test('combinators of several need what any of them does, and are named with all of them', () => {
  const policy = cooled(maxOf([fixed(), clamped(minOf([gaussianWalkWithRebound(), fixed(9)]), {})]));
  expect(needsOf(policy)).toEqual(['loss', 'gradient']);
  expect(() => optionsFor({ policy }, ['loss'], 'log.csv')).toThrow(
    "log.csv: policy 'maxOf of fixed, minOf of gaussianWalkWithRebound, fixed' needs gradient statistics; the log has the loss.",
  );
  expect(optionsFor({ policy, learningRate: none() }, ['loss', 'gradient'], 'log.csv').policy).toBe(policy);
});

test('what the log cannot serve is refused, with what it can', () => {
  const refusal =
    "log.csv: policy 'gaussianWalk' needs gradient statistics, step times; the log has the loss, the validation loss, the learning rate. Policies that it can serve: fixed, growOnPlateau, lossDamping, stages";
  expect(() => optionsFor({}, LOSSES, 'log.csv')).toThrow(new RangeError(refusal));
  expect(() => optionsFor({ policy: cooled(clamped(gaussianWalk(), {})) }, LOSSES, 'log.csv')).toThrow(refusal);
  expect(() => optionsFor({ policy: gaussianWalkWithRebound() }, ['time'], 'log.csv')).toThrow(
    "policy 'gaussianWalkWithRebound' needs the loss, gradient statistics; the log has step times",
  );
  expect(() => optionsFor({ policy: fixed(), learningRate: adaScale() }, [], 'log.csv')).toThrow(
    "learning-rate rule 'adaScale' needs gradient statistics; the log has nothing",
  );
});

test('a schedule on AdaScale’s clock needs what that is told by', () => {
  const gained = { policy: fixed(), schedule: cosine({ examples: 100, clock: 'gainedExamples' }) };
  expect(() => optionsFor(gained, LOSSES, 'log.csv')).toThrow(
    new RangeError(
      "log.csv: schedule 'cosine' needs gradient statistics; the log has the loss, the validation loss, the learning rate. Policies that it can serve: fixed, growOnPlateau, lossDamping, stages",
    ),
  );
  expect(optionsFor(gained, ALL_SIGNALS, 'log.csv')).toBe(gained);
  const plain = { policy: fixed(), learningRate: none(), schedule: cosine({ examples: 100 }) };
  expect(optionsFor(plain, LOSSES, 'log.csv')).toBe(plain);
});

test('a rule that was not chosen gives way', () => {
  expect(optionsFor({ policy: fixed() }, LOSSES, 'log.csv').learningRate?.name).toBe('none');
  const chosen = { policy: fixed(), learningRate: linear() };
  expect(optionsFor(chosen, LOSSES, 'log.csv')).toBe(chosen);
  expect(optionsFor({}, ALL_SIGNALS, 'log.csv')).toEqual({});
});

/** What is left of an observation without a signal. */
const STRIPPED = {
  validationLoss: ({ validationLoss: _lost, ...rest }: StepObservation): StepObservation => rest,
  time: (observation: StepObservation): StepObservation => ({ ...observation, stepMs: Number.NaN }),
  gradient: ({ gradient: _lost, measureMs: _cost, ...rest }: StepObservation): StepObservation => rest,
} as const;

function sizes(policy: Policy, run: readonly StepObservation[]): number[] {
  const pipeline = assemble({ policy, learningRate: none() }, SIMULATED_FACTS);
  let state = pipeline.start();
  return run.map((observation) => {
    ({ state } = pipeline.advance(state, observation));
    return state.decision.batchSize;
  });
}

const CASES = Object.values(policies).flatMap((create) => {
  const policy = create() as Policy;
  return (['validationLoss', 'time', 'gradient'] as const).map((signal) => [policy.name, signal, policy] as const);
});

test.each(CASES)('%s needs what it says: %s', (_name, signal, policy) => {
  fc.assert(
    fc.property(anyRun, (run) => {
      if (!needsOf(policy).includes(signal)) {
        // Broken statistics take the whole step with them, its loss too.
        const sound = run.filter(({ gradient }) => Number.isFinite(gradient?.squaredNormOfMean ?? 0));
        expect(sizes(policy, sound.map(STRIPPED[signal]))).toEqual(sizes(policy, sound));
        return;
      }
      const stripped = run.map(STRIPPED[signal]);
      const decided = sizes(policy, stripped);
      // Without it, the size is that of the record.
      let held = assemble({ policy }, SIMULATED_FACTS).start().decision.batchSize;
      stripped.forEach(({ batchSize, short, loss, baseLearningRate, gradient }, i) => {
        const isUsable = [loss, baseLearningRate, gradient?.squaredNormOfMean ?? 0].every(Number.isFinite);
        if (isUsable && short !== true) held = Math.min(batchSize, SIMULATED_FACTS.datasetSize ?? Infinity);
        expect(decided[i]).toBe(held);
      });
    }),
    { numRuns: 30 },
  );
});
