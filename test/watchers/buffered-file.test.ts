import fs, { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { BufferedFile, type BufferedFileOptions } from '../../src/watchers/buffered-file.js';
import { madeClock } from './support.js';

type Written = (error: NodeJS.ErrnoException | null, written: number) => void;

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A file of its own, with a clock and, where it is given, another way to write; `idle` waits until every write has come back. */
function made({ write = fs.write as unknown, ...other }: Partial<Record<'write' | 'writeSync', unknown>> = {}) {
  let pending = 0;
  const counted = (...args: unknown[]): void => {
    const done = args.pop() as Written;
    pending += 1;
    (write as (...all: unknown[]) => void)(...args, (error: NodeJS.ErrnoException | null, written: number) => {
      pending -= 1;
      done(error, written);
    });
  };
  const idle = async (): Promise<void> => {
    while (pending > 0) await turn();
  };
  const path = join(mkdtempSync(join(tmpdir(), 'buffered-')), 'file');
  const clock = madeClock();
  const failures: string[] = [];
  const closed: number[] = [];
  const closeSync = (id: number): void => {
    closed.push(id);
    fs.closeSync(id);
  };
  const options = {
    fs: { ...fs, ...other, write: counted, closeSync } as unknown as BufferedFileOptions['fs'],
    now: clock.now,
    onFailure: ({ message }: Error) => failures.push(message),
  };
  const file = new BufferedFile(path, options);
  return { file, path, clock, closed, failures, idle, text: () => readFileSync(path, 'utf8'), options };
}

/** Writes that come back when they are told to. */
function held() {
  const waiting: (() => void)[] = [];
  const write = (file: number, bytes: Uint8Array, from: number, _length: null, at: number, done: Written): void => {
    waiting.push(() => done(null, fs.writeSync(file, bytes, from, null, at)));
  };
  return { waiting, write };
}

test('what is added is in the file before it is closed, after a second at the latest', async () => {
  const { file, clock, idle, text } = made();
  file.add(bytesOf('a'));
  await idle();
  expect(text()).toBe('a');
  file.add(bytesOf('b'));
  clock.pass(999);
  file.add(bytesOf('c'));
  await idle();
  expect(text()).toBe('a');
  clock.pass(1);
  file.add(bytesOf('d'));
  await idle();
  expect(text()).toBe('abcd');
  file.close();
});

test('closing writes the rest at once, and nothing more comes after it', () => {
  const { file, text } = made();
  for (const part of ['one ', 'two ', 'three']) file.add(bytesOf(part));
  file.close();
  expect(text()).toBe('one two three');
  file.add(bytesOf('four'));
  file.close();
  expect(text()).toBe('one two three');
});

test('much is written without waiting for the second', async () => {
  const { file, idle, text } = made();
  file.add(bytesOf('a'));
  await idle();
  expect(text()).toBe('a');
  const much = 'x'.repeat(1 << 18);
  file.add(bytesOf(much));
  await idle();
  expect(text()).toBe(`a${much}`);
  file.close();
});

test('a write that stops half-way goes on where it stopped', async () => {
  const { file, idle, text, clock } = made({
    write: (id: number, bytes: Uint8Array, from: number, _length: null, at: number, done: Written) =>
      fs.write(id, bytes, from, 1, at, done),
    writeSync: (id: number, bytes: Uint8Array, from: number, _length: null, at: number) =>
      fs.writeSync(id, bytes, from, 1, at),
  });
  file.add(bytesOf('slow'));
  await idle();
  expect(text()).toBe('slow');
  clock.pass(1000);
  file.add(bytesOf(' and'));
  await idle();
  expect(text()).toBe('slow and');
  file.add(bytesOf(' steady'));
  file.close();
  expect(text()).toBe('slow and steady');
});

test('a loop that never yields has its data written, once, in order; the late write does no harm', () => {
  const { waiting, write } = held();
  const { file, clock, text } = made({ write });
  file.add(bytesOf('a'));
  for (const part of ['b', 'c']) {
    clock.pass(1000);
    file.add(bytesOf(part));
  }
  expect(text()).toBe('ab');
  expect(waiting).toHaveLength(2);
  clock.pass(1000);
  file.add(bytesOf('d'));
  expect(text()).toBe('abcd');
  for (const comeBack of waiting) comeBack();
  file.add(bytesOf('e'));
  file.close();
  expect(text()).toBe('abcde');
});

test('a slow disk is waited for, up to a bound on what waits', async () => {
  const { waiting, write } = held();
  const { file, clock, text } = made({ write });
  file.add(bytesOf('a'));
  await turn();
  clock.pass(5000);
  file.add(bytesOf('b'));
  expect(text()).toBe('');
  const much = 'x'.repeat(1 << 18);
  file.add(bytesOf(much));
  expect(text()).toBe(`ab${much}`);
  for (const comeBack of waiting) comeBack();
  file.close();
});

test('the file is closed once the last write has come back', () => {
  const { waiting, write } = held();
  const { file, closed, text } = made({ write });
  file.add(bytesOf('a'));
  file.close();
  expect(text()).toBe('a');
  expect(closed).toHaveLength(0);
  for (const comeBack of waiting) comeBack();
  expect(text()).toBe('a');
  expect(closed).toHaveLength(1);
});

const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

test.each([
  ['beside the loop', { write: (...args: unknown[]) => setImmediate(() => (args.at(-1) as Written)(full, 0)) }],
  [
    'at the end',
    {
      writeSync: () => {
        throw full;
      },
    },
  ],
])('a full disk %s is told once, and nothing throws', async (_name, other) => {
  const { file, clock, closed, failures, idle } = made(other);
  for (let i = 0; i < 5; i++) {
    clock.pass(1000);
    file.add(bytesOf('a'));
    await turn();
  }
  file.add(bytesOf('the rest'));
  file.close();
  await idle();
  expect(failures).toEqual(['ENOSPC: no space left on device, write']);
  expect(closed).toHaveLength(1);
});

test('a file that is there is left alone', () => {
  const { file, path, options, text } = made();
  file.add(bytesOf('first'));
  file.close();
  expect(() => new BufferedFile(path, options)).toThrow('EEXIST');
  expect(text()).toBe('first');
});

test('leaves no listener of the process behind', () => {
  const before = process.listenerCount('exit');
  const { file } = made();
  expect(process.listenerCount('exit')).toBe(before + 1);
  file.close();
  expect(process.listenerCount('exit')).toBe(before);
});
