// Stryker's runner for Jest, made quick for this repository. As it comes, it loads for each mutant every test file that imports the mutated one,
// which here is most of them, and runs them all. This one takes the test files of the mutant's own folder, the one of its name first, then those
// of test/assembly, one after the other, and stops at the first failure. Of these it leaves out those that the first run saw not to cover it.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { strykerPlugins as jestPlugins } from '@stryker-mutator/jest-runner';

/** What the first run saw, for all workers: the files in which each test is. */
const SEEN = 'mutation-tests.json';

/** The test files of a folder of src, the one of the mutant's own name first. */
function candidates(mutated) {
  const [, folder] = relative(process.cwd(), mutated).split(sep);
  const own = `${basename(mutated, '.ts')}.test.ts`;
  const filesOf = (name) => {
    const path = join(process.cwd(), 'test', name);
    const files = readdirSync(path).filter((file) => file.endsWith('.test.ts'));
    return files.sort((one, other) => Number(other === own) - Number(one === own)).map((file) => join(path, file));
  };
  return [...filesOf(folder), ...filesOf('assembly')];
}

function quick(runner) {
  let filesOfTest;
  return {
    capabilities: () => runner.capabilities(),
    init: () => runner.init(),
    dispose: () => runner.dispose?.(),
    async dryRun(options) {
      const result = await runner.dryRun(options);
      const found = {};
      for (const { id, fileName } of result.tests ?? []) found[id] = [...(found[id] ?? []), fileName];
      writeFileSync(SEEN, JSON.stringify(found));
      return result;
    },
    async mutantRun(options) {
      filesOfTest ??= existsSync(SEEN) ? JSON.parse(readFileSync(SEEN, 'utf8')) : {};
      const { testFilter, sandboxFileName } = options;
      const covering = new Set((testFilter ?? []).flatMap((id) => filesOfTest[id] ?? []));
      let survived = { status: 'survived', nrOfTests: 0 };
      for (const file of candidates(sandboxFileName)) {
        if (testFilter !== undefined && !covering.has(file)) continue;
        process.env.MUTATION_TEST_FILE = file;
        const result = await runner.mutantRun(options);
        if (result.status !== 'survived') return result;
        survived = { ...result, nrOfTests: survived.nrOfTests + result.nrOfTests };
      }
      return survived;
    },
  };
}

const [{ factory: jestFactory }] = jestPlugins;
const factory = (injector) => quick(jestFactory(injector));
factory.inject = ['$injector'];

export const strykerPlugins = [{ kind: 'TestRunner', name: 'quick-jest', factory }];
