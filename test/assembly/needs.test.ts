import { needsOf, optionsFor, policiesFor } from '../../src/assembly/needs.js';
import { clamped, cooled } from '../../src/combinators/index.js';
import { ALL_SIGNALS } from '../../src/importers/signals.js';
import { adaScale, linear } from '../../src/learning-rates/index.js';
import * as policies from '../../src/policies/index.js';

const { fixed, gaussianWalk, gaussianWalkWithRebound } = policies;
const LOSSES = ['loss', 'validationLoss', 'learningRate'] as const;

test('a run log serves every policy, a log of losses only those that say so', () => {
  expect(policiesFor(ALL_SIGNALS)).toEqual(Object.keys(policies));
  expect(policiesFor(LOSSES)).toEqual(['fixed']);
  expect(policiesFor([])).toEqual(['fixed']);
});

test('a policy that does not say is taken to need gradient statistics', () => {
  expect(needsOf({})).toEqual(['gradient']);
});

test('combinators need what is in them', () => {
  expect(needsOf(cooled(clamped(fixed(), {})))).toEqual([]);
  expect(needsOf(cooled(clamped(gaussianWalk(), {})))).toEqual(['loss', 'gradient', 'time']);
});

test('what the log cannot serve is refused, with what it can', () => {
  const refusal =
    "log.csv: policy 'gaussianWalk' needs gradient statistics, step times; the log has the loss, the validation loss, the learning rate. Policies that it can serve: fixed";
  expect(() => optionsFor({}, LOSSES, 'log.csv')).toThrow(new RangeError(refusal));
  expect(() => optionsFor({ policy: cooled(clamped(gaussianWalk(), {})) }, LOSSES, 'log.csv')).toThrow(refusal);
  expect(() => optionsFor({ policy: gaussianWalkWithRebound() }, ['time'], 'log.csv')).toThrow(
    "policy 'gaussianWalkWithRebound' needs the loss, gradient statistics; the log has step times",
  );
  expect(() => optionsFor({ policy: fixed(), learningRate: adaScale() }, [], 'log.csv')).toThrow(
    "learning-rate rule 'adaScale' needs gradient statistics; the log has nothing",
  );
});

test('a rule that was not chosen gives way', () => {
  expect(optionsFor({ policy: fixed() }, LOSSES, 'log.csv').learningRate?.name).toBe('none');
  const chosen = { policy: fixed(), learningRate: linear() };
  expect(optionsFor(chosen, LOSSES, 'log.csv')).toBe(chosen);
  expect(optionsFor({}, ALL_SIGNALS, 'log.csv')).toEqual({});
});
