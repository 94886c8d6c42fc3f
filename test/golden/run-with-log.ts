import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs an example as a user would, its log written to a new file. @returns the log */
export async function runWithLog(example: string, path: string): Promise<string> {
  rmSync(path, { force: true });
  const args = ['--import', 'tsx', '--import', './test/golden/log-runs.ts', join('examples', example)];
  await run(execPath, args, { env: { ...process.env, RUN_LOG: path } });
  return readFileSync(path, 'utf8');
}
