import { jest } from '@jest/globals';
import { AdaptiveController, type ControllerOptions } from '../../src/controller/controller.js';
import { bestBatchSize } from '../../src/core/rebound.js';
import type { Policy } from '../../src/core/types.js';
import { linear, none } from '../../src/learning-rates/index.js';
import { gaussianWalk, gaussianWalkWithRebound } from '../../src/policies/index.js';
import { gradientStatistics, observation, plainObservation } from '../support/observations.js';
import { FACTS } from './support.js';

const started = (options: ControllerOptions): AdaptiveController => {
  const controller = new AdaptiveController(options);
  controller.start(FACTS);
  return controller;
};

const gradient = gradientStatistics({ meanProjection: 4, projectionDeviations: 90_000 });
const drawn = { gradient, batchSize: 32, loss: 1.5, baseLearningRate: 0.1 };

test('the published rule draws until m* of the batch in hand', () => {
  const controller = started({ policy: gaussianWalkWithRebound({ drawSize: 32 }), learningRate: none() });
  expect(controller.drawSize).toBe(32);
  // ημ = 0.4; σ² = 90000 / (2 − 1), ησ = 30.
  const best = bestBatchSize({ height: 1.5, drift: 0.4, spread: 30 }, FACTS.datasetSize as number);
  expect(best).toBeGreaterThan(32);
  expect(best).toBeLessThan(FACTS.datasetSize as number);
  expect(controller.drawTarget(drawn)).toBe(best);
  expect(controller.drawTarget({ ...drawn, batchSize: best + 5 })).toBe(best + 5);
});

test('at the rate that the rule makes, at the size in force, of the user’s own', () => {
  const policy = { ...gaussianWalkWithRebound(), start: () => 24 };
  const controller = started({ policy, learningRate: linear() });
  const best = bestBatchSize({ height: 1.5, drift: 1.2, spread: 90 }, FACTS.datasetSize as number);
  expect(controller.drawTarget({ ...drawn, baseLearningRate: 0.2 })).toBe(best);
});

test('within the bounds, and a multiple of the quantum', () => {
  const policy = gaussianWalkWithRebound({ drawSize: 32 });
  expect(started({ policy, maxBatchSize: 40 }).drawTarget(drawn)).toBe(40);
  const controller = new AdaptiveController({ policy });
  controller.start({ ...FACTS, batchQuantum: 32 });
  expect(controller.drawTarget(drawn) % 32).toBe(0);
});

test('what is in hand is enough without statistics, or where the policy does not draw', () => {
  const controller = started({ policy: gaussianWalkWithRebound() });
  const { gradient: _gradient, ...unmeasured } = drawn;
  expect(controller.drawTarget(unmeasured)).toBe(32);
  const other = started({ policy: gaussianWalk() });
  expect(other.drawSize).toBeUndefined();
  expect(other.drawTarget(drawn)).toBe(32);
  const later = started({ policy: gaussianWalkWithRebound({ sequential: false }) });
  expect(later.drawSize).toBeUndefined();
  expect(later.drawTarget(drawn)).toBe(32);
});

test.each<[string, () => number]>([
  [
    'throws',
    () => {
      throw new Error('no target');
    },
  ],
  ['asks for NaN', () => Number.NaN],
])('a target that %s is told, and what is in hand is enough', (_name, target) => {
  const policy: Policy<null> = { ...gaussianWalkWithRebound(), name: 'own', draw: { size: 8, target } };
  const controller = started({ policy });
  const told = jest.fn();
  controller.on('error', told);
  expect(controller.drawTarget(drawn)).toBe(32);
  expect(told).toHaveBeenCalledTimes(1);
  expect(() => started({ policy, strict: true }).drawTarget(drawn)).toThrow();
});

test('drawing changes nothing: the state is what it was', () => {
  const controller = started({ policy: gaussianWalkWithRebound() });
  controller.observe(observation());
  const before = controller.getState();
  controller.drawTarget(drawn);
  expect(controller.getState()).toBe(before);
  expect(controller.observe(plainObservation({ step: 2 })).reason).toContain('held until the next measured step');
});
