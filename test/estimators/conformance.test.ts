import fc from 'fast-check';
import type { Estimator, Json, StepObservation } from '../../src/core/types.js';
import * as estimators from '../../src/estimators/index.js';
import { deepFreeze, notFinitePaths, throughJson } from '../support/json.js';
import { anyRun } from '../support/observations.js';

const MEMORY = { memory: 500, leastReadings: 4 };

/** How each is built; an estimator that the index lists and this table does not fails below. */
const BUILD: Record<string, () => Estimator<Json>> = {
  layerNoise: () => estimators.layerNoise(MEMORY) as unknown as Estimator<Json>,
  noiseScale: () => estimators.noiseScale(MEMORY) as unknown as Estimator<Json>,
  smoothedLoss: () => estimators.smoothedLoss(500) as unknown as Estimator<Json>,
  stepTime: () => estimators.stepTime() as unknown as Estimator<Json>,
  walk: () => estimators.walk(MEMORY) as unknown as Estimator<Json>,
};

test('the table names every estimator; walkAtHand has no state', () => {
  expect(Object.keys(BUILD)).toEqual(Object.keys(estimators).filter((name) => name !== 'walkAtHand'));
});

/** The pipeline hands over only what is finite. */
const finite = (run: readonly StepObservation[]): StepObservation[] =>
  run.filter(({ loss, gradient }) => Number.isFinite(loss) && Number.isFinite(gradient?.squaredNormOfMean ?? 0));

describe.each(Object.entries(BUILD))('%s', (_name, build) => {
  test('is pure: frozen input, the same twice', () => {
    const estimator = build();
    fc.assert(
      fc.property(anyRun, (run) => {
        let state = deepFreeze(estimator.init());
        for (const seen of deepFreeze(finite(run))) {
          const next = estimator.update(state, seen);
          expect(estimator.update(state, seen)).toEqual(next);
          expect(estimator.estimate(next, seen)).toEqual(estimator.estimate(next, seen));
          state = deepFreeze(next);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('goes on from JSON as if nothing had happened', () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        const estimator = build();
        let state = estimator.init();
        let resumed = estimator.init();
        for (const seen of finite(run)) {
          state = estimator.update(state, seen);
          resumed = throughJson(build().update(resumed, seen));
          expect(resumed).toEqual(state);
          expect(build().estimate(resumed, seen)).toEqual(estimator.estimate(state, seen));
        }
      }),
      { numRuns: 40 },
    );
  });

  test('is finite or absent', () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        const estimator = build();
        let state = estimator.init();
        for (const seen of finite(run)) {
          state = estimator.update(state, seen);
          expect(notFinitePaths([state, estimator.estimate(state, seen)])).toEqual([]);
        }
      }),
      { numRuns: 40 },
    );
  });
});
