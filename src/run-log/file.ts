import { fileSystem, standardInput } from './node.js';

const ELSEWHERE =
  "openLog: needs Node >= 20.16; elsewhere pass readRecords() the log's bytes, for example a Response's body";
/** Large enough that a read costs nothing, small enough that its records die young [bytes]. */
const PIECE = 256 * 1024;

function streamOf(path: string): AsyncIterable<Uint8Array> {
  const fs = fileSystem(ELSEWHERE);
  return (path === '-' ? standardInput() : undefined) ?? fs.createReadStream(path, { highWaterMark: PIECE });
}

/**
 * A file's bytes, or those of standard input for '-'. Node only.
 * @throws Error that names the path, at the first piece, if it cannot be read; Error where there are no files
 */
export async function* openLog(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = streamOf(path);
  try {
    yield* stream;
  } catch (cause) {
    throw new Error(`cannot read '${path}': ${(cause as Error).message}`, { cause });
  }
}
