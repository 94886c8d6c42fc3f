// The part of Jest that the tests of the pure units use, in this process: `describe`, `test`, their `.each`, and Jest's own `expect`.
import { expect } from 'expect';
import fc from 'fast-check';

/** How many cases a property gets: fewer than in `npm test`, where it asks for more. */
const RUNS = 20;

/** fast-check with the same cases every time, so that a mutant is killed always or never; fewer; and no search for the smallest one that fails. */
export const fewCases = {
  ...fc,
  assert: (property, { numRuns = RUNS, ...rest } = {}) =>
    fc.assert(property, { ...rest, seed: 1, numRuns: Math.min(numRuns, RUNS), endOnFailure: true }),
};

/** Jest's `test` or `describe` with its `.each`; a name tells the row by its number. */
function eachOf(register) {
  const each = (table) => (name, body) =>
    table.forEach((row, i) => {
      register(`${name} [${i}]`, () => body(...(Array.isArray(row) ? row : [row])));
    });
  return Object.assign((name, body) => register(name, body), { each });
}

/** What a test file declares, in order: `{ name, body }`. */
export function collectTests(evaluate) {
  const tests = [];
  let path = [];
  const describe = eachOf((name, body) => {
    const outer = path;
    path = [...path, name];
    body();
    path = outer;
  });
  const test = eachOf((name, body) => tests.push({ name: [...path, name].join(' '), body }));
  evaluate({ describe, test, it: test, expect });
  return tests;
}

/** The error that the test ends with; none if it passes. */
export function failureOf(body) {
  try {
    const result = body();
    if (typeof result?.then === 'function') throw new Error('the mutation run does not wait for a promise');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
