import { headerOf, stepOf } from '../../run-log/parse-line.js';
import type { LogRecord } from '../../run-log/stream.js';
import { shown } from '../cell.js';
import { jsonIn, type Leaf, type LeafField, unflatten } from '../own-fields.js';
import type { Event } from './event.js';

/** The tag of the text that holds a run's header: its presence marks a file that was written from a run log. */
export const HEADER_TAG = 'runLog';
/** The tag of the text for what no other one holds, as JSON. */
export const MORE_TAG = 'more';

/** The tag of a field. */
export function tagOf(path: readonly string[]): string {
  return path.join('/');
}

function leafOf({ is, path }: LeafField, value: number | string | undefined, place: string): Leaf | undefined {
  if (value === undefined) return undefined;
  if (is === 'boolean' || is === 'true') {
    if (value === 0 || value === 1) return value === 1;
    throw new TypeError(`${place}: ${tagOf(path)} must be 0 or 1; got ${shown(value)}`);
  }
  if ((is === 'text') === (typeof value === 'string')) return value;
  throw new TypeError(`${place}: ${tagOf(path)} must be ${is === 'text' ? 'a text' : 'a number'}; got ${shown(value)}`);
}

function textOf(value: number | string | undefined, tag: string, place: string): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw new TypeError(`${place}: ${tag} must be a text; got ${value}`);
}

/**
 * Reads back an event file that was written from a run log: an event for each header and each step.
 * @throws TypeError with file, record and tag for what cannot be read
 */
export async function* ownRecords(
  events: AsyncIterable<Event & { readonly place: string; readonly record: number }>,
): AsyncGenerator<LogRecord> {
  for await (const { values, step, place, record } of events) {
    if (values.length === 0) continue;
    const byTag = new Map(values.map(({ tag, value }) => [tag, value]));
    const header = textOf(byTag.get(HEADER_TAG), HEADER_TAG, place);
    if (header !== undefined) {
      yield { kind: 'header', header: headerOf(jsonIn(header, place, HEADER_TAG), place), line: record, place };
      continue;
    }
    const told = (field: LeafField): Leaf | undefined =>
      field.path[0] === 'step' ? step : leafOf(field, byTag.get(tagOf(field.path)), place);
    const fields = unflatten(told, textOf(byTag.get(MORE_TAG), MORE_TAG, place), place);
    yield { kind: 'step', ...stepOf(fields, place), line: record, place };
  }
}
