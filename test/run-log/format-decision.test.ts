import fc from 'fast-check';
import { formatStep } from '../../src/run-log/format.js';
import { decisionWriter, formatDecision } from '../../src/run-log/format-decision.js';
import { observation } from '../support/observations.js';
import { anyLoggedRun } from './support.js';

test('decisions are written as the run log has them, many or one', () => {
  fc.assert(
    fc.property(anyLoggedRun, fc.array(fc.nat(3)), ({ steps }, repeats) => {
      const decisions = steps.flatMap(([, decision], i) =>
        Array.from({ length: 1 + (repeats[i] ?? 0) }, (_, more) => ({ ...decision, step: decision.step + more })),
      );
      const writer = decisionWriter();
      for (const decision of decisions) writer.add(decision);
      const expected = decisions.map((decision) => {
        const line = formatStep(observation(), decision);
        return line.slice(line.indexOf('"decision":') + '"decision":'.length, -1);
      });
      expect(decisions.map(formatDecision)).toEqual(expected);
      expect(new TextDecoder().decode(writer.take())).toBe(expected.map((line) => `${line}\n`).join(''));
      expect([writer.size, writer.take().length]).toEqual([0, 0]);
    }),
    { numRuns: 100 },
  );
});

test('a reason longer than any buffer, and more lines than fit', () => {
  const decision = { step: 9007199254740991, batchSize: 1, learningRate: -0, learningRateFactor: 1, measure: false };
  const writer = decisionWriter();
  for (let i = 0; i < 30; i++) writer.add({ ...decision, reason: 'ü'.repeat(5000) + i });
  const lines = new TextDecoder().decode(writer.take()).split('\n').slice(0, -1);
  expect(lines.map((line) => JSON.parse(line))).toEqual(
    Array.from({ length: 30 }, (_, i) => ({ ...decision, learningRate: 0, reason: 'ü'.repeat(5000) + i })),
  );
});
