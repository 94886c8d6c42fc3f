import { varints, type WireField, wireFields } from './wire-reader.js';

/** Numbers of TensorFlow's element types. */
export const DataType = { float: 1, double: 2, int32: 3, string: 7, int64: 9 } as const;

/** Fields of a TensorProto. */
const DTYPE = 1;
const CONTENT = 4;
const STRINGS = 8;
const VALUES: Readonly<Record<number, number>> = {
  5: DataType.float,
  6: DataType.double,
  7: DataType.int32,
  10: DataType.int64,
};
const WIDTH: Readonly<Record<number, number>> = {
  [DataType.float]: 4,
  [DataType.double]: 8,
  [DataType.int32]: 4,
  [DataType.int64]: 8,
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Bytes as text. @throws TypeError with the place where they are not UTF-8 */
export function decodeText(bytes: Uint8Array, place: string): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new TypeError(`${place}: its text is not UTF-8`, { cause });
  }
}

/** Little-endian numbers of a type in a row. */
export function fixedNumbers(bytes: Uint8Array, type: number, place: string): number[] {
  const width = WIDTH[type] as number;
  if (bytes.length % width !== 0)
    throw new TypeError(`${place}: a tensor of ${bytes.length} bytes holds no whole number of values`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / width }, (_, i) => {
    if (type === DataType.float) return view.getFloat32(i * width, true);
    if (type === DataType.double) return view.getFloat64(i * width, true);
    return type === DataType.int32 ? view.getInt32(i * width, true) : Number(view.getBigInt64(i * width, true));
  });
}

function numbersOf(value: WireField['value'], type: number, place: string): number[] {
  const isFixed = type === DataType.float || type === DataType.double;
  return isFixed && value instanceof Uint8Array ? fixedNumbers(value, type, place) : varints(value, place);
}

/**
 * The one value of a TensorProto; where a float comes with its double, the double. Undefined where it holds none, several, or one of a type
 * that is neither number nor text.
 */
export function scalarOf(bytes: Uint8Array, place: string): number | string | undefined {
  let type = 0;
  let content: Uint8Array | undefined;
  const found: (number | string)[] = [];
  const doubles: number[] = [];
  for (const { number, value } of wireFields(bytes, place)) {
    const held = VALUES[number];
    if (number === DTYPE) type = Number(value);
    else if (number === CONTENT && value instanceof Uint8Array) content = value;
    else if (number === STRINGS && value instanceof Uint8Array) found.push(decodeText(value, place));
    else if (held !== undefined) {
      const into = held === DataType.double && type === DataType.float ? doubles : found;
      for (const each of numbersOf(value, held, place)) into.push(each);
    }
  }
  if (content !== undefined && WIDTH[type] !== undefined) {
    for (const each of fixedNumbers(content, type, place)) found.push(each);
  }
  if (doubles.length === 1 && found.length <= 1) return doubles[0];
  return found.length === 1 ? found[0] : undefined;
}
