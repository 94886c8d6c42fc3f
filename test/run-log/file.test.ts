import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { jest } from '@jest/globals';
import { openLog } from '../../src/run-log/file.js';

async function textOf(path: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of openLog(path)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('gives a file in pieces', async () => {
  const path = join(folder, 'run.jsonl');
  writeFileSync(path, 'x'.repeat(1_000_000));
  expect(await textOf(path)).toBe('x'.repeat(1_000_000));
});

test('names a path that cannot be read', async () => {
  for (const path of [folder, join(folder, 'missing.jsonl')]) {
    await expect(textOf(path)).rejects.toThrow(`cannot read '${path}': `);
  }
});

test('reads standard input for -', () => {
  const script =
    "import { openLog } from './src/run-log/file.ts'; for await (const piece of openLog('-')) console.log(String(piece));";
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
  expect(spawnSync(execPath, args, { input: 'a line', encoding: 'utf8' }).stdout).toBe('a line\n');
});

test('where there is no file system it says what to do', async () => {
  const spy = jest.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
  try {
    await expect(textOf('run.jsonl')).rejects.toThrow("elsewhere pass readRecords() the log's bytes");
  } finally {
    spy.mockRestore();
  }
});
