import fc from 'fast-check';
import type { StepObservation } from '../../src/core/types.js';
import { formatStep } from '../../src/run-log/format.js';
import { parseObject, stepOf } from '../../src/run-log/parse-line.js';
import { stepScanner } from '../../src/run-log/scan-step.js';
import { gradientStatistics, observation, plainObservation } from '../support/observations.js';
import { anyLoggedRun, DECISION } from './support.js';

/** What the scanner makes of a line; undefined where it leaves it to others. */
function scan(scanner: ReturnType<typeof stepScanner>, line: string) {
  const bytes = new TextEncoder().encode(`${line}\n`);
  const next = scanner.scan(bytes, 0);
  if (next < 0) return undefined;
  expect(next).toBe(bytes.length);
  const [seen, decision] = [scanner.observation(), scanner.decision()];
  return { observation: seen, ...(decision !== undefined && { decision }) };
}

/** What JSON.parse and the schema make of it; undefined where it is wrong. */
function parsed(line: string) {
  try {
    return stepOf(parseObject(line) as never, '');
  } catch {
    return undefined;
  }
}

/** An observation with its fields in the order in which a training writes them. */
function asWritten(seen: StepObservation): StepObservation {
  const { gradient, measureMs, short, validationLoss, ...rest } = { ...plainObservation(), ...seen };
  return {
    ...rest,
    ...(gradient && { gradient }),
    ...(measureMs !== undefined && { measureMs }),
    ...(short && { short }),
    ...(validationLoss !== undefined && { validationLoss }),
  };
}

/** Key order and the last bit count. */
const text = (value: unknown): string =>
  JSON.stringify(value, (_key, inner) => (Object.is(inner, -0) ? '-0' : inner)) ?? 'nothing';

test('reads what this package writes to the values of JSON.parse, in any run', () => {
  let read = 0;
  let all = 0;
  fc.assert(
    fc.property(anyLoggedRun, ({ steps }) => {
      const scanner = stepScanner();
      for (const [seen, decision] of steps) {
        const line = formatStep(asWritten(seen), decision);
        const scanned = scan(scanner, line);
        all += 1;
        if (scanned === undefined) continue;
        read += 1;
        expect(text(scanned)).toBe(text(parsed(line)));
      }
    }),
    { numRuns: 200 },
  );
  // Not those with numbers that JSON does not have, or a reason that is not plain ASCII.
  expect(read / all).toBeGreaterThan(0.05);
});

test.each([
  ['a plain step', plainObservation()],
  ['a measured step', observation()],
  ['the last batch of an epoch', plainObservation({ short: true, validationLoss: 0.5 })],
  ['large and small numbers', plainObservation({ loss: 1.7976931348623157e308, stepMs: 5e-324, learningRate: 1e-7 })],
  [
    'a gradient with fields of a later version',
    { ...observation(), gradient: { ...gradientStatistics(), later: [{}] } },
  ],
])('reads %s', (_name, seen) => {
  const line = formatStep(seen as ReturnType<typeof observation>, DECISION);
  expect(text(scan(stepScanner(), line))).toBe(text(parsed(line)));
  const { decision: _none, ...without } = JSON.parse(line) as { decision: unknown };
  expect(text(scan(stepScanner(), JSON.stringify(without)))).toBe(text({ observation: without }));
});

test('leaves lines of others and broken ones alone', () => {
  const line = formatStep(plainObservation(), DECISION);
  for (const other of [
    '',
    '{}',
    line.slice(0, -1),
    `${line},`,
    ` ${line}`,
    line.replace('"epoch"', '"later":1,"epoch"'),
    line.replace('"loss":2.3', '"loss":"NaN"'),
    line.replace('"loss":2.3', '"loss":02.3'),
    line.replace('"loss":2.3', '"loss":2.'),
    line.replace('"loss":2.3', '"loss":-'),
    line.replace('"loss":2.3', '"loss":1e'),
    line.replace('"loss":2.3', '"loss":1-1'),
    line.replace('"step":1,', '"step":0,'),
    line.replace('"batchSize":16', '"batchSize":1e1'),
    line.replace('why not', 'tab\t'),
    line.replace('why not', '\\u0041'),
  ]) {
    expect([other, scan(stepScanner(), other)]).toEqual([other, undefined]);
  }
});

test('whatever is done to a line, it never reads other values than JSON.parse', () => {
  const lines = [observation(), plainObservation({ loss: 0.1234567890123456, short: true })].map((seen) =>
    formatStep(seen, { ...DECISION, learningRate: 0.33712541773247917 }),
  );
  const scanner = stepScanner();
  const put = fc.oneof(
    fc.constantFrom('', '0', '9', '-', '.', 'e5', 'E-3', '"', '\\', '}', '{', ',', ' ', '00', '1e400', 'true'),
    fc.string({ maxLength: 3 }),
  );
  const damage = fc.record({ line: fc.constantFrom(...lines), at: fc.nat(500), cut: fc.nat(3), put });
  fc.assert(
    fc.property(damage, ({ line, at, cut, put: inserted }) => {
      // The line before sets what the scanner takes for unchanged.
      scan(scanner, lines[0] as string);
      const damaged = line.slice(0, at) + inserted + line.slice(at + cut);
      if (damaged.includes('\n')) return;
      const scanned = scan(scanner, damaged);
      if (scanned !== undefined) expect(text(scanned)).toBe(text(parsed(damaged)));
    }),
    { numRuns: 20_000 },
  );
});
