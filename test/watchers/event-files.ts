import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One value of an event file, as read below. */
export interface Written {
  readonly wallTime: number;
  readonly step: number;
  readonly tag: string;
  readonly plugin: string;
  readonly value: number | string;
}

/** CRC-32C bit by bit, as its definition has it; masked as TFRecord files hold it. */
function maskedCrc(bytes: Buffer): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1n) === 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  crc ^= 0xffffffffn;
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
}

type Fields = { [number: number]: (Buffer | number)[] };

/** The fields of a protobuf message by number: numbers of 64 and 32 bits as bytes. */
function fieldsOf(bytes: Buffer): Fields {
  const fields: Fields = {};
  let at = 0;
  const varint = (): number => {
    const byte = bytes.readUInt8(at++);
    return byte < 128 ? byte : byte - 128 + 128 * varint();
  };
  while (at < bytes.length) {
    const key = varint();
    const [number, type] = [key >> 3, key & 7];
    fields[number] ??= [];
    const known = fields[number] as (Buffer | number)[];
    if (type === 0) known.push(varint());
    else {
      const length = type === 2 ? varint() : type === 1 ? 8 : 4;
      known.push(bytes.subarray(at, at + length));
      at += length;
    }
  }
  return fields;
}

const one = (fields: Fields, number: number): Buffer => fields[number]?.[0] as Buffer;

function valuesOf(event: Fields): Written[] {
  const [wallTime, step] = [one(event, 1).readDoubleLE(), Number(event[2]?.[0] ?? 0)];
  return (fieldsOf(one(event, 5))[1] ?? []).map((bytes) => {
    const value = fieldsOf(bytes as Buffer);
    const tensor = fieldsOf(one(value, 8));
    const plugin = one(fieldsOf(one(fieldsOf(one(value, 9)), 1)), 1).toString();
    const isText = tensor[1]?.[0] === 7;
    return {
      ...{ wallTime, step, plugin, tag: one(value, 1).toString() },
      value: isText ? one(tensor, 8).toString() : one(tensor, 5).readFloatLE(),
    };
  });
}

/**
 * What a TensorBoard of today shows of a file: 32-bit floats and texts. A reading of the format apart from that of the package.
 * @throws Error where a checksum is wrong, or the first event does not tell the version
 */
export function writtenIn(path: string): Written[] {
  const file = readFileSync(path);
  const events: Fields[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    const data = file.subarray(at + 12, at + 12 + length);
    const sums = [file.readUInt32LE(at + 8), file.readUInt32LE(at + 12 + length)];
    const right = [maskedCrc(file.subarray(at, at + 8)), maskedCrc(data)];
    if (String(sums) !== String(right))
      throw new Error(`${path}: checksums ${sums} at ${at}, where ${right} are right`);
    events.push(fieldsOf(data));
    at += 16 + length;
  }
  const [first, ...rest] = events;
  if (first === undefined || one(first, 3).toString() !== 'brain.Event:2') throw new Error(`${path}: no version`);
  return rest.flatMap(valuesOf);
}

/** The event files in a folder, in the order of their names. */
export function eventFiles(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
}
