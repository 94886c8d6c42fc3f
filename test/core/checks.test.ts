import { checkAtLeast, checkBetween, checkCount, checkGreater, checkKeys } from '../../src/core/checks.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';

const text = '3' as unknown as number;

rejects([
  [() => checkCount('size', 0), 'size', 'a whole number >= 1', '0'],
  [() => checkCount('size', 1.5), 'size', 'a whole number >= 1', '1.5'],
  [() => checkCount('size', 2 ** 53), 'size', 'a whole number >= 1', '9007199254740992'],
  [() => checkCount('size', 3, 4), 'size', 'a whole number >= 4', '3'],
  [() => checkCount('size', text), 'size', 'a whole number >= 1', '"3"'],
  [() => checkGreater('factor', 1, 1), 'factor', 'a finite number > 1', '1'],
  [() => checkGreater('factor', Infinity, 1), 'factor', 'a finite number > 1', 'Infinity'],
  [() => checkGreater('factor', text, 1), 'factor', 'a finite number > 1', '"3"'],
  [() => checkAtLeast('gain', 0.9, 1), 'gain', 'a finite number >= 1', '0.9'],
  [() => checkAtLeast('gain', Number.NaN, 1), 'gain', 'a finite number >= 1', 'NaN'],
  [() => checkBetween('power', -0.1, 0, 1), 'power', 'between 0 and 1', '-0.1'],
  [() => checkBetween('power', 1.1, 0, 1), 'power', 'between 0 and 1', '1.1'],
  [() => checkBetween('power', Number.NaN, 0, 1), 'power', 'between 0 and 1', 'NaN'],
]);
rejectsUnknown('unit', (options) => checkKeys('unit', options, ['known']));

test('give back what passes, the bounds included where they belong', () => {
  expect([checkCount('size', 1), checkCount('size', 4, 4)]).toEqual([1, 4]);
  expect(checkGreater('factor', 1.01, 1)).toBe(1.01);
  expect(checkAtLeast('gain', 1, 1)).toBe(1);
  expect([checkBetween('power', 0, 0, 1), checkBetween('power', 1, 0, 1)]).toEqual([0, 1]);
  expect(() => checkKeys('unit', { known: 1 }, ['known'])).not.toThrow();
});

test('checkKeys lists the options there are', () => {
  expect(() => checkKeys('unit', { a: 1 }, ['b', 'c'])).toThrow("unit has no option 'a'; its options are b, c");
  expect(() => checkKeys('unit', { a: 1 }, [])).toThrow("unit has no option 'a'; its options are none");
});
