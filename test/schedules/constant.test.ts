import { constant } from '../../src/schedules/index.js';
import { factorAt } from './support.js';

test('leaves the rate from begin to end', () => {
  for (const examples of [0, 1, 1e3, 1e9]) expect(factorAt(constant(), examples)).toBe(1);
  expect(constant().options).toEqual({});
});
