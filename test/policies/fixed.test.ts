import { fixed } from '../../src/policies/index.js';
import { drawContext, ESTIMATES, policyContext } from '../support/contexts.js';
import { rejects } from '../support/rejections.js';

test('asks for its size, whatever is known', () => {
  for (const estimates of [{}, ESTIMATES]) {
    expect(fixed(48).update(null, estimates, policyContext({ batchSize: 7 })).decision.batchSize).toBe(48);
    expect(fixed().update(null, estimates, policyContext({ batchSize: 7 })).decision.batchSize).toBe(16);
  }
});

test('starts there', () => {
  expect(fixed(48).start?.(drawContext())).toBe(48);
  expect(fixed().start?.(drawContext())).toBe(16);
});

rejects([
  [() => fixed(0), 'fixed: batchSize', 'a whole number >= 1', '0'],
  [() => fixed(2.5), 'fixed: batchSize', 'a whole number >= 1', '2.5'],
  [() => fixed(Number.NaN), 'fixed: batchSize', 'a whole number >= 1', 'NaN'],
  [() => fixed('64' as never), 'fixed: batchSize', 'a whole number >= 1', '"64"'],
]);
