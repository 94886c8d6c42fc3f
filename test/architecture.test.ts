import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import * as combinators from '../src/combinators/index.js';
import * as coreEntry from '../src/core-entry.js';
import * as packageEntry from '../src/index.js';
import * as learningRates from '../src/learning-rates/index.js';
import * as policies from '../src/policies/index.js';
import * as schedules from '../src/schedules/index.js';

/** What the files of a folder of src, or a file right in it, may import: folders, files and packages. */
const ALLOWED: Record<string, readonly string[]> = {
  core: ['core'],
  estimators: ['estimators', 'core'],
  policies: ['policies', 'core'],
  combinators: ['combinators', 'core'],
  'learning-rates': ['learning-rates', 'core'],
  schedules: ['schedules', 'core'],
  'run-log': ['run-log', 'core'],
  replay: ['replay', 'core', 'estimators', 'assembly', 'run-log', 'rxjs'],
  assembly: ['assembly', 'core', 'estimators', 'policies', 'combinators', 'learning-rates', 'schedules', 'run-log'],
  controller: ['controller', 'core', 'assembly', 'run-log', 'rxjs', 'eventemitter3'],
  tfjs: ['tfjs', 'core', 'assembly', 'controller', '@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'],
  report: [
    ...['report', 'core', 'estimators', 'policies', 'learning-rates', 'assembly', 'run-log'],
    ...['uplot', 'uplot/dist/uPlot.min.css', 'report/client/page.css', '@resvg/resvg-js'],
    // Where the package is built, and where the sources run.
    ...['esbuild', 'node:crypto', 'node:fs', 'node:module', 'node:url'],
  ],
  'core-entry.ts': [
    ...['core', 'policies', 'combinators', 'learning-rates', 'schedules', 'assembly', 'controller', 'run-log'],
  ],
  importers: ['importers', 'core', 'run-log', 'node:stream', 'csv-parse'],
  exporters: ['exporters', 'core', 'importers', 'run-log'],
  cli: [
    'cli',
    'core',
    'assembly',
    'combinators',
    'run-log',
    'importers',
    'exporters',
    'replay',
    'report',
    'cli-progress',
    'commander',
    'picocolors',
    'node:fs',
    'node:path',
    'node:process',
    'node:stream',
    'node:string_decoder',
    'node:zlib',
  ],
  'replay-entry.ts': ['replay', 'assembly', 'run-log'],
  'report-entry.ts': ['report'],
  watchers: ['watchers', 'core', 'controller', 'importers', 'run-log'],
  'watch-entry.ts': ['watchers'],
  'formats-entry.ts': ['importers', 'exporters', 'assembly'],
  'index.ts': ['core-entry.ts', 'tfjs'],
};
const MOST_LINES = 300;

type Import = { readonly from: string; readonly isType: boolean };

