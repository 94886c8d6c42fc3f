import fc from 'fast-check';
import { barLine, clockTime, epochLine, type Progress } from '../../src/watchers/progress-line.js';

const PROGRESS: Progress = {
  ...{ epoch: 2, epochs: 20, done: 900, total: 1800, batchSize: 64, learningRate: 0.04 },
  ...{ logs: { loss: 0.234567 }, leftMs: 83_000 },
};

test('a bar with all there is to say', () => {
  expect(barLine(PROGRESS, 100)).toBe(
    'epoch 3/20  ████████████░░░░░░░░░░░░  900/1800  loss 0.2346  batch 64  rate 0.04  1:23 left',
  );
});

test('no bar where the size of the epoch is not known, nor where there is no room', () => {
  expect(barLine({ ...PROGRESS, epochs: undefined, total: undefined, leftMs: undefined }, 100)).toBe(
    'epoch 3  900 examples  loss 0.2346  batch 64  rate 0.04',
  );
  expect(barLine(PROGRESS, 70)).toBe('epoch 3/20  900/1800  loss 0.2346  batch 64  rate 0.04  1:23 left');
});

test('says of what the time is left, where the number of epochs is not known', () => {
  expect(barLine({ ...PROGRESS, epochs: undefined }, 120)).toMatch(/1:23 left of the epoch$/);
});

test('an epoch in a line', () => {
  const logs = { loss: 0.5, val_loss: 0.25 };
  expect(epochLine({ ...PROGRESS, logs }, 1234)).toBe(
    'epoch 3/20  900 examples in 1.2 s  loss 0.5  val_loss 0.25  batch 64  rate 0.04  1:23 left',
  );
  expect(epochLine({ ...PROGRESS, leftMs: 0 }, 90_000)).toBe(
    'epoch 3/20  900 examples in 1:30  loss 0.2346  batch 64  rate 0.04',
  );
});

test.each([
  [0, '0:00'],
  [59_499, '0:59'],
  [59_500, '1:00'],
  [3_599_499, '59:59'],
  [3_600_000, '1:00:00'],
  [90_061_000, '25:01:01'],
])('%d ms are %s', (ms, text) => {
  expect(clockTime(ms)).toBe(text);
});

test('a line never fills the terminal, and a loss that is no number is told', () => {
  const anyNumber = fc.double();
  fc.assert(
    fc.property(
      fc.record({
        ...{ epoch: fc.nat(), done: fc.nat(), batchSize: fc.nat(), learningRate: anyNumber },
        ...{ epochs: fc.option(fc.nat(), { nil: undefined }), total: fc.option(fc.nat(), { nil: undefined }) },
        ...{ logs: fc.record({ loss: anyNumber }), leftMs: fc.option(fc.nat(), { nil: undefined }) },
      }),
      fc.integer({ min: 1, max: 200 }),
      (progress, columns) => {
        const line = barLine(progress, columns);
        expect(line.length).toBeLessThan(columns);
        expect(line).not.toMatch(/undefined|\n/);
      },
    ),
  );
  expect(barLine({ ...PROGRESS, logs: { loss: Number.NaN } }, 100)).toContain('loss NaN');
});
