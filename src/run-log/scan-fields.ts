import type { ByteCursor } from './byte-cursor.js';
import { type ByteKey, keyOf } from './byte-key.js';
import type { Field, FieldKind, Fields } from './schema.js';
import type { JsonFields } from './validate.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const CLOSE = 0x7d;

type Known = { readonly field: Field; readonly first: ByteKey; readonly next: ByteKey };

function listOf(kind: FieldKind, cursor: ByteCursor): unknown[] {
  const items: unknown[] = [];
  if (!cursor.passesByte(OPEN_LIST)) cursor.isGood = false;
  do items.push(scanned(kind, cursor));
  while (cursor.isGood && cursor.passesByte(COMMA));
  if (!cursor.passesByte(CLOSE_LIST)) cursor.isGood = false;
  return items;
}

function scanned(kind: FieldKind, cursor: ByteCursor): unknown {
  if (kind.is === 'number') return cursor.number();
  if (kind.is === 'whole') return cursor.whole(kind.least);
  if (kind.is === 'list') return listOf(kind.of, cursor);
  if (kind.is === 'text' && cursor.passesByte(QUOTE)) return cursor.text();
  cursor.isGood = false;
  return undefined;
}

/**
 * A reader of objects that have fields of a schema in its order and no others, as this package writes them.
 * @returns a function that reads one; where it is another kind of object the cursor is no longer good
 */
export function fieldScanner(fields: Fields): (cursor: ByteCursor) => JsonFields {
  const known: readonly Known[] = fields.map((field) => ({
    field,
    first: keyOf(`{"${field.name}":`),
    next: keyOf(`,"${field.name}":`),
  }));
  return (cursor) => {
    const object: JsonFields = {};
    let isFirst = true;
    for (const { field, first, next } of known) {
      if (cursor.passes(isFirst ? first : next)) {
        object[field.name] = scanned(field, cursor);
        isFirst = false;
      } else if (field.optional !== true) cursor.isGood = false;
      if (!cursor.isGood) return object;
    }
    if (!cursor.passesByte(CLOSE)) cursor.isGood = false;
    return object;
  };
}
