const text = new TextEncoder();

/** Bytes in a row. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param value a whole number >= 0 */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Uint8Array.from([...bytes, rest]);
}

function key(field: number, type: number): Uint8Array {
  return varint(field * 8 + type);
}

/** A whole number >= 0. */
export function varintField(field: number, value: number): Uint8Array {
  return concat(key(field, 0), varint(value));
}

/** A 32-bit float; its four bytes are the last ones. */
export function floatField(field: number, value: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setFloat32(0, value, true);
  return concat(key(field, 5), new Uint8Array(bytes.buffer));
}

/** A 64-bit float; its eight bytes are the last ones. */
export function doubleField(field: number, value: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, value, true);
  return concat(key(field, 1), new Uint8Array(bytes.buffer));
}

/** A message, or any other bytes, within a message. */
export function messageField(field: number, message: Uint8Array): Uint8Array {
  return concat(key(field, 2), varint(message.length), message);
}

/** A text in UTF-8. */
export function textField(field: number, value: string): Uint8Array {
  return messageField(field, text.encode(value));
}
