// Stryker's test runner for this repository: a mutant costs milliseconds rather than a start of Jest. Each test file is bundled once with the mutated
// code; for a mutant the bundles are evaluated anew, those tests run that cover it, and the first failure ends it.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { bundle } from './bundle.js';
import { FOLDERS, SHARE } from './folders.js';
import { failureOf } from './harness.js';

/** What Stryker's mutated code and its runners share. */
globalThis.__stryker__ ??= {};
const stryker = globalThis.__stryker__;

/** The name of what a file does outside of its tests. */
const LOADS = 'loads';

function testFilesOf(folder) {
  const path = join(process.cwd(), 'test', folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => join(path, file));
}

/**
 * The test files for a mutant: the unit's own and its folder's conformance; the folder's where a unit has none of its own, for one of core those of
 * all folders. What would be noticed only further off counts as survived, so that the score is on the safe side.
 */
function testFilesFor(mutated) {
  const [, folder] = relative(process.cwd(), mutated).split(sep);
  const ofFolder = testFilesOf(folder);
  const named = (name) => ofFolder.filter((path) => basename(path) === `${name}.test.ts`);
  const own = named(basename(mutated, '.ts'));
  if (own.length === 0) return folder === 'core' ? FOLDERS.flatMap(testFilesOf) : ofFolder;
  return [...own, ...(folder === 'core' ? ofFolder.filter((path) => !own.includes(path)) : named('conformance'))];
}

/** Whether the mutant is in the sample of MUTATION_SHARE: by a hash (FNV-1a) of what it is, so that the sample is always the same. */
function isSampled({ fileName, location, mutatorName, replacement }) {
  const path = relative(process.cwd(), fileName).split(sep).slice(-3).join('/');
  let hash = 0x811c9dc5;
  for (const char of JSON.stringify([path, location, mutatorName, replacement])) {
    hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
  }
  return hash / 2 ** 32 < SHARE;
}

/** The tests of a file; as a single failing test the error that it ends with when it is loaded. */
function load(evaluate) {
  const loaded = { tests: [], failure: undefined };
  loaded.failure = failureOf(() => {
    loaded.tests = evaluate();
  });
  return loaded;
}

class QuickRunner {
  #bundles = new Map();

  capabilities() {
    return { reloadEnvironment: true };
  }

  async #bundleOf(path) {
    const known = this.#bundles.get(path) ?? (await bundle(path));
    this.#bundles.set(path, known);
    return known;
  }

  /** All tests, with what each covers. */
  async dryRun() {
    const tests = [];
    const run = (id, fileName, body) => {
      const start = performance.now();
      const failure = failureOf(body);
      const common = { id, name: id, fileName, timeSpentMs: performance.now() - start };
      tests.push(failure ? { ...common, status: 1, failureMessage: failure.stack } : { ...common, status: 0 });
    };
    for (const path of FOLDERS.flatMap(testFilesOf)) {
      const name = relative(process.cwd(), path);
      const evaluate = await this.#bundleOf(path);
      let found = [];
      stryker.currentTestId = undefined;
      run(`${name} ${LOADS}`, path, () => {
        found = evaluate();
      });
      found.forEach((test, i) => {
        const id = `${name} ${i} ${test.name}`;
        stryker.currentTestId = id;
        run(id, path, test.body);
      });
    }
    return { status: 'complete', tests, mutantCoverage: stryker.mutantCoverage };
  }

  async mutantRun({ activeMutant, sandboxFileName, testFilter, hitLimit }) {
    // Stryker leaves what ends in an error out of the score.
    if (!isSampled(activeMutant)) return { status: 'error', errorMessage: 'not in the sample' };
    stryker.isCovered = true;
    stryker.currentTestId = undefined;
    stryker.activeMutant = String(activeMutant.id);
    stryker.hitCount = hitLimit === undefined ? undefined : 0;
    stryker.hitLimit = hitLimit;
    try {
      return await this.#firstFailure(testFilesFor(sandboxFileName), testFilter && new Set(testFilter));
    } finally {
      stryker.activeMutant = undefined;
    }
  }

  async #firstFailure(paths, covering) {
    let nrOfTests = 0;
    for (const path of paths) {
      const name = relative(process.cwd(), path);
      if (covering && ![...covering].some((id) => id.startsWith(`${name} `))) continue;
      const { tests, failure } = load(await this.#bundleOf(path));
      const bodies = tests.map(({ name: title, body }, i) => ({ id: `${name} ${i} ${title}`, body }));
      const loads = {
        id: `${name} ${LOADS}`,
        body: () => {
          if (failure) throw failure;
        },
      };
      for (const { id, body } of [loads, ...bodies]) {
        if (covering && id !== loads.id && !covering.has(id)) continue;
        nrOfTests += 1;
        const error = failureOf(body);
        if (stryker.hitCount > stryker.hitLimit) return { status: 'timeout', reason: 'hit limit' };
        if (error !== undefined) return { status: 'killed', killedBy: [id], failureMessage: error.message, nrOfTests };
      }
    }
    return { status: 'survived', nrOfTests };
  }
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'quick', factory: () => new QuickRunner() }];
