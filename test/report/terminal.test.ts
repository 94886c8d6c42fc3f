import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { terminalReport } from '../../src/report/terminal.js';
import { rejects, rejectsUnknown } from '../support/rejections.js';
import { madeSeries } from './support.js';

const report = (options: object) => () => terminalReport([madeSeries()], options);

rejects([
  [report({ width: 39 }), 'terminalReport: width', 'a whole number >= 40', '39'],
  [report({ height: 2 }), 'terminalReport: height', 'a whole number >= 3', '2'],
  [report({ changes: -1 }), 'terminalReport: changes', 'a whole number >= 0', '-1'],
  [report({ axis: 'x' }), 'terminalReport: axis', 'one of examples, steps, seconds', '"x"'],
]);
rejectsUnknown('terminalReport', (options) => terminalReport([madeSeries()], options));

test('shows charts, changes with their reasons, and the summary', () => {
  const text = terminalReport([madeSeries()], { color: false });
  for (const title of ['Loss', 'Batch size', 'Learning rate', 'Noise scale']) expect(text).toMatch(`\n${title}\n`);
  expect(text).toContain('after step 20: 16 → 32: 32 gains most <per> "second" & step');
  expect(text).toMatch(/ {4}128 ┤ +⢀?[⠉-⣿]+\n/);
  expect(text).toMatch(/\nSteps +100\n/);
});

test('no line is wider than asked for, whatever the names', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 40, max: 200 }),
      fc.string({ maxLength: 300 }),
      fc.boolean(),
      (width, name, color) => {
        const series = [madeSeries({ name }), madeSeries({ name, kind: 'replay' })];
        const lines = stripVTControlCharacters(terminalReport(series, { width, color })).split('\n');
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
      },
    ),
    { numRuns: 30 },
  );
});

test('without colours each series has charts of its own; with them they share', () => {
  const series = [madeSeries({ name: 'one' }), madeSeries({ name: 'two' })];
  const plain = terminalReport(series, { color: false });
  expect(plain).toContain('Batch size, two');
  expect(plain).not.toContain('\u001b');
  const colored = terminalReport(series, { color: true });
  expect(colored).not.toContain('Batch size, two');
  expect(colored).toContain('\u001b[33m');
});

test('text of a log cannot steer the terminal', () => {
  const text = terminalReport([madeSeries({ name: 'a\u001b]0;owned\u0007\u009b2J\u202eb\nc' })], { color: false });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect(text).toContain('b c: run, 100 steps');
});

test('changes past the number asked for are counted', () => {
  expect(terminalReport([madeSeries()], { color: false, changes: 1 })).toContain('  and 2 more');
  expect(terminalReport([madeSeries()], { color: false, changes: 0 })).not.toContain('after step');
});

test('a replay says what it can and cannot say', () => {
  expect(terminalReport([madeSeries({ kind: 'replay' })], { color: false, width: 300 })).toContain(
    'It cannot show the loss',
  );
});

test('a series without a step makes a report', () => {
  expect(terminalReport([madeSeries({}, [])], { color: false })).toContain('made up: run, 0 steps');
});
