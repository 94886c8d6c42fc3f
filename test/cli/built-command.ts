import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { useBuiltPackage } from '../support/built-package.js';

/** The command as the package ships it. */
export interface BuiltCommand {
  /** The file that npx would run. */
  readonly path: () => string;
}

/** Builds the package once for the tests of a file. */
export function useBuiltCommand(): BuiltCommand {
  const { folder } = useBuiltPackage();
  return { path: () => join(folder(), 'cli.js') };
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
