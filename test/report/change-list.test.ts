import fc from 'fast-check';
import { changeList, isChange } from '../../src/report/change-list.js';
import type { ReportChange } from '../../src/report/types.js';

const setting = (batchSize: number, learningRate = 0.1) => ({ batchSize, learningRate });

function change(step: number, to: number, reason = 'why'): ReportChange {
  return { step, examples: 16 * step, seconds: step, from: setting(16), to: setting(to), reason };
}

test.each([
  [setting(16), setting(16), false],
  [setting(16), setting(17), true],
  [setting(16, 0.1), setting(16, 0.14), false],
  [setting(16, 0.1), setting(16, 0.15), true],
  [setting(16, 0.15), setting(16, 0.1), true],
  [setting(16, 0), setting(16, 0.1), false],
  [setting(Number.NaN), setting(Number.NaN), false],
])('%j to %j is a change: %j', (from, to, expected) => {
  expect(isChange(from, to)).toBe(expected);
});

test('keeps every change, with the rows around it, up to the bound', () => {
  const list = changeList(10);
  for (let step = 1; step <= 10; step++) {
    list.add(change(step, 32), [step]);
    list.addNextRow([step + 0.5]);
  }
  expect(list.count).toBe(10);
  expect(list.changes.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(list.rows.slice(0, 4)).toEqual([[1], [1.5], [2], [2.5]]);
});

test('past the bound it counts all, keeps the greatest and stays within it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 1, max: 500 }), (most, count) => {
      const list = changeList(most);
      const great = Math.ceil(count / 2);
      for (let step = 1; step <= count; step++) list.add(change(step, step === great ? 4096 : 32), [step]);
      expect(list.count).toBe(count);
      expect(list.changes.length).toBeLessThanOrEqual(most);
      expect(list.changes.map(({ to }) => to.batchSize)).toContain(4096);
      const steps = list.changes.map(({ step }) => step);
      expect(steps).toEqual([...steps].sort((a, b) => a - b));
    }),
  );
});

test('a reason without end is cut', () => {
  const list = changeList(2);
  list.add(change(1, 32, 'x'.repeat(1e6)), [1]);
  expect(list.changes[0]?.reason).toBe(`${'x'.repeat(499)}…`);
});
