import { DataType, decodeText, fixedNumbers, scalarOf } from './tensor.js';
import { wireFields } from './wire-reader.js';
import { doubleField, type Encoded, messageField, textField, varintField } from './wire-writer.js';

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

function bytesOf(value: bigint | Uint8Array, what: string, place: string): Uint8Array {
  if (typeof value === 'bigint') throw new TypeError(`${place}: its ${what} must be bytes; got ${value}`);
  return value;
}

function numberOf(value: bigint | Uint8Array, type: 1 | 2, place: string): number | undefined {
  return fixedNumbers(bytesOf(value, 'number', place), type, place)[0];
}

function stepOf(value: bigint | Uint8Array, place: string): number {
  const step = typeof value === 'bigint' ? Number(BigInt.asIntN(64, value)) : Number.NaN;
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

/** Doubles go as tensors, which hold all their digits; TensorBoard shows them by the plugin that the metadata names. */
function encodeValue({ tag, value }: SummaryValue): Encoded {
  const isNumber = typeof value === 'number';
  const shape = messageField(2, []);
  const tensor = isNumber
    ? [...varintField(1, DataType.double), ...shape, ...doubleField(6, value)]
    : [...varintField(1, DataType.string), ...shape, ...textField(8, value)];
  const plugin = messageField(1, textField(1, isNumber ? 'scalars' : 'text'));
  const metadata = [...plugin, ...varintField(4, isNumber ? SCALAR_CLASS : TENSOR_CLASS)];
  return [
    ...textField(VALUE.tag, tag),
    ...messageField(VALUE.tensor, tensor),
    ...messageField(VALUE.metadata, metadata),
  ];
}

/** An Event message of scalars and texts. */
export function encodeEvent({ wallTime, step, values }: Omit<Event, 'skipped'>): Uint8Array {
  const summary = values.flatMap((value) => messageField(1, encodeValue(value)));
  return Uint8Array.from([
    ...doubleField(EVENT.wallTime, wallTime),
    ...varintField(EVENT.step, step),
    ...messageField(EVENT.summary, summary),
  ]);
}

/** The first event of a file: the version of its format. */
export function encodeFileVersion(wallTime: number): Uint8Array {
  return Uint8Array.from([...doubleField(EVENT.wallTime, wallTime), ...textField(EVENT.fileVersion, 'brain.Event:2')]);
}
