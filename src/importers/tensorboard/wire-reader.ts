/** One field of a protobuf message: its number and its value as the wire has it. */
export interface WireField {
  readonly number: number;
  /** varint: a number, or a bigint where it is too large for one; 32 and 64 bits, and length-delimited: the bytes. */
  readonly value: number | bigint | Uint8Array;
}

/** Most bytes of a varint: 64 bits, seven a byte. */
const LONGEST_VARINT = 10;
/** So many bytes of it fit into a number. */
const SHORT_VARINT = 7;

/** Reads a message from its start to its end. */
function cursor(bytes: Uint8Array, place: string) {
  let at = 0;

  function longVarint(start: number): number | bigint {
    let value = 0n;
    for (let i = 0; i < LONGEST_VARINT; i++) {
      const byte = bytes[start + i];
      if (byte === undefined) break;
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte >= 0x80) continue;
      at = start + i + 1;
      const whole = BigInt.asUintN(64, value);
      return whole <= Number.MAX_SAFE_INTEGER ? Number(whole) : whole;
    }
    throw new TypeError(`${place}: not a protobuf message: a number does not end at byte ${start}`);
  }

  function varint(): number | bigint {
    const start = at;
    let value = 0;
    for (let i = 0, unit = 1; i < SHORT_VARINT; i++, unit *= 128) {
      const byte = bytes[start + i];
      if (byte === undefined) break;
      value += (byte & 0x7f) * unit;
      if (byte >= 0x80) continue;
      at = start + i + 1;
      return value;
    }
    return longVarint(start);
  }

  function lengthOf(type: number): number {
    if (type === 1) return 8;
    if (type === 5) return 4;
    if (type !== 2) throw new TypeError(`${place}: not a protobuf message: wire type ${type} at byte ${at}`);
    return Number(varint());
  }

  return {
    isAtEnd: () => at >= bytes.length,
    varint,
    field(): WireField {
      const key = Number(varint());
      const number = Math.floor(key / 8);
      const type = key % 8;
      if (type === 0) return { number, value: varint() };
      const length = lengthOf(type);
      if (length > bytes.length - at) {
        throw new TypeError(`${place}: not a protobuf message: field ${number} ends after it`);
      }
      const value = bytes.subarray(at, at + length);
      at += length;
      return { number, value };
    },
  };
}

/**
 * The fields of a protobuf message in the order they stand; nested messages are left as bytes.
 * @throws TypeError where the bytes are no message or end within a field
 */
export function wireFields(bytes: Uint8Array, place: string): WireField[] {
  const message = cursor(bytes, place);
  const fields: WireField[] = [];
  while (!message.isAtEnd()) fields.push(message.field());
  return fields;
}

/** The values of packed or single varints, as signed 64-bit numbers. */
export function varints(value: number | bigint | Uint8Array, place: string): number[] {
  if (!(value instanceof Uint8Array)) return [signed(value)];
  const packed = cursor(value, place);
  const found: number[] = [];
  while (!packed.isAtEnd()) found.push(signed(packed.varint()));
  return found;
}

/** A varint as the signed 64-bit number that it stands for. */
export function signed(value: number | bigint): number {
  return typeof value === 'number' ? value : Number(BigInt.asIntN(64, value));
}
