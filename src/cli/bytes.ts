import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { openLog } from '../run-log/file.js';
import type { Io } from './io.js';
import { withProgress } from './progress.js';

/** The start of some bytes, and all of them. */
export interface Started {
  readonly start: Uint8Array;
  readonly all: AsyncIterable<Uint8Array>;
}

/** Looks at the first bytes, as many as there are up to a number. */
export async function startOf(source: AsyncIterable<Uint8Array>, count: number): Promise<Started> {
  const chunks: Uint8Array[] = [];
  const rest = source[Symbol.asyncIterator]();
  let length = 0;
  while (length < count) {
    const { done, value } = await rest.next();
    if (done === true) break;
    chunks.push(value);
    length += value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks.splice(0);
      yield* { [Symbol.asyncIterator]: () => rest };
    } finally {
      await rest.return?.();
    }
  }
  return { start: Buffer.concat(chunks).subarray(0, count), all: all() };
}

async function* inflated(source: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  // Errors reach the loop by way of the stream.
  pipeline(Readable.from(source), gunzip, () => undefined);
  try {
    yield* gunzip;
  } catch (cause) {
    const isGzip = (cause as NodeJS.ErrnoException).code?.startsWith('Z_') === true;
    if (!isGzip) throw cause;
    throw new TypeError(`${name}: broken gzip data: ${(cause as Error).message}`, { cause });
  }
}

/**
 * The bytes of a file, or of standard input for '-', inflated where they are gzip.
 * @throws Error that names the file, at the first piece, if it cannot be read
 */
export async function bytesOf(path: string, name: string, io: Io): Promise<AsyncIterable<Uint8Array>> {
  const raw = withProgress(path === '-' ? io.stdin : openLog(path), path, io);
  const { start, all } = await startOf(raw, 2);
  return start[0] === 0x1f && start[1] === 0x8b ? inflated(all, name) : all;
}
