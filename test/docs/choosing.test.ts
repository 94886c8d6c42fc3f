import { readFileSync, statSync } from 'node:fs';
import { describeSignals, needsOf } from '../../src/assembly/needs.js';
import * as presets from '../../src/assembly/presets.js';
import { learningRateFrom, policyFrom } from '../../src/assembly/registry.js';
import * as combinators from '../../src/combinators/index.js';
import * as core from '../../src/core-entry.js';
import * as learningRates from '../../src/learning-rates/index.js';
import * as policies from '../../src/policies/index.js';
import * as schedules from '../../src/schedules/index.js';
import { inlineCodeOf } from './markdown.js';

const PAGE = readFileSync('docs/choosing.md', 'utf8');
const MOST_BYTES = 25_000;

/** The text under a heading, up to the next. */
function sectionOf(name: string): string {
  const [, section] = PAGE.split(`\n### \`${name}\`\n`);
  return section?.split(/^#/m)[0] ?? '';
}

const signals = {
  ...Object.fromEntries(Object.keys(policies).map((name) => [name, needsOf(policyFrom({ name, options: {} }))])),
  ...Object.fromEntries(
    Object.keys(learningRates).map((name) => [name, learningRateFrom({ name, options: {} }).needs ?? []]),
  ),
};
const plotted = Object.keys(signals);

describe.each(plotted)('%s', (name) => {
  test('has a section that says what it needs, when it is right and when it is wrong', () => {
    expect(sectionOf(name)).toContain(`\n- Needs: ${describeSignals(signals[name] ?? [])}.`);
    expect(sectionOf(name)).toMatch(/\n- Right: .+\n- Wrong: .+\n/);
  });

  test('has a small plot of a real run', () => {
    const path = `images/choosing/${name}.svg`;
    expect(sectionOf(name)).toContain(`(${path})`);
    const svg = readFileSync(`docs/${path}`, 'utf8');
    expect(svg).toContain(`>${name}</text>`);
    expect(svg).toMatch(/Loss<[\s\S]*Batch size<[\s\S]*Learning rate<[\s\S]*<\/svg>\n$/);
    expect(statSync(`docs/${path}`).size).toBeLessThan(MOST_BYTES);
  });
});

test('each policy, and none else, is in the table of policies', () => {
  const rows = [...PAGE.matchAll(/^\| \[`(\w+)`\]\(#(\w+)\)/gm)];
  expect(rows.map(([, name]) => name)).toEqual(Object.keys(policies).sort());
  for (const [, name, anchor] of rows) expect(anchor).toBe(name?.toLowerCase());
});

test.each([
  ...Object.keys(combinators),
  ...Object.keys(schedules),
  ...Object.keys(presets).map((name) => `presets.${name}`),
])('%s has a row that shows a use of it', (name) => {
  expect(PAGE).toMatch(new RegExp(`^\\| \`${name.replace('.', '\\.')}\\(.*\``, 'm'));
});

/** Code that makes something by a name of the package. */
const uses = [...new Set(inlineCodeOf(PAGE).filter((code) => /^\w[\w.]*\(.*\)$/.test(code)))].filter((code) =>
  Object.hasOwn(core, /^\w+/.exec(code)?.[0] as string),
);

test.each(uses)('%s runs', (code) => {
  const make = new Function(...Object.keys(core), `return ${code}`);
  expect(typeof make(...Object.values(core))).toBe('object');
});
