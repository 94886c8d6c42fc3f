import type { Row } from '../merge-rows.js';
import type { ByteSource } from '../types.js';
import { decodeEvent, type Event } from './event.js';
import { readTfRecords, type TfRecordOptions } from './tf-record.js';

/** One scalar of an event file. */
export interface Scalar {
  readonly tag: string;
  readonly step: number;
  /** [s] */
  readonly wallTime: number;
  readonly value: number;
  /** Number of its record in the file, from 1. */
  readonly record: number;
}

/** Tags are joined by step, so that all scalars are held; this many fit into the memory of a small machine. */
const MOST_SCALARS = 5_000_000;

/** The events of a file. @throws TypeError with file and record for what cannot be read */
export async function* readEvents(
  source: ByteSource,
  options: TfRecordOptions,
): AsyncGenerator<Event & { readonly place: string; readonly record: number }> {
  let record = 0;
  for await (const { data, place } of readTfRecords(source, options)) {
    yield { ...decodeEvent(data, place), place, record: ++record };
  }
}

/**
 * All scalars, and what else there was.
 *
 * A tag that goes back to a step no later than its last was written by a restarted training: what it wrote from that step on before is
 * left out, with a warning, as TensorBoard does.
 */
export async function collectScalars(
  events: AsyncIterable<Event & { readonly place: string; readonly record: number }>,
  { name, onWarning }: TfRecordOptions,
): Promise<Scalar[]> {
  const byTag = new Map<string, Scalar[]>();
  let count = 0;
  let skipped = 0;
  let orphans = 0;
  for await (const { values, step, wallTime, skipped: others, record, place } of events) {
    skipped += others;
    for (const { tag, value } of values) {
      if (typeof value !== 'number') {
        skipped++;
        continue;
      }
      if (++count > MOST_SCALARS) throw new TypeError(`${place}: more than ${MOST_SCALARS} scalars in one file`);
      const series = byTag.get(tag) ?? [];
      byTag.set(tag, series);
      while (series.length > 0 && (series.at(-1) as Scalar).step >= step) {
        series.pop();
        orphans++;
      }
      series.push({ tag, step, wallTime, value, record });
    }
  }
  if (skipped > 0) onWarning(`${name}: ${skipped} values that are no numbers, left out`);
  if (orphans > 0) onWarning(`${name}: ${orphans} scalars from before a restart, left out`);
  return [...byTag.values()].flat().sort((a, b) => a.step - b.step || a.record - b.record);
}

/** The scalars of one step as a row; sorted by step. */
export async function* scalarRows(scalars: readonly Scalar[], file: string, lossTag: string): AsyncGenerator<Row> {
  for (let start = 0, end = 0; start < scalars.length; start = end) {
    const { step, record } = scalars[start] as Scalar;
    while (end < scalars.length && (scalars[end] as Scalar).step === step) end++;
    const held = scalars.slice(start, end);
    const byTag = new Map(held.map((scalar) => [scalar.tag, scalar]));
    const wallTime = byTag.get(lossTag)?.wallTime;
    yield {
      place: `${file}: record ${record}`,
      line: record,
      cell: (tag) => (tag === '' ? step : byTag.get(tag)?.value),
      ...(wallTime !== undefined && { wallTime }),
      raw: held.map(({ tag, wallTime: time, value }) => [tag, step, jsonNumber(time), jsonNumber(value)]),
    };
  }
}

/** As run logs write what JSON has no number for. */
function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
