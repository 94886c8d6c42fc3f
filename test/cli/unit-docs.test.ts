import { learningRateFrom, policyFrom, scheduleFrom } from '../../src/assembly/registry.js';
import { type UnitDoc, unitDocs } from '../../src/cli/unit-docs.js';
import * as combinators from '../../src/combinators/index.js';
import { describePolicy } from '../../src/combinators/restricted.js';
import type { JsonObject } from '../../src/core/types.js';
import * as rules from '../../src/learning-rates/index.js';
import * as policies from '../../src/policies/index.js';
import * as schedules from '../../src/schedules/index.js';

const docs = unitDocs();

test('every policy, combinator, rule and schedule is there', () => {
  const names = (units: readonly UnitDoc[]): string[] => units.map(({ name }) => name).sort();
  expect(names(docs.policies)).toEqual(Object.keys(policies).sort());
  expect(names(docs.combinators)).toEqual(Object.keys(combinators).sort());
  expect(names(docs['learning-rates'])).toEqual(Object.keys(rules).sort());
  expect(names(docs.schedules)).toEqual(Object.keys(schedules).sort());
});

const inner = { policy: { name: 'fixed', options: {} } };
const units = [
  ...docs.policies.map(
    (doc) => [doc, (options: JsonObject) => describePolicy(policyFrom({ name: doc.name, options })).options] as const,
  ),
  ...docs.combinators.map(
    (doc) =>
      [
        doc,
        (options: JsonObject) =>
          describePolicy(policyFrom({ name: doc.name, options: { ...inner, ...options } })).options,
      ] as const,
  ),
  ...docs['learning-rates'].map(
    (doc) => [doc, (options: JsonObject) => learningRateFrom({ name: doc.name, options }).options ?? {}] as const,
  ),
  ...docs.schedules.map(
    (doc) => [doc, (options: JsonObject) => scheduleFrom({ name: doc.name, options }).options ?? {}] as const,
  ),
].map(([doc, optionsOf]) => [doc.name, doc, optionsOf] as const);

test.each(units)('%s says what it does, and its options are its options', (_name, doc, optionsOf) => {
  expect(doc.says).toMatch(/^[A-Z].{20,}[^ ]$/s);
  expect(doc.says + doc.options.map(({ says }) => says).join()).not.toMatch(/\{@|\*\/|\n/);
  const defaults = optionsOf({}) as JsonObject;
  for (const option of doc.options) {
    expect(option.says.length).toBeGreaterThan(10);
    const value = defaults[option.name];
    if (value === undefined) continue;
    if (doc.name === 'clamped' && option.name === 'max') continue;
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    const [start, after] = [option.default?.slice(0, text.length), option.default?.slice(text.length)];
    expect(start).toBe(text);
    expect(after).toMatch(/^(,|$)/);
  }
  const known = [...doc.options.map(({ name }) => name), 'policy'];
  for (const name of Object.keys(defaults)) expect(known).toContain(name);
});
