import { createReadStream } from 'node:fs';
import { stdin } from 'node:process';

/** Large enough that a read costs nothing, small enough that its records die young [bytes]. */
const PIECE = 256 * 1024;

/**
 * A file's bytes, or those of standard input for '-'. Node only.
 * @throws Error that names the path, at the first piece, if it cannot be read
 */
export async function* openLog(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* path === '-' ? stdin : createReadStream(path, { highWaterMark: PIECE });
  } catch (cause) {
    throw new Error(`cannot read '${path}': ${(cause as Error).message}`, { cause });
  }
}
