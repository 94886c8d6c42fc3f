import { closeSync, existsSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { EXIT, Failure, PipeClosed } from './failure.js';
import type { Io, OutStream } from './io.js';

/** Where a command's result goes. */
export interface Output {
  write(chunk: Uint8Array | string): Promise<void>;
  close(): void;
  /** Closes, and takes a file away that was begun: half a result must not pass for a whole one. */
  abandon(): void;
}

function room(stream: OutStream): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      stream.off('drain', go);
      stream.off('close', go);
      resolve();
    };
    stream.once('drain', go);
    stream.once('close', go);
  });
}

const watched = new WeakMap<OutStream, { error?: NodeJS.ErrnoException }>();

/** The errors of a stream from now on; without a listener they would end the process. */
function errorsOf(stream: OutStream): { error?: NodeJS.ErrnoException } {
  const known = watched.get(stream);
  if (known !== undefined) return known;
  const errors: { error?: NodeJS.ErrnoException } = {};
  watched.set(stream, errors);
  stream.on('error', (error) => {
    errors.error = error;
  });
  return errors;
}

/** A stream, written no faster than it is read. @throws PipeClosed once its reader is gone */
export function streamOutput(stream: OutStream): Output {
  const errors = errorsOf(stream);
  function check(): void {
    if (errors.error === undefined) return;
    if (errors.error.code === 'EPIPE') throw new PipeClosed();
    throw new Failure(`cannot write to standard output: ${errors.error.message}`, EXIT.output);
  }
  return {
    async write(chunk) {
      check();
      if (!stream.write(chunk)) await room(stream);
      check();
    },
    close: () => undefined,
    abandon: () => undefined,
  };
}

function isSameFile(one: string, other: string): boolean {
  if (other === '-' || !existsSync(one) || !existsSync(other)) return false;
  const [a, b] = [statSync(one), statSync(other)];
  return a.dev === b.dev && a.ino === b.ino;
}

/** @throws Failure if the output is one of the inputs, or is there and may not be overwritten */
function checkTarget(path: string, isForced: boolean, inputs: readonly string[]): void {
  const input = inputs.find((other) => isSameFile(path, other));
  if (input !== undefined) throw new Failure(`'${path}' is an input: it would be lost`, EXIT.output);
  if (!isForced && existsSync(path))
    throw new Failure(`'${path}' is there already; --force overwrites it`, EXIT.output);
}

function failed(path: string, cause: unknown): Failure {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why = code === 'EEXIST' ? 'it is there already; --force overwrites it' : message;
  return new Failure(`cannot write '${path}': ${why}`, EXIT.output, { cause });
}

/** A file, made at the first write, so that an input that cannot be read leaves none. */
function fileOutput(path: string, isForced: boolean): Output {
  let file: number | undefined;
  function close(): void {
    if (file !== undefined) closeSync(file);
    file = undefined;
  }
  return {
    close,
    abandon() {
      const isBegun = file !== undefined;
      close();
      if (isBegun) rmSync(path, { force: true });
    },
    async write(chunk) {
      try {
        file ??= openSync(path, isForced ? 'w' : 'wx');
        writeFileSync(file, chunk);
      } catch (cause) {
        throw failed(path, cause);
      }
    },
  };
}

/**
 * The output of a command: a file, or standard output for '-' and where none is named.
 * @param inputs that must not be overwritten
 * @throws Failure if the file is there already and is not to be overwritten
 */
export function openOutput(
  path: string | undefined,
  io: Io,
  { force: isForced = false, inputs = [] }: { readonly force?: boolean; readonly inputs?: readonly string[] } = {},
): Output {
  if (path === undefined || path === '-') return streamOutput(io.stdout);
  checkTarget(path, isForced, inputs);
  return fileOutput(path, isForced);
}
