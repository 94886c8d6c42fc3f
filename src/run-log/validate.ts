import { reviveNumber } from './format.js';
import type { FieldKind, Fields } from './schema.js';

/** A JSON object of whatever. */
export type JsonFields = { [name: string]: unknown };

const LONGEST = 120;

/** A value for a message: short, whatever it is. */
function shown(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    return 'a value nested too deeply to show';
  }
  if (text === undefined) return 'undefined';
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** @throws TypeError that names place, field and what it must be */
export function mistyped(place: string, path: string, type: string, value: unknown): never {
  throw new TypeError(`${place}: ${path} must be ${type}; got ${shown(value)}`);
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const NAMES: Record<FieldKind['is'], string> = {
  number: 'a number',
  whole: 'a whole number',
  boolean: 'a boolean',
  true: 'true',
  text: 'a string',
  object: 'an object',
  list: 'an array',
};

function typeOf(kind: FieldKind): string {
  if (kind.is === 'whole') return `a whole number >= ${kind.least}`;
  return kind.is === 'list' ? `an array of ${kind.items}` : NAMES[kind.is];
}

/** Whether a scalar is what it must be; the numbers that JSON does not have are read back before. */
function isScalar(kind: FieldKind, value: unknown): boolean {
  switch (kind.is) {
    case 'whole':
      return Number.isSafeInteger(value) && (value as number) >= kind.least;
    case 'true':
      return value === true;
    case 'text':
      return typeof value === 'string';
    default:
      return typeof value === kind.is;
  }
}

/** @returns the list, numbers that JSON does not have read back */
function checkList(value: unknown, kind: FieldKind & { is: 'list' }, place: string, path: string): unknown {
  const { of } = kind;
  const items = Array.isArray(value) && of.is === 'number' ? value.map(reviveNumber) : value;
  if (!Array.isArray(items) || !items.every((item) => (of.is === 'object' ? isObject(item) : isScalar(of, item))))
    return mistyped(place, path, typeOf(kind), value);
  if (of.is === 'object') items.forEach((item, i) => void checkValue(item, of, place, `${path}[${i}]`));
  return items;
}

/** @returns the value, numbers that JSON does not have read back */
function checkValue(value: unknown, kind: FieldKind, place: string, path: string): unknown {
  const revived = kind.is === 'number' ? reviveNumber(value) : value;
  if (kind.is === 'object') {
    if (!isObject(value)) return mistyped(place, path, typeOf(kind), value);
    checkFields(value, kind.fields, place, `${path}.`);
  } else if (kind.is === 'list') {
    return checkList(value, kind, place, path);
  } else if (!isScalar(kind, revived)) mistyped(place, path, typeOf(kind), value);
  return revived;
}

/**
 * Checks the fields of a freshly parsed object and reads back, in place, the numbers that JSON does not have. Fields not listed pass.
 * @param place file and line, for the message
 * @throws TypeError at the first field that is not what it must be, with its path
 */
export function checkFields(object: JsonFields, fields: Fields, place: string, path = ''): void {
  for (const field of fields) {
    const value = object[field.name];
    if (value === undefined) {
      if (field.optional !== true) mistyped(place, path + field.name, typeOf(field), value);
      continue;
    }
    const checked = checkValue(value, field, place, path + field.name);
    if (checked !== value) object[field.name] = checked;
  }
}
