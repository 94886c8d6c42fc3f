import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { readRunLog } from '../../src/run-log/read.js';
import { fileSink, memoryLog } from '../../src/run-log/sink.js';
import { runOf } from './support.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sink-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Appends lines by a sink of its own. */
function append(path: string, lines: readonly string[]): void {
  const sink = fileSink(path);
  for (const line of lines) sink.write(line);
  sink.close?.();
}

describe('fileSink', () => {
  test('writes each line at once, before it is closed', () => {
    const path = join(folder, 'run.jsonl');
    const sink = fileSink(path);
    expect(readFileSync(path, 'utf8')).toBe('');
    sink.write('{"a":1}');
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n');
    sink.write('{"b":"ü"}');
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n{"b":"ü"}\n');
    sink.close?.();
    expect(() => sink.write('{}')).toThrow();
  });

  test('appends to the runs that are there', () => {
    const path = join(folder, 'run.jsonl');
    append(path, runOf(2, { run: 1 }));
    append(path, runOf(1, { run: 2 }));
    const { runs, warnings } = readRunLog(readFileSync(path, 'utf8'));
    expect(runs.map(({ header, steps }) => [header.about.run, steps.length])).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(warnings).toEqual([]);
  });

  test('starts a new line after half a line, and no line after whole ones', () => {
    const path = join(folder, 'run.jsonl');
    writeFileSync(path, 'whole\nhal');
    append(path, ['next']);
    append(path, ['last']);
    expect(readFileSync(path, 'utf8')).toBe('whole\nhal\nnext\nlast\n');
  });

  test('names a path that cannot be written', () => {
    for (const path of [folder, join(folder, 'missing', 'run.jsonl'), '']) {
      expect(() => fileSink(path)).toThrow(`log: cannot write '${path}': `);
    }
    expect(existsSync(join(folder, 'missing'))).toBe(false);
  });

  test('where there is no file system it says what to do', () => {
    const spy = jest.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
    try {
      expect(() => fileSink('run.jsonl')).toThrow('elsewhere pass a sink, for example log: memoryLog()');
    } finally {
      spy.mockRestore();
    }
  });
});

/** Node with TypeScript, at the root of the repository. */
const NODE = [process.execPath, '--import', 'tsx', '--input-type=module', '--eval'] as const;

/** Logs a run until it is killed; after each line its number goes to the file of `argv[2]`. */
const ENDLESS = `
  import { openSync, writeSync } from 'node:fs';
  import { fileSink } from './src/run-log/sink.ts';
  const [path, counter, header, step] = process.argv.slice(1);
  const sink = fileSink(path);
  const count = openSync(counter, 'w');
  sink.write(header);
  const line = JSON.parse(step);
  for (let i = 1; i <= 50_000; i++) {
    sink.write(JSON.stringify({ ...line, step: i }));
    writeSync(count, String(i).padStart(9), 0);
  }
  setInterval(() => undefined, 1000);
`;

/** Logs until the file may not grow; prints how many lines were written. */
const UNTIL_FULL = `
  import { fileSink } from './src/run-log/sink.ts';
  const sink = fileSink(process.argv[1]);
  let written = 0;
  try {
    for (; written < 1000; written++) sink.write('x'.repeat(150));
  } catch ({ code }) {
    console.log(code, written);
  }
`;

const isPosix = process.platform !== 'win32';

(isPosix ? test : test.skip)('a process killed while it writes loses at most its last line', async () => {
  const [path, counter] = [join(folder, 'run.jsonl'), join(folder, 'count')];
  const [header, step] = runOf(1) as [string, string];
  const written: number[] = [];
  for (const _run of [1, 2]) {
    const before = existsSync(path) ? statSync(path).size : 0;
    rmSync(counter, { force: true });
    const [command, ...given] = NODE;
    const child = spawn(command, [...given, ENDLESS, path, counter, header, step], { stdio: 'inherit' });
    const exit = once(child, 'exit');
    while (child.exitCode === null && !(existsSync(path) && statSync(path).size > before + 100_000)) await sleep(2);
    child.kill('SIGKILL');
    expect(await exit).toEqual([null, 'SIGKILL']);
    written.push(Number(readFileSync(counter, 'utf8')));
  }
  append(path, runOf(1));
  const { runs, warnings } = readRunLog(readFileSync(path, 'utf8'), path);
  expect(runs).toHaveLength(3);
  expect(warnings.length).toBeLessThanOrEqual(2);
  for (const [i, count] of written.entries()) {
    const steps = runs[i]?.steps.map(({ observation }) => observation.step) ?? [];
    expect(count).toBeGreaterThan(100);
    expect(steps).toEqual(steps.map((_, at) => at + 1));
    expect([count, count + 1]).toContain(steps.length);
  }
});

(isPosix ? test : test.skip)('a line that does not fit any more is an error, not half a line passed over', () => {
  const path = join(folder, 'run.jsonl');
  const script = 'ulimit -f 8; exec "$@"';
  const env = { ...process.env, TSX_DISABLE_CACHE: '1' };
  const { stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', ...NODE, UNTIL_FULL, path], {
    env,
    encoding: 'utf8',
  });
  const whole = readFileSync(path, 'utf8').split('\n').length - 1;
  expect(whole).toBeGreaterThan(10);
  expect({ stdout, stderr }).toEqual({ stdout: `EFBIG ${whole}\n`, stderr: '' });
});

test('memoryLog keeps the lines, and makes a file of them', async () => {
  const log = memoryLog();
  expect(await log.blob().text()).toBe('');
  for (const line of runOf(2)) log.write(line);
  expect(log.lines).toEqual(runOf(2));
  const blob = log.blob();
  expect(blob.type).toBe('application/x-ndjson');
  expect(await blob.text()).toBe(`${runOf(2).join('\n')}\n`);
  expect(readRunLog(await blob.text()).runs[0]?.steps).toHaveLength(2);
});
