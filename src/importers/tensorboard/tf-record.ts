import { byteQueue } from './byte-queue.js';
import { maskedCrc32c } from './crc32c.js';

/** One record of a TFRecord file. */
export interface TfRecord {
  readonly data: Uint8Array;
  /** File and number of the record, from 1. */
  readonly place: string;
}

/** How to read records. */
export interface TfRecordOptions {
  /** Of the file, for messages. */
  readonly name: string;
  readonly onWarning: (message: string) => void;
  /** Longest record accepted [bytes]. @defaultValue 64 MiB */
  readonly maxRecordBytes?: number;
}

/** Length and its checksum [bytes]. */
const HEAD = 12;
const CHECKSUM = 4;
const MOST_BYTES = 2 ** 26;

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checkSum(bytes: Uint8Array, expected: number, what: string, place: string): void {
  if (maskedCrc32c(bytes) !== expected) throw new TypeError(`${place}: the checksum of its ${what} is wrong`);
}

/**
 * The records of a TFRecord file: length (8 bytes, little endian), its masked CRC-32C, the data, their masked CRC-32C.
 *
 * A record cut off by the end of the file, as a killed process leaves it, is left out with a warning.
 * @throws TypeError with file and record where a checksum is wrong or a record is longer than the limit
 */
export async function* readTfRecords(
  source: AsyncIterable<Uint8Array>,
  { name, onWarning, maxRecordBytes = MOST_BYTES }: TfRecordOptions,
): AsyncGenerator<TfRecord> {
  const queue = byteQueue(source[Symbol.asyncIterator]());
  for (let number = 1; ; number++) {
    const place = `${name}: record ${number}`;
    const head = await queue.take(HEAD);
    if (head.length === 0) return;
    if (head.length < HEAD) return onWarning(`${place}: cut off by the end of the file, left out`);
    checkSum(head.subarray(0, 8), view(head).getUint32(8, true), 'length', place);
    const length = Number(view(head).getBigUint64(0, true));
    if (length > maxRecordBytes) {
      throw new TypeError(`${place}: its length must be at most ${maxRecordBytes} bytes; got ${length}`);
    }
    const body = await queue.take(length + CHECKSUM);
    if (body.length < length + CHECKSUM) return onWarning(`${place}: cut off by the end of the file, left out`);
    const data = body.subarray(0, length);
    checkSum(data, view(body).getUint32(length, true), 'data', place);
    yield { data, place };
  }
}

/** One record, framed. */
export function frameTfRecord(data: Uint8Array): Uint8Array {
  const framed = new Uint8Array(HEAD + data.length + CHECKSUM);
  const out = view(framed);
  out.setBigUint64(0, BigInt(data.length), true);
  out.setUint32(8, maskedCrc32c(framed.subarray(0, 8)), true);
  framed.set(data, HEAD);
  out.setUint32(HEAD + data.length, maskedCrc32c(data), true);
  return framed;
}
