// Stryker's test runner for this repository: a mutant costs milliseconds rather than a start of Jest. Each test file is bundled once with the mutated
// code; for a mutant the bundles are evaluated anew, those tests run that cover it, and the first failure ends it.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { bundle } from './bundle.js';
import { FOLDERS } from './folders.js';
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
 * The test files for a mutant: the unit's own, then the others of its folder, where a unit of core without one takes those of all folders.
 * What would be noticed only further off counts as survived, so that the score is on the safe side.
 */
function testFilesFor(mutated) {
  const [, folder] = relative(process.cwd(), mutated).split(sep);
  const ofFolder = testFilesOf(folder);
  const own = ofFolder.filter((path) => basename(path) === `${basename(mutated, '.ts')}.test.ts`);
  const rest = own.length === 0 ? FOLDERS.flatMap(testFilesOf) : ofFolder;
  return [...new Set([...own, ...ofFolder, ...rest])];
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
    for (const path of FOLDERS.flatMap(testFilesOf)) {
      const name = relative(process.cwd(), path);
      const run = (id, body) => {
        const start = performance.now();
        const failure = failureOf(body);
        const common = { id, name: id, fileName: path, timeSpentMs: performance.now() - start };
        tests.push(
          failure === undefined ? { ...common, status: 0 } : { ...common, status: 1, failureMessage: failure.stack },
        );
      };
      const evaluate = await this.#bundleOf(path);
      stryker.currentTestId = undefined;
      let found = [];
      run(`${name} ${LOADS}`, () => {
        found = evaluate();
      });
      found.forEach((test, i) => {
        stryker.currentTestId = `${name} ${i} ${test.name}`;
        run(stryker.currentTestId, test.body);
      });
    }
    return { status: 'complete', tests, mutantCoverage: stryker.mutantCoverage };
  }

  async mutantRun({ activeMutant, sandboxFileName, testFilter, hitLimit }) {
    const covering = testFilter && new Set(testFilter);
    stryker.isCovered = true;
    stryker.currentTestId = undefined;
    stryker.activeMutant = String(activeMutant.id);
    stryker.hitCount = hitLimit === undefined ? undefined : 0;
    stryker.hitLimit = hitLimit;
    try {
      return await this.#firstFailure(testFilesFor(sandboxFileName), covering);
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
