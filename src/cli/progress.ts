import { statSync } from 'node:fs';
import { Presets, SingleBar } from 'cli-progress';
import type { Io } from './io.js';

/** Files below it are read before a bar is seen [bytes]. */
const LONG = 2 ** 23;
const MEGABYTE = 1e6;

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

/** The bytes as they come, with a bar on standard error where that is a terminal and the file is long. */
export async function* withProgress(
  bytes: AsyncIterable<Uint8Array>,
  path: string,
  { stderr }: Io,
): AsyncGenerator<Uint8Array> {
  const size = path === '-' ? 0 : sizeOf(path);
  if (stderr.isTTY !== true || size < LONG) {
    yield* bytes;
    return;
  }
  const bar = new SingleBar(
    {
      format: '{bar} {percentage} % of {megabytes} MB, {file}',
      stream: stderr as unknown as NodeJS.WritableStream,
      clearOnComplete: true,
    },
    Presets.shades_classic,
  );
  bar.start(size, 0, { file: path, megabytes: Math.round(size / MEGABYTE) });
  let read = 0;
  try {
    for await (const chunk of bytes) {
      read += chunk.length;
      bar.update(Math.min(read, size));
      yield chunk;
    }
  } finally {
    bar.stop();
  }
}
