import type { ByteSource } from './types.js';

/** A format that is one JSON text has to be held whole; this is far above any log of that kind [bytes]. */
const MOST_BYTES = 2 ** 28;

/**
 * All of a source as text, without its byte order mark.
 * @throws TypeError where it is too long or not UTF-8
 */
export async function wholeText(source: ByteSource, file: string, mostBytes = MOST_BYTES): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    length += chunk.length;
    if (length > mostBytes) throw new TypeError(`${file}: must be at most ${mostBytes} bytes in this format`);
    chunks.push(chunk);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(whole);
  } catch (cause) {
    throw new TypeError(`${file}: is not UTF-8 text`, { cause });
  }
}
