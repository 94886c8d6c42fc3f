import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { formatHeader, formatStep } from '../../src/run-log/format.js';
import { runLogSchema } from '../../src/run-log/json-schema.js';
import { headerOf, isHeader, parseObject, stepOf } from '../../src/run-log/parse-line.js';
import { type Fields, HEADER_FIELDS, STEP_FIELDS } from '../../src/run-log/schema.js';
import type { JsonFields } from '../../src/run-log/validate.js';
import { observation } from '../support/observations.js';
import { anyLoggedRun, DECISION, HEADER } from './support.js';

const isValid = new Ajv2020().compile(runLogSchema());

/** Whether the reader takes a line. */
function isRead(line: string): boolean {
  try {
    const fields = parseObject(line) as JsonFields;
    if (isHeader(fields)) headerOf(fields, '');
    else stepOf(fields, '');
    return true;
  } catch {
    return false;
  }
}

test('the published schema is that of the reader', () => {
  expect(JSON.parse(readFileSync('docs/run-log.schema.json', 'utf8'))).toEqual(runLogSchema());
});

test('docs/run-log.md names every field', () => {
  const page = readFileSync('docs/run-log.md', 'utf8');
  const namesOf = (fields: Fields, path = ''): string[] =>
    fields.flatMap((field) => [
      path + field.name,
      ...(field.is === 'object' && !['gradient', 'policy', 'learningRate', 'schedule'].includes(field.name)
        ? namesOf(field.fields, `${path}${field.name}.`)
        : []),
    ]);
  for (const name of namesOf([...HEADER_FIELDS, ...STEP_FIELDS])) expect(page).toContain(`\`${name}\``);
});

test('it takes what this package writes', () => {
  fc.assert(
    fc.property(anyLoggedRun, ({ facts, about, steps }) => {
      expect(isValid(JSON.parse(formatHeader({ ...HEADER, facts, about })))).toBe(true);
      for (const [seen, decision] of steps) expect(isValid(JSON.parse(formatStep(seen, decision)))).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('it takes and refuses what the reader takes and refuses', () => {
  const lines = [formatHeader(HEADER), formatStep(observation({ short: true, validationLoss: 1 }), DECISION)];
  const values = [
    'null',
    '0',
    '-1',
    '1.5',
    '3',
    '"NaN"',
    '"Infinity"',
    '"text"',
    'true',
    'false',
    '[]',
    '[1]',
    '{}',
    '1e300',
  ];
  let refused = 0;
  for (const line of lines) {
    const fields = [...line.matchAll(/"(\w+)":/g)].map(([key]) => key);
    for (const key of fields) {
      for (const value of values) {
        // The first value after the key, whatever kind it is.
        const at = line.indexOf(key) + key.length;
        const rest = line.slice(at);
        const end = /^(\{\}|\[[^\]]*\]|"[^"]*"|[^,}\]{[]+)/.exec(rest)?.[0].length;
        if (end === undefined) continue;
        const changed = line.slice(0, at) + value + rest.slice(end);
        expect([changed, isValid(JSON.parse(changed))]).toEqual([changed, isRead(changed)]);
        refused += isRead(changed) ? 0 : 1;
      }
      const without = line.replace(new RegExp(`${key}[^,{}[\\]]+,`), '');
      expect([without, isValid(JSON.parse(without))]).toEqual([without, isRead(without)]);
    }
  }
  expect(refused).toBeGreaterThan(100);
});
