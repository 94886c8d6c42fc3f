import { resolve } from 'node:path';
import ts from 'typescript';
import * as packageEntry from '../../src/index.js';
import { PAGES, snippetsOf } from './markdown.js';

/** What snippets take as given, by type: a reader's own things, and names of a snippet before. */
const GIVEN: Readonly<Record<string, readonly string[]>> = {
  'typeof tfjs': ['tf'],
  'typeof tfjsVis': ['tfvis'],
  '{ node: { tensorBoard(folder: string): tfjs.CustomCallback } }': ['tfNode'],
  'tfjs.LayersModel': ['model'],
  'tfjs.Tensor': ['x', 'y', 'xs', 'ys', 'labels'],
  'tfjs.Variable': ['weights', 'bias'],
  Float32Array: ['float32Array'],
  string: ['text'],
  'own.AdaptiveBatch': ['adaptive'],
  'own.StepObservation[]': ['observations'],
  'own.LoggedRun': ['run'],
  'own.Pipeline': ['pipeline'],
  'own.PipelineState': ['state'],
  ReportSeries: ['series'],
};

const CONTEXT = `
import type * as tfjs from '@tensorflow/tfjs';
import type * as tfjsVis from '@tensorflow/tfjs-vis';
import type * as own from 'tfjs-adaptive-batch';
import type { ReportSeries } from 'tfjs-adaptive-batch/report';
declare global {
${Object.entries(GIVEN)
  .flatMap(([type, names]) => names.map((name) => `let ${name}: ${type};`))
  .join('\n')}
${Object.keys(packageEntry)
  .map((name) => `const ${name}: typeof own.${name};`)
  .join('\n')}
}
`;

const snippets = PAGES.flatMap(snippetsOf);
const pathOf = (i: number): string => resolve('test/docs', `snippet-${i}.ts`);

/** A program of the snippets, each a module of its own. */
function programOf(files: ReadonlyMap<string, string>): ts.Program {
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd());
  const settings: ts.CompilerOptions = { ...options, noUncheckedIndexedAccess: false };
  const host = ts.createCompilerHost(settings);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.getSourceFile = (path, languageVersion, ...others) => {
    const found = files.get(path);
    return found === undefined
      ? getSourceFile(path, languageVersion, ...others)
      : ts.createSourceFile(path, found, languageVersion);
  };
  return ts.createProgram([...files.keys()], settings, host);
}

test('the code of the README and the docs compiles', () => {
  expect(snippets.length).toBeGreaterThan(15);
  const modules = snippets.map(({ code }, i) => [pathOf(i), `export {};\n${code}`] as const);
  const program = programOf(new Map([[resolve('test/docs/context.d.ts'), CONTEXT], ...modules]));
  const messages = snippets.flatMap(({ page, line }, i) => {
    const source = program.getSourceFile(pathOf(i)) as ts.SourceFile;
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ start = 0, messageText }) => {
      const at = line + source.getLineAndCharacterOfPosition(start).line;
      return `${page}:${at}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
  });
  expect(messages).toEqual([]);
});
