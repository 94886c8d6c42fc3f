import { DataType, decodeText, fixedNumbers, scalarOf } from './tensor.js';
import { signed, type WireField, wireFields } from './wire-reader.js';
import { concat, doubleField, floatField, messageField, textField, varintField } from './wire-writer.js';

/** A value of a summary: a scalar, or a text. */
export interface SummaryValue {
  readonly tag: string;
  readonly value: number | string;
}

/** One event of a TensorBoard log. */
export interface Event {
  /** Seconds since 1970, or since the start where the writer has no clock. */
  readonly wallTime: number;
  readonly step: number;
  readonly values: readonly SummaryValue[];
  /** Values that are neither a number nor a text: images, histograms, graphs. */
  readonly skipped: number;
}

/** Field numbers of Event, Summary.Value, SummaryMetadata and TensorProto. */
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 } as const;
const VALUE = { tag: 1, simpleValue: 2, tensor: 8, metadata: 9 } as const;
const SCALAR_CLASS = 1;
const TENSOR_CLASS = 2;

function bytesOf(value: WireField['value'], what: string, place: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`${place}: its ${what} must be bytes; got ${value}`);
}

function numberOf(value: WireField['value'], type: 1 | 2, place: string): number | undefined {
  return fixedNumbers(bytesOf(value, 'number', place), type, place)[0];
}

function stepOf(value: WireField['value'], place: string): number {
  const step = value instanceof Uint8Array ? Number.NaN : signed(value);
  if (!Number.isSafeInteger(step) || step < 0)
    throw new TypeError(`${place}: step must be a whole number >= 0; got ${value}`);
  return step;
}

function summaryValueOf(bytes: Uint8Array, place: string): SummaryValue | undefined {
  let tag = '';
  let value: number | string | undefined;
  for (const field of wireFields(bytes, place)) {
    if (field.number === VALUE.tag) tag = decodeText(bytesOf(field.value, 'tag', place), place);
    else if (field.number === VALUE.simpleValue) value = numberOf(field.value, DataType.float, place);
    else if (field.number === VALUE.tensor) value = scalarOf(bytesOf(field.value, 'tensor', place), place);
  }
  return value === undefined ? undefined : { tag, value };
}

/**
 * Reads an Event message.
 * @throws TypeError with the place where it is none
 */
export function decodeEvent(bytes: Uint8Array, place: string): Event {
  let wallTime = Number.NaN;
  let step = 0;
  let skipped = 0;
  const values: SummaryValue[] = [];
  for (const { number, value } of wireFields(bytes, place)) {
    if (number === EVENT.wallTime) wallTime = numberOf(value, DataType.double, place) ?? Number.NaN;
    else if (number === EVENT.step) step = stepOf(value, place);
    else if (number === EVENT.summary) {
      for (const part of wireFields(bytesOf(value, 'summary', place), place)) {
        if (part.number !== 1) continue;
        const found = summaryValueOf(bytesOf(part.value, 'summary value', place), place);
        if (found === undefined) skipped++;
        else values.push(found);
      }
    }
  }
  return { wallTime, step, values, skipped };
}

const SCALAR_METADATA = metadata('scalars', SCALAR_CLASS);
const TEXT_METADATA = metadata('text', TENSOR_CLASS);
const SHAPE = messageField(2, new Uint8Array(0));
const NUMBER = concat(varintField(1, DataType.float), SHAPE);
const STRING = concat(varintField(1, DataType.string), SHAPE);

/** The plugin by which TensorBoard shows a value. */
function metadata(plugin: string, dataClass: number): Uint8Array {
  const named = messageField(1, textField(1, plugin));
  return messageField(VALUE.metadata, concat(named, varintField(4, dataClass)));
}

/** Where a number's two values stand, from the end [bytes]. */
const FLOAT_AT = 13;
const DOUBLE_AT = 8;

/**
 * A value of a summary. A number goes twice into its tensor: as the 32-bit float that TensorBoard shows (its fast loader passes over
 * doubles), and as a double, which holds all its digits for {@link scalarOf}. The tensor comes last, the numbers' bytes last of all.
 */
function encodeValue({ tag, value }: SummaryValue): Uint8Array {
  const isNumber = typeof value === 'number';
  const tensor = isNumber
    ? concat(NUMBER, floatField(5, value), doubleField(6, value))
    : concat(STRING, textField(8, value));
  const shown = isNumber ? SCALAR_METADATA : TEXT_METADATA;
  return messageField(1, concat(textField(VALUE.tag, tag), shown, messageField(VALUE.tensor, tensor)));
}

/** Encodes events of scalars and texts, one after the other. */
export type EventEncoder = (event: Omit<Event, 'skipped'>) => Uint8Array;

/** @see EventEncoder. The same tags come again and again: what stands before a number is kept. */
export function eventEncoder(): EventEncoder {
  const templates = new Map<string, Uint8Array>();
  function numberValue(tag: string, value: number): Uint8Array {
    const template = templates.get(tag) ?? encodeValue({ tag, value: 0 });
    templates.set(tag, template);
    const bytes = template.slice();
    const view = new DataView(bytes.buffer);
    view.setFloat32(bytes.length - FLOAT_AT, value, true);
    view.setFloat64(bytes.length - DOUBLE_AT, value, true);
    return bytes;
  }
  return ({ wallTime, step, values }) => {
    const summary = values.map(({ tag, value }) =>
      typeof value === 'number' ? numberValue(tag, value) : encodeValue({ tag, value }),
    );
    return concat(
      doubleField(EVENT.wallTime, wallTime),
      varintField(EVENT.step, step),
      messageField(EVENT.summary, concat(...summary)),
    );
  };
}

/** The first event of a file: the version of its format. */
export function encodeFileVersion(wallTime: number): Uint8Array {
  return concat(doubleField(EVENT.wallTime, wallTime), textField(EVENT.fileVersion, 'brain.Event:2'));
}
