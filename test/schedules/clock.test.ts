import {
  checkClock,
  checkLengthOption,
  examplesIn,
  type ScheduleClock,
  type ScheduleLength,
} from '../../src/schedules/clock.js';
import { FACTS } from './support.js';

test('a length in examples stands for itself, one in epochs for so many times the data', () => {
  expect(examplesIn('mine', { examples: 77 }, FACTS)).toBe(77);
  expect(examplesIn('mine', { epochs: 2.5 }, FACTS)).toBe(2500);
  const { datasetSize: _unknown, ...facts } = FACTS;
  expect(examplesIn('mine', { examples: 77 }, facts)).toBe(77);
  expect(() => examplesIn('mine: over', { epochs: 2 }, facts)).toThrow(
    new RangeError(
      'mine: over: a length in epochs needs the size of the data, which this run does not know; give it in examples',
    ),
  );
});

test.each<[unknown, string]>([
  [{}, 'mine: over must be an object with examples or epochs; got {}'],
  [null, 'mine: over must be an object with examples or epochs; got null'],
  [3, 'mine: over must be an object with examples or epochs; got 3'],
  [[{ epochs: 1 }], 'mine: over must be an object with examples or epochs; got [{"epochs":1}]'],
  [{ epochs: 0 }, 'mine: over: epochs must be a finite number > 0; got 0'],
  [{ examples: -1 }, 'mine: over: examples must be a finite number > 0; got -1'],
  [{ epochs: 1, examples: 2 }, 'mine: over must be given examples or epochs, not both; got 2 and 1'],
  [{ epochs: 1, units: 2 }, "mine: over has no option 'units'; its options are examples, epochs"],
  [
    { steps: 3 },
    "mine: over has no option 'steps': a step is longer the larger the batch. Give examples (steps times the base batch size), or epochs",
  ],
])('rejects the length %j', (length, message) => {
  expect(() => checkLengthOption('mine: over', length as ScheduleLength)).toThrow(new RangeError(message));
});

test('takes one of the two', () => {
  expect(checkLengthOption('mine', { examples: 0.5 })).toEqual({ examples: 0.5 });
  expect(checkLengthOption('mine', { epochs: 3 })).toEqual({ epochs: 3 });
});

test('tells time by examples unless asked otherwise, and by nothing else', () => {
  expect(checkClock('mine')).toBe('examples');
  expect(checkClock('mine', 'gainedExamples')).toBe('gainedExamples');
  expect(() => checkClock('mine', 'steps' as ScheduleClock)).toThrow('mine: clock must be');
});
