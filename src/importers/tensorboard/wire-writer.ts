/** An encoded field or message: the pieces to be joined. */
export type Encoded = readonly number[];

const text = new TextEncoder();

function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

function key(field: number, type: number): number[] {
  return varint(field * 8 + type);
}

/** A whole number, negative ones in 64 bits. */
export function varintField(field: number, value: number): Encoded {
  return [...key(field, 0), ...varint(value)];
}

/** A 64-bit float. */
export function doubleField(field: number, value: number): Encoded {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, value, true);
  return [...key(field, 1), ...new Uint8Array(bytes.buffer)];
}

/** A message within a message. */
export function messageField(field: number, message: Encoded): Encoded {
  return [...key(field, 2), ...varint(message.length), ...message];
}

/** A text in UTF-8. */
export function textField(field: number, value: string): Encoded {
  return messageField(field, [...text.encode(value)]);
}
