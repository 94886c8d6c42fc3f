import fc from 'fast-check';
import type { Estimates, StepObservation } from '../../src/core/types.js';
import {
  type GradientDiversityOptions,
  type GradientDiversityState,
  gradientDiversity,
} from '../../src/policies/index.js';
import { type ContextChanges, ESTIMATES, policyContext, RUN_FACTS } from '../support/contexts.js';
import { dot, exampleGradients } from '../support/gradients.js';
import { observation, plainObservation } from '../support/observations.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';
import { sizesOfStill } from '../support/still-training.js';

const EVERY: GradientDiversityOptions = { atEpochEnds: false };

function update(
  state: GradientDiversityState,
  seen: Partial<StepObservation>,
  {
    estimates = ESTIMATES as Estimates,
    options = {} as GradientDiversityOptions,
    ...changes
  }: ContextChanges & {
    readonly options?: GradientDiversityOptions;
  } = {},
) {
  const context = policyContext({ estimates, observation: plainObservation(seen), facts: RUN_FACTS, ...changes });
  return gradientDiversity(options).update(state, estimates, context);
}

const measured = (estimates: Estimates, changes: ContextChanges = {}, options: GradientDiversityOptions = EVERY) =>
  update(null, {}, { estimates, options, observation: observation(), ...changes }).decision;

// N·Δ = 101: nearest is 128; half of it, 50.5: 64.
test('by hand on every measured step: δ·(1 + B_simple)', () => {
  const reason = 'diversity worth 101 examples, noise scale 100';
  expect(measured(ESTIMATES)).toEqual({ batchSize: 128, reason });
  expect(measured(ESTIMATES, {}, { ...EVERY, factor: 0.5 })).toEqual({ batchSize: 64, reason });
  expect(measured(ESTIMATES, { batchSize: 128 })).toEqual({ reason: `${reason}: kept` });
  expect(measured(ESTIMATES, { batchSize: 1024 }).batchSize).toBe(128);
  // √(16·32) = 22.63: 1 more than the noise scale decides.
  const at = (noiseScale: number): Estimates => ({ noise: { ...ESTIMATES.noise, noiseScale } });
  expect([21.6, 21.7].map((scale) => measured(at(scale)).batchSize)).toEqual([undefined, 32]);
});

test('a lower bound is grown to, but nothing shrinks to it', () => {
  const bound = { noise: { ...ESTIMATES.noise, isLowerBound: true as const } };
  expect(measured(bound).batchSize).toBe(128);
  expect(measured(bound, { batchSize: 256 }).reason).toBe(
    'diversity worth 101 examples, noise scale at least 100: no smaller, |G|² is lost in the noise',
  );
});

test('on every measured step: holds without fresh statistics, and without an estimate', () => {
  expect(measured(ESTIMATES, { observation: plainObservation() })).toEqual({
    reason: 'held until the next measured step',
  });
  expect(measured({})).toEqual({ reason: 'collecting gradient statistics' });
});

describe('at epoch ends', () => {
  const WAITING = { reason: 'held until the epoch ends' };

  test('waits for another epoch, measured or not, and then for the next', () => {
    const first = update(null, { epoch: 0, examplesSeen: 16 });
    expect(first).toEqual({ state: { epoch: 0, since: 0 }, decision: WAITING });
    const within = update(
      first.state,
      { epoch: 0, examplesSeen: 4000 },
      { observation: observation({ examplesSeen: 4000 }) },
    );
    expect(within).toEqual({ state: first.state, decision: WAITING });
    const next = update(within.state, { epoch: 1, examplesSeen: 4016 });
    expect(next.state).toEqual({ epoch: 1, since: 4000 });
    expect(next.decision.batchSize).toBe(128);
    expect(update(next.state, { epoch: 1, examplesSeen: 4032 }).decision).toEqual(WAITING);
    expect(update(next.state, { epoch: 0, examplesSeen: 4032 }).decision.batchSize).toBe(128);
  });

  test('goes by the size of the data where each call of fit counts its epochs from 0', () => {
    const state = { epoch: 0, since: 0 };
    expect(update(state, { epoch: 0, examplesSeen: 4000 }).decision).toEqual(WAITING);
    const next = update(state, { epoch: 0, examplesSeen: 4001 });
    expect(next.decision.batchSize).toBe(128);
    expect(next.state).toEqual({ epoch: 0, since: 3985 });
    const { datasetSize: _unknown, ...facts } = RUN_FACTS;
    expect(update(state, { epoch: 0, examplesSeen: 1e9 }, { facts }).decision).toEqual(WAITING);
  });

  test('where there is no estimate at the end, as soon as there is one', () => {
    const state = { epoch: 0, since: 0 };
    const late = update(state, { epoch: 1, examplesSeen: 4016 }, { estimates: {} });
    expect(late).toEqual({ state, decision: { reason: 'collecting gradient statistics' } });
    expect(update(late.state, { epoch: 1, examplesSeen: 4032 }).decision.batchSize).toBe(128);
  });

  test('moves once an epoch on a training that stands still, to 1 + B_simple', () => {
    const sizes = sizesOfStill(gradientDiversity(), { steps: 4200 });
    const moves = sizes.flatMap((size, i) => (i > 0 && size !== sizes[i - 1] ? [i] : []));
    // 4,000 steps of 16 are the first epoch; the size changes after the first step of the second.
    expect(moves).toEqual([4000]);
    expect(sizes.at(-1)).toBe(128);
    expect(sizesOfStill(gradientDiversity(EVERY)).at(-1)).toBe(128);
  });
});

test('N·Δ is 1 + B_simple at fixed weights, counted example by example', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.integer({ min: 5, max: 60 }), (seed, count) => {
      const factor = [
        [1, 0],
        [0.5, 2],
      ];
      const examples = Array.from(
        { length: count },
        exampleGradients({ gradient: [1, -0.5], factor, noise: 'skewed' }, seed),
      );
      const sum = [0, 1].map((i) => examples.reduce((total, example) => total + (example[i] as number), 0));
      const diversity = examples.reduce((total, example) => total + dot(example, example), 0) / dot(sum, sum);
      const norm = dot(sum, sum) / count ** 2;
      // Over the N examples, which are all there are, the covariance has the divisor N.
      const trace = examples.reduce((total, example) => {
        const apart = example.map((x, i) => x - (sum[i] as number) / count);
        return total + dot(apart, apart) / count;
      }, 0);
      const noise = { ...ESTIMATES.noise, noiseScale: trace / norm };
      const { reason } = measured({ noise }, { candidates: [1], batchSize: 1 });
      expect(Number(/worth (\S+) examples/.exec(reason)?.[1]) / (count * diversity)).toBeCloseTo(1, 2);
    }),
  );
});

test('tells its options', () => {
  const { options, needs } = gradientDiversity();
  expect({ options, needs }).toEqual({ options: { factor: 1, atEpochEnds: true }, needs: ['gradient'] });
});

rejects([
  [() => gradientDiversity({ factor: 0 }), 'gradientDiversity: factor', 'a finite number > 0', '0'],
  [() => gradientDiversity({ atEpochEnds: 2 as never }), 'gradientDiversity: atEpochEnds', 'one of true, false', '2'],
]);
rejectsUnknown('gradientDiversity', gradientDiversity);
