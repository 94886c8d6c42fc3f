import { inverseTime } from '../../src/schedules/index.js';
import { FACTS, factorAt, rejectsAsSchedule } from './support.js';

test('by hand: half after one length, a third after two', () => {
  const schedule = inverseTime({ over: { examples: 50 } });
  expect([0, 50, 100, 150].map((examples) => factorAt(schedule, examples))).toEqual([1, 1 / 2, 1 / 3, 1 / 4]);
  expect(factorAt(inverseTime({ decay: 3, over: { examples: 50 } }), 100)).toBe(1 / 7);
  expect(factorAt(inverseTime({ decay: 0 }), 1e9)).toBe(1);
});

test('by default half after an epoch', () => {
  expect(inverseTime().options).toEqual({ decay: 1, over: { epochs: 1 }, clock: 'examples' });
  expect(factorAt(inverseTime(), 1000)).toBe(0.5);
  expect(factorAt(inverseTime({ over: { epochs: 2 } }), 1000)).toBe(1 / 1.5);
});

test('on AdaScale’s clock', () => {
  expect(factorAt(inverseTime({ over: { examples: 50 }, clock: 'gainedExamples' }), 500)).toBe(0.5);
});

rejectsAsSchedule('inverseTime', inverseTime, [
  [() => inverseTime({ decay: -1 }), 'inverseTime: decay', 'a finite number >= 0', '-1'],
  [() => inverseTime({ over: { epochs: 0 } }), 'inverseTime: over: epochs', 'a finite number > 0', '0'],
  [() => inverseTime({ over: 3 as never }), 'inverseTime: over', 'an object with examples or epochs', '3'],
]);

test('where epochs cannot be told, says so by its name', () => {
  const { datasetSize: _unknown, ...facts } = FACTS;
  expect(() => factorAt(inverseTime(), 0, facts)).toThrow('inverseTime: over: a length in epochs needs the size');
});

test('refuses a length in steps, and says why', () => {
  expect(() => inverseTime({ over: { steps: 100 } as never })).toThrow(
    "inverseTime: over has no option 'steps': a step",
  );
});
