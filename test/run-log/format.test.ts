import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { formatHeader, formatStep, PACKAGE_VERSION, RUN_LOG_VERSION, reviveNumber } from '../../src/run-log/format.js';
import { readRunLog } from '../../src/run-log/read.js';
import { gradientStatistics, observation } from '../support/observations.js';
import { anyLoggedRun, DECISION, HEADER, runOf } from './support.js';

test('a header line starts with the versions of the format and the package', () => {
  expect(formatHeader(HEADER)).toMatch(
    new RegExp(`^{"runLog":${RUN_LOG_VERSION},"version":"${PACKAGE_VERSION}","facts":`),
  );
  expect(JSON.parse(formatHeader(HEADER))).toEqual({ runLog: RUN_LOG_VERSION, version: PACKAGE_VERSION, ...HEADER });
  expect(PACKAGE_VERSION).toBe((JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version);
});

test('a step line is the observation and the decision made of it', () => {
  expect(JSON.parse(formatStep(observation(), DECISION))).toEqual({ ...observation(), decision: DECISION });
});

test('numbers that JSON does not have are written as strings and read back', () => {
  const values = [Number.NaN, Infinity, -Infinity];
  for (const loss of values) {
    const gradient = gradientStatistics({ meanProjection: loss });
    const line = formatStep(observation({ loss, gradient }), { ...DECISION, learningRate: loss });
    expect(JSON.parse(line)).toMatchObject({ loss: String(loss), gradient: { meanProjection: String(loss) } });
    const [step] = readRunLog([formatHeader(HEADER), line].join('\n')).runs[0]?.steps ?? [];
    expect(step?.observation).toEqual(observation({ loss, gradient }));
    expect(step?.decision.learningRate).toBe(loss);
  }
  expect(values.map(String).map(reviveNumber)).toEqual(values);
});

test.each(['nan', 'Inf', '', '1', null, undefined, true, 1.5, [1]])('reviveNumber leaves %j as it is', (value) => {
  expect(reviveNumber(value)).toBe(value);
});

test('whatever is written is read back the same, several runs in one text', () => {
  fc.assert(
    fc.property(fc.array(anyLoggedRun, { maxLength: 3 }), fc.constantFrom('', '\n', '\n\n'), (runs, end) => {
      const lines = runs.flatMap(({ facts, about, steps }) => [
        formatHeader({ ...HEADER, facts, about }),
        ...steps.map(([seen, decision]) => formatStep(seen, decision)),
      ]);
      for (const line of lines) expect(line).not.toContain('\n');
      const read = readRunLog(lines.join('\n') + end);
      expect(read.warnings).toEqual([]);
      expect(read.runs).toEqual(
        runs.map(({ facts, about, steps }) => ({
          header: { runLog: RUN_LOG_VERSION, version: PACKAGE_VERSION, ...HEADER, facts, about },
          steps: steps.map(([seen, decision]) => ({ observation: seen, decision })),
        })),
      );
    }),
    { numRuns: 150 },
  );
});

test('several runs, each with its own header and steps', () => {
  const { runs } = readRunLog([...runOf(3, { run: 1 }), ...runOf(0, { run: 2 }), ...runOf(2, { run: 3 })].join('\n'));
  expect(runs.map(({ header, steps }) => [header.about.run, steps.length])).toEqual([
    [1, 3],
    [2, 0],
    [3, 2],
  ]);
});
