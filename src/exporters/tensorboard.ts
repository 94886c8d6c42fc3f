import type { Leaf } from '../importers/own-fields.js';
import { flatten, LEAF_FIELDS } from '../importers/own-fields.js';
import { peek } from '../importers/peek.js';
import {
  type EventEncoder,
  encodeFileVersion,
  eventEncoder,
  type SummaryValue,
} from '../importers/tensorboard/event.js';
import { HEADER_TAG, MORE_TAG, tagOf } from '../importers/tensorboard/own-records.js';
import { frameTfRecord } from '../importers/tensorboard/tf-record.js';
import { formatHeader, replaceNumber, reviveNumber } from '../run-log/format.js';
import type { LogRecord } from '../run-log/stream.js';
import { originOf, rowsOf } from './origin.js';

type StepRecord = LogRecord & { readonly kind: 'step' };

function valueOfLeaf(leaf: Leaf): number | string {
  return typeof leaf === 'boolean' ? Number(leaf) : leaf;
}

function stepEvent({ observation, decision }: StepRecord, wallTime: number, encode: EventEncoder): Uint8Array {
  const { leaves, more } = flatten(observation, decision);
  const values: SummaryValue[] = [];
  for (const { path } of LEAF_FIELDS) {
    const leaf = leaves.get(path.join('.'));
    // The event itself holds the step.
    if (leaf !== undefined && path[0] !== 'step') values.push({ tag: tagOf(path), value: valueOfLeaf(leaf) });
  }
  if (more !== undefined) values.push({ tag: MORE_TAG, value: JSON.stringify(more, replaceNumber) });
  return encode({ wallTime, step: observation.step, values });
}

/** A run log has no clock: the times of its steps are added up, so that TensorBoard shows the right durations. */
async function* across(records: AsyncIterable<LogRecord>): AsyncGenerator<Uint8Array> {
  const encode = eventEncoder();
  let wallTime = 0;
  for await (const record of records) {
    if (record.kind === 'header') {
      yield encode({ wallTime, step: 0, values: [{ tag: HEADER_TAG, value: formatHeader(record.header) }] });
      continue;
    }
    const { stepMs } = record.observation;
    if (Number.isFinite(stepMs)) wallTime += stepMs / 1000;
    yield stepEvent(record, wallTime, encode);
  }
}

async function* back(records: AsyncIterable<LogRecord>): AsyncGenerator<Uint8Array> {
  const encode = eventEncoder();
  for await (const record of records) {
    for (const row of rowsOf(record)) {
      for (const [tag, step, wallTime, value] of row as readonly [string, number, unknown, unknown][]) {
        const values = [{ tag, value: reviveNumber(value) as number }];
        yield encode({ wallTime: reviveNumber(wallTime) as number, step, values });
      }
    }
  }
}

/** Writes records as a TensorBoard event file, numbers as floats and as doubles; those that came from one go back as scalars of the same tags. */
export async function* writeTensorBoard(records: AsyncIterable<LogRecord>): AsyncGenerator<Uint8Array> {
  const { first, all, rest } = await peek(records);
  yield frameTfRecord(encodeFileVersion(0));
  const events = first !== undefined && originOf(first, 'tensorboard') ? back(rest) : across(all);
  for await (const event of events) yield frameTfRecord(event);
}
