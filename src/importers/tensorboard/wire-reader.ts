/** One field of a protobuf message: its number and its value as the wire has it. */
export interface WireField {
  readonly number: number;
  /** varint: a bigint; 32 and 64 bits, and length-delimited: the bytes. */
  readonly value: bigint | Uint8Array;
}

/** Most bytes of a varint: 64 bits, seven a byte. */
const LONGEST_VARINT = 10;

/** A varint at `at`, and where it ends. */
function varint(bytes: Uint8Array, at: number, place: string): readonly [value: bigint, end: number] {
  let value = 0n;
  for (let i = 0; i < LONGEST_VARINT; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) break;
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return [BigInt.asUintN(64, value), at + i + 1];
  }
  throw new TypeError(`${place}: not a protobuf message: a number does not end at byte ${at}`);
}

/** Bytes of a value of a wire type, and where it starts. */
function extent(type: number, bytes: Uint8Array, at: number, place: string): readonly [length: number, start: number] {
  if (type === 1) return [8, at];
  if (type === 5) return [4, at];
  if (type !== 2) throw new TypeError(`${place}: not a protobuf message: wire type ${type} at byte ${at}`);
  const [length, start] = varint(bytes, at, place);
  return [Number(length), start];
}

/**
 * The fields of a protobuf message in the order they stand; nested messages are left as bytes.
 * @throws TypeError where the bytes are no message or end within a field
 */
export function* wireFields(bytes: Uint8Array, place: string): Generator<WireField> {
  let at = 0;
  while (at < bytes.length) {
    const [key, afterKey] = varint(bytes, at, place);
    const number = Number(key >> 3n);
    const type = Number(key & 7n);
    if (type === 0) {
      const [value, end] = varint(bytes, afterKey, place);
      yield { number, value };
      at = end;
      continue;
    }
    const [length, start] = extent(type, bytes, afterKey, place);
    if (length > bytes.length - start) {
      throw new TypeError(`${place}: not a protobuf message: field ${number} ends after it`);
    }
    yield { number, value: bytes.subarray(start, start + length) };
    at = start + length;
  }
}

/** The values of packed or single varints. */
export function varints(value: bigint | Uint8Array, place: string): bigint[] {
  if (typeof value === 'bigint') return [value];
  const found: bigint[] = [];
  for (let at = 0; at < value.length; ) {
    const [number, end] = varint(value, at, place);
    found.push(number);
    at = end;
  }
  return found;
}