/** The modules that a source names in its import, export-from and import() statements; `typeof import()` leaves nothing behind. */
function importsOf(source: string): Import[] {
  const statement = /^(?:import|export)\s+(type\s)?[^;'"]*?from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]/gm;
  const call = /(?<!typeof )\bimport\(\s*['"]([^'"]+)['"]/g;
  return [
    ...[...source.matchAll(statement)].map(([, type, from, bare]) => ({
      from: (from ?? bare) as string,
      isType: type !== undefined,
    })),
    ...[...source.matchAll(call)].map(([, from]) => ({ from: from as string, isType: false })),
  ];
}

type Source = { readonly path: string; readonly text: string; readonly imports: readonly Import[] };

/** A file of src, its relative imports as paths within src. */
function sourceOf(path: string, text: string): Source {
  const imports = importsOf(text).map(({ from, isType }) => {
    const isRelative = from.startsWith('.');
    return { isType, from: isRelative ? posix.join(posix.dirname(path), from).replace(/\.js$/, '.ts') : from };
  });
  return { path, text, imports };
}

const sources: readonly Source[] = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'))
  .map((path) => sourceOf(path, readFileSync(join('src', path), 'utf8')));

const placeOf = (path: string): string => path.split('/')[0] as string;

/** `file -> import` for each import that the table does not allow. */
function forbidden(files: readonly Source[]): string[] {
  return files.flatMap(({ path, imports }) =>
    imports
      .filter(({ from }) => {
        const allowed = ALLOWED[placeOf(path)] ?? [];
        return !allowed.includes(from) && !(from.endsWith('.ts') && allowed.includes(placeOf(from)));
      })
      .map(({ from }) => `${path} -> ${from}`),
  );
}

/** The first cycle of imports, as the files along it. */
function cycle(files: readonly Source[]): readonly string[] | undefined {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  function visit(path: string, trail: readonly string[]): readonly string[] | undefined {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const { from } of byPath.get(path)?.imports ?? []) {
      const found = byPath.has(from) ? visit(from, [...trail, path]) : undefined;
      if (found !== undefined) return found;
    }
    done.add(path);
    return undefined;
  }
  for (const { path } of files) {
    const found = visit(path, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

describe('the readers of this test', () => {
  const text = [
    "import { one, type Two } from './one.js';",
    "import type {\n  Three,\n  Four,\n} from '../core/types.js';",
    "import * as five from 'five';",
    "export * from './six.js';",
    "export {\n  seven,\n} from './seven.js';",
    "import './eight.js';",
    "const nine = await import('nine');",
    "type Ten = typeof import('node:fs');",
    "export const from = 'eleven';\nexport function twelve(from: string) {\n  return 'thirteen';\n}",
  ].join('\n');

  test('find every kind of import', () => {
    expect(importsOf(text)).toEqual([
      { from: './one.js', isType: false },
      { from: '../core/types.js', isType: true },
      { from: 'five', isType: false },
      { from: './six.js', isType: false },
      { from: './seven.js', isType: false },
      { from: './eight.js', isType: false },
      { from: 'nine', isType: false },
    ]);
    expect(sourceOf('policies/mine.ts', text).imports.map(({ from }) => from)).toEqual([
      'policies/one.ts',
      'core/types.ts',
      'five',
      'policies/six.ts',
      'policies/seven.ts',
      'policies/eight.ts',
      'nine',
    ]);
  });

  test('find what is forbidden, and cycles', () => {
    const upward = sourceOf('core/low.ts', "import type { A } from '../tfjs/high.js';\nimport 'rxjs';");
    expect(forbidden([upward, sourceOf('unknown/new.ts', "import { B } from '../core/low.js';")])).toEqual([
      'core/low.ts -> tfjs/high.ts',
      'core/low.ts -> rxjs',
      'unknown/new.ts -> core/low.ts',
    ]);
    const ring = ['a', 'b', 'c'].map((name, i) => sourceOf(`${name}.ts`, `import './${'bca'[i]}.js';`));
    expect(cycle(ring)).toEqual(['a.ts', 'b.ts', 'c.ts', 'a.ts']);
    expect(cycle(ring.slice(1))).toBeUndefined();
  });

  test('see the files', () => {
    expect(sources.length).toBeGreaterThan(40);
    expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(100);
    expect(new Set(sources.map(({ path }) => placeOf(path)))).toEqual(new Set(Object.keys(ALLOWED)));
  });
});

describe('src', () => {
  test('imports only downwards', () => {
    expect(forbidden(sources)).toEqual([]);
  });

  test('keeps TensorFlow.js to src/tfjs', () => {
    const users = sources.filter(({ imports }) => imports.some(({ from }) => from.startsWith('@tensorflow/')));
    expect(new Set(users.map(({ path }) => placeOf(path)))).toEqual(new Set(['tfjs']));
    const above = sources.filter(({ imports }) => imports.some(({ from }) => from.startsWith('tfjs/')));
    expect(new Set(above.map(({ path }) => placeOf(path)))).toEqual(new Set(['tfjs', 'index.ts']));
  });

  test('has no cycles of imports', () => {
    expect(cycle(sources)).toBeUndefined();
  });

  test(`has no file of more than ${MOST_LINES} lines`, () => {
    const long = sources.filter(({ text }) => text.trimEnd().split('\n').length > MOST_LINES);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  test('never waits for the device', () => {
    const waiting = sources.filter(({ text }) => /\b(dataSync|arraySync|bytesSync)\b/.test(text));
    expect(waiting.map(({ path }) => path)).toEqual([]);
  });
});

describe.each([
  ['policies', policies, []],
  ['combinators', combinators, ['passing', 'restricted', 'several']],
  ['learning-rates', learningRates, []],
  ['schedules', schedules, ['clock']],
] as const)('%s', (folder, index, shared) => {
  const camelCase = (name: string): string => name.replace(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase());
  const files = sources.filter(({ path }) => placeOf(path) === folder && path !== `${folder}/index.ts`);
  const units = files
    .map(({ path }) => camelCase(posix.basename(path, '.ts')))
    .filter((unit) => !(shared as readonly string[]).includes(unit));

  test('are each exported from their index, and nothing else is', () => {
    expect(units.length).toBeGreaterThan(2);
    expect(Object.keys(index).sort()).toEqual(units.sort());
  });

  test('are each exported from the package and its core, options and all', () => {
    for (const unit of units) {
      expect(packageEntry).toHaveProperty(unit, expect.any(Function));
      expect(coreEntry).toHaveProperty(unit, expect.any(Function));
    }
    const entry = sources.find(({ path }) => path === 'core-entry.ts')?.text ?? '';
    const options = files.flatMap(({ text }) => [...text.matchAll(/^export interface (\w+Options)\b/gm)]);
    for (const [, name] of options) expect(entry).toMatch(new RegExp(`\\b${name}\\b`));
  });
});

test('the core is the package without TensorFlow.js', () => {
  const rest = Object.keys(packageEntry).filter((name) => !Object.hasOwn(coreEntry, name));
  expect(rest.sort()).toEqual(['AdaptiveBatch', 'AdaptiveLoop', 'adaptiveBatch', 'adaptiveLoop']);
  for (const name of Object.keys(coreEntry)) expect(packageEntry).toHaveProperty(name);
});
