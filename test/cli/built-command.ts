import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';

/** The command as the package ships it. */
export interface BuiltCommand {
  /** The file that npx would run. */
  readonly path: () => string;
}

const BUILD_MS = 120_000;

/** Builds the package once for the tests of a file, in a folder from where its dependencies are found. */
export function useBuiltCommand(): BuiltCommand {
  let folder = '';
  beforeAll(() => {
    const cache = resolve('node_modules/.cache');
    mkdirSync(cache, { recursive: true });
    folder = mkdtempSync(join(cache, 'built-'));
    const tsup = resolve('node_modules/tsup/dist/cli-default.js');
    execFileSync(process.execPath, [tsup, '--no-dts', '--silent', '--out-dir', folder], { stdio: 'ignore' });
  }, BUILD_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return { path: () => join(folder, 'cli.js') };
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Runs a shell script with the command as `$CLI`. */
export async function shell(script: string, path: string): Promise<{ code: number; out: string; err: string }> {
  const child = spawn('bash', ['-o', 'pipefail', '-c', script], {
    env: { ...process.env, CLI: path, NODE: process.execPath, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number>((done) => child.on('close', (code) => done(code ?? -1)));
  const [out, err, code] = await Promise.all([textOf(child.stdout), textOf(child.stderr), ended]);
  return { code, out, err };
}
