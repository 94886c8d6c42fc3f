import { type FileSystem, fileSystem } from './node.js';

/** Where the lines of a run log go. */
export interface RunLogSink {
  /** @param line one JSON text without its line end */
  write(line: string): void;
  close?(): void;
}

/** A run log kept in memory, for browsers and tests. */
export interface MemoryLog extends RunLogSink {
  readonly lines: readonly string[];
  /** The log as a file to download. */
  blob(): Blob;
}

/**
 * Keeps the run log's lines in memory.
 * @example
 * const log = memoryLog();
 * await model.fit(x, y, { callbacks: adaptiveBatch(model, { log }) });
 * link.href = URL.createObjectURL(log.blob());
 */
export function memoryLog(): MemoryLog {
  const lines: string[] = [];
  return {
    lines,
    write: (line) => {
      lines.push(line);
    },
    blob: () =>
      new Blob(
        lines.map((line) => `${line}\n`),
        { type: 'application/x-ndjson' },
      ),
  };
}

const ELSEWHERE = 'log: a file path needs Node >= 20.16; elsewhere pass a sink, for example log: memoryLog()';

/** Starts a new line where a killed run left half of one. */
function lineEndMissing(fs: FileSystem, path: string): boolean {
  const { size } = fs.statSync(path);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  const file = fs.openSync(path, 'r');
  try {
    fs.readSync(file, last, 0, 1, size - 1);
  } finally {
    fs.closeSync(file);
  }
  return last[0] !== 0x0a;
}

/**
 * Appends the lines to a file, each handed to the operating system as it is written: a killed process loses at most its last line.
 * Runs that are in the file already stay.
 * @throws Error that names the path, if it cannot be written
 */
export function fileSink(path: string): RunLogSink {
  const fs = fileSystem(ELSEWHERE);
  let file: number;
  try {
    file = fs.openSync(path, 'a');
    if (lineEndMissing(fs, path)) fs.writeSync(file, '\n');
  } catch (cause) {
    throw new Error(`log: cannot write '${path}': ${(cause as Error).message}`, { cause });
  }
  return {
    write: (line) => {
      // Unlike writeSync it does not pass over what the disk had no room for.
      fs.writeFileSync(file, `${line}\n`);
    },
    close: () => fs.closeSync(file),
  };
}
