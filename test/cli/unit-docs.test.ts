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

const inner = { name: 'fixed', options: {} };
/** What a combinator cannot do without. */
const NEEDED: Readonly<Record<string, JsonObject>> = {
  followed: { policies: [inner, inner], afterExamples: 500 },
  maxOf: { policies: [inner, inner] },
  minOf: { policies: [inner, inner] },
};
const neededBy = (name: string): JsonObject => NEEDED[name] ?? { policy: inner };
const units = [
  ...docs.policies.map(
    (doc) => [doc, (options: JsonObject) => describePolicy(policyFrom({ name: doc.name, options })).options] as const,
  ),
  ...docs.combinators.map(
    (doc) =>
      [
        doc,
        (options: JsonObject) =>
          describePolicy(policyFrom({ name: doc.name, options: { ...neededBy(doc.name), ...options } })).options,
      ] as const,
  ),
  ...docs['learning-rates'].map(
    (doc) => [doc, (options: JsonObject) => learningRateFrom({ name: doc.name, options }).options ?? {}] as const,
  ),
  ...docs.schedules.map(
    (doc) => [doc, (options: JsonObject) => scheduleFrom({ name: doc.name, options }).options ?? {}] as const,
  ),
].map(([doc, optionsOf]) => [doc.name, doc, optionsOf] as const);

/** A default as its comment writes it. */
const written = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

test.each(units)('%s says what it does, and its options are its options', (_name, doc, optionsOf) => {
  expect(doc.says).toMatch(/^[A-Z].{20,}[^ ]$/s);
  expect(doc.says + doc.options.map(({ says }) => says).join()).not.toMatch(/\{@|\*\/|\n/);
  const defaults = optionsOf({}) as JsonObject;
  for (const option of doc.options) {
    expect(option.says.length).toBeGreaterThan(10);
    const value = defaults[option.name];
    if (value === undefined) continue;
    if (doc.name === 'clamped' && option.name === 'max') continue;
    if (doc.name === 'traced' && option.name === 'label') continue;
    if (Object.hasOwn(neededBy(doc.name), option.name)) continue;
    const text = written(value);
    const [start, after] = [option.default?.slice(0, text.length), option.default?.slice(text.length)];
    expect(start).toBe(text);
    expect(after).toMatch(/^(,|$)/);
  }
  const known = [...doc.options.map(({ name }) => name), 'policy'];
  for (const name of Object.keys(defaults)) expect(known).toContain(name);
});

test('a combinator of several shows them first, and how to write them on the command line', () => {
  const shown = Object.fromEntries(docs.combinators.map(({ name, options }) => [name, options]));
  expect(shown.followed?.map(({ name }) => name)).toEqual([
    'policies',
    'afterExamples',
    'afterEpochs',
    'belowLoss',
    'atLargestFor',
  ]);
  for (const name of ['followed', 'maxOf', 'minOf']) {
    expect(shown[name]?.[0]?.says).toContain(`as JSON: {"name":"${name}","options":{"policies":[…]`);
  }
});
