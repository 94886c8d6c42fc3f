import fc from 'fast-check';
import { step } from '../../src/schedules/index.js';
import { FACTS, factorAt, rejectsAsSchedule } from './support.js';

test('by hand: halved after each 100 examples', () => {
  const schedule = step({ every: { examples: 100 }, factor: 0.5 });
  const at = [0, 99.9, 100, 199, 200, 299, 300, 1000].map((examples) => factorAt(schedule, examples));
  expect(at).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 1 / 1024]);
});

test('by hand: at milestones, in any order and unit', () => {
  const schedule = step({ at: [{ epochs: 2 }, { examples: 500 }, { examples: 3000 }], factor: 0.25 });
  const at = [0, 499, 500, 1999, 2000, 2999, 3000, 1e9].map((examples) => factorAt(schedule, examples));
  expect(at).toEqual([1, 1, 1 / 4, 1 / 4, 1 / 16, 1 / 16, 1 / 64, 1 / 64]);
});

test('is the factor times itself, once a drop', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-3, max: 1, noNaN: true }), fc.integer({ min: 0, max: 60 }), (factor, drops) => {
      const schedule = step({ every: { examples: 7 }, factor });
      const product = Array.from({ length: drops }).reduce<number>((sofar) => sofar * factor, 1);
      expect(factorAt(schedule, 7 * drops + 3) / Math.max(product, 1e-6)).toBeCloseTo(1, 12);
    }),
  );
});

test('never falls below the floor', () => {
  expect(factorAt(step({ every: { examples: 1 }, floor: 0.3 }), 1)).toBe(0.3);
  expect(factorAt(step({ every: { examples: 1 } }), 5)).toBeCloseTo(1e-5, 18);
  expect(factorAt(step({ every: { examples: 1 } }), 1e9)).toBe(1e-6);
});

test('by default a tenth every 30 epochs', () => {
  expect(step().options).toEqual({ every: { epochs: 30 }, factor: 0.1, floor: 1e-6, clock: 'examples' });
  expect(factorAt(step(), 29_999)).toBe(1);
  expect(factorAt(step(), 30_000)).toBe(0.1);
});

test('on AdaScale’s clock', () => {
  const options = { factor: 0.5, clock: 'gainedExamples' } as const;
  expect(factorAt(step({ ...options, every: { examples: 100 } }), 1000)).toBe(0.5);
  expect(factorAt(step({ ...options, at: [{ examples: 100 }] }), 999)).toBe(1);
  expect(step({ ...options, at: [{ examples: 100 }] }).options).toEqual({
    at: [{ examples: 100 }],
    floor: 1e-6,
    ...options,
  });
});

rejectsAsSchedule('step', step, [
  [() => step({ factor: 0 }), 'step: factor', 'between 0.001 and 1', '0'],
  [() => step({ factor: 2 }), 'step: factor', 'between 0.001 and 1', '2'],
  [() => step({ floor: 0 }), 'step: floor', 'between 0.000001 and 1', '0'],
  [() => step({ every: { epochs: -1 } }), 'step: every: epochs', 'a finite number > 0', '-1'],
  [() => step({ at: [] }), 'step: at', 'a list of lengths, at least one', '[]'],
  [() => step({ at: 3 as never }), 'step: at', 'a list of lengths, at least one', '3'],
  [() => step({ at: [{ epochs: 1 }, {}] }), 'step: at[1]', 'an object with examples or epochs', '{}'],
]);

test('where epochs cannot be told, says which', () => {
  const { datasetSize: _unknown, ...facts } = FACTS;
  expect(() => factorAt(step(), 0, facts)).toThrow('step: every: a length in epochs needs the size of the data');
  const milestones = step({ at: [{ examples: 1 }, { epochs: 1 }] });
  expect(() => factorAt(milestones, 0, facts)).toThrow('step: at[1]: a length in epochs needs the size of the data');
});

test('rejects both ways at once, and lengths in steps', () => {
  expect(() => step({ every: { epochs: 1 }, at: [{ epochs: 1 }] })).toThrow(
    new RangeError('step must be given every or at, not both'),
  );
  expect(() => step({ every: { steps: 9 } as never })).toThrow("step: every has no option 'steps': a step");
  expect(() => step({ at: [{ steps: 9 } as never] })).toThrow("step: at[0] has no option 'steps': a step");
});
