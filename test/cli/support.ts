import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { main } from '../../src/cli/main.js';
import { type LoggedRun, readRunLog } from '../../src/run-log/read.js';
import { pieces } from '../importers/support.js';

/** What a command came to. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** How a command is run. */
export interface Surroundings {
  readonly stdin?: string | Uint8Array;
  readonly isTerminal?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

function capture(isTTY: boolean) {
  const chunks: Uint8Array[] = [];
  return {
    isTTY,
    columns: 100,
    write: (chunk: Uint8Array | string) => {
      chunks.push(Buffer.from(chunk));
      return true;
    },
    once: () => undefined,
    on: () => undefined,
    off: () => undefined,
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}

/** Runs a command line in this process. */
export async function run(words: readonly string[], surroundings: Surroundings = {}): Promise<Ran> {
  const { stdin, isTerminal = false, env = {} } = surroundings;
  const [stdout, stderr] = [capture(isTerminal), capture(isTerminal)];
  const input = Object.assign(pieces(stdin ?? ''), { isTTY: stdin === undefined });
  const code = await main(words, { stdin: input, stdout, stderr, env });
  return { code, out: stdout.text(), err: stderr.text() };
}

/** A folder of its own for each test, gone afterwards. */
export function useFolder(): (name: string) => string {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'command-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
}

/** The lines of a text, each read as JSON. */
export function jsonLines(text: string): { readonly [name: string]: unknown }[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

export const LOG = 'test/golden/logs/01-fit.jsonl.gz';
export const RESUMED_LOG = 'test/golden/logs/06-resume.jsonl.gz';

/** What is in a golden log. */
export function contentOf(path: string): {
  readonly text: string;
  readonly runs: readonly LoggedRun[];
  readonly steps: number;
} {
  const text = gunzipSync(readFileSync(path)).toString('utf8');
  const { runs } = readRunLog(text);
  return { text, runs, steps: runs.reduce((sum, { steps }) => sum + steps.length, 0) };
}
