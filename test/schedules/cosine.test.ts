import fc from 'fast-check';
import { cosine } from '../../src/schedules/index.js';
import { FACTS, factorAt, rejectsAsSchedule } from './support.js';

test('by hand: half way half, a third of the way three quarters, at the end and after it the floor', () => {
  const schedule = cosine({ examples: 600, floor: 1e-6 });
  expect(factorAt(schedule, 0)).toBe(1);
  expect(factorAt(schedule, 200)).toBeCloseTo(0.75, 5);
  expect(factorAt(schedule, 300)).toBeCloseTo(0.5, 5);
  expect(factorAt(schedule, 400)).toBeCloseTo(0.25, 5);
  expect(factorAt(schedule, 600)).toBe(1e-6);
  expect(factorAt(schedule, 6e9)).toBe(1e-6);
  expect(factorAt(schedule, 599.999)).toBeGreaterThan(1e-6);
});

test('the same cosine as Math.cos, to the last digits', () => {
  // Doubles as fast-check draws them are nearly all close to 0.
  const share = fc.integer({ min: 0, max: 1e6 }).map((millionths) => millionths / 1e6);
  fc.assert(
    fc.property(share, fc.double({ min: 1e-6, max: 1, noNaN: true }), (at, floor) => {
      const expected = floor + ((1 - floor) * (1 + Math.cos(Math.PI * at))) / 2;
      expect(Math.abs(factorAt(cosine({ examples: 1, floor }), at) - expected)).toBeLessThan(3e-16);
    }),
    { numRuns: 2000 },
  );
});

test('lengths in epochs are so many times the data', () => {
  for (const examples of [0, 100, 1999, 3000, 5000]) {
    expect(factorAt(cosine({ epochs: 3 }), examples)).toBe(factorAt(cosine({ examples: 3000 }), examples));
  }
});

test('on AdaScale’s clock', () => {
  const gained = cosine({ examples: 300, clock: 'gainedExamples' });
  expect(factorAt(gained, 1500)).toBe(factorAt(cosine({ examples: 300 }), 150));
});

test('says what it was given', () => {
  expect(cosine().options).toEqual({ epochs: 20, floor: 0.01, clock: 'examples' });
  expect(cosine({ examples: 5, floor: 1, clock: 'gainedExamples' }).options).toEqual({
    examples: 5,
    floor: 1,
    clock: 'gainedExamples',
  });
});

rejectsAsSchedule('cosine', cosine, [
  [() => cosine({ epochs: 0 }), 'cosine: epochs', 'a finite number > 0', '0'],
  [() => cosine({ examples: Number.NaN }), 'cosine: examples', 'a finite number > 0', 'NaN'],
  [() => cosine({ floor: 0 }), 'cosine: floor', 'between 0.000001 and 1', '0'],
  [() => cosine({ floor: 1.1 }), 'cosine: floor', 'between 0.000001 and 1', '1.1'],
]);

test('where epochs cannot be told, says so by its name', () => {
  const { datasetSize: _unknown, ...facts } = FACTS;
  expect(() => factorAt(cosine(), 0, facts)).toThrow('cosine: a length in epochs needs the size of the data');
});

test('rejects a length given twice', () => {
  expect(() => cosine({ epochs: 3, examples: 9 })).toThrow(
    new RangeError('cosine must be given examples or epochs, not both; got 9 and 3'),
  );
});
