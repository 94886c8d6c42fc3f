import { readFileSync } from 'node:fs';
import type { LogRecord, StepRecord } from '../../src/run-log/stream.js';

/** Bytes in pieces cut at the given width. */
export async function* pieces(
  bytes: Uint8Array | string,
  width = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  const whole = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
  for (let at = 0; at < whole.length; at += width) yield whole.subarray(at, at + Math.min(width, whole.length - at));
}

/** A log that another tool wrote. */
export function golden(name: string): Uint8Array {
  return new Uint8Array(readFileSync(`test/golden/imports/${name}`));
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The steps of a run, and what they come to. */
export async function stepsOf(records: AsyncIterable<LogRecord>): Promise<StepRecord['observation'][]> {
  return (await all(records)).flatMap((record) => (record.kind === 'step' ? [record.observation] : []));
}

/** The bytes of what a writer yields. */
export async function written(chunks: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const found = (await all(chunks)).map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk));
  return new Uint8Array(Buffer.concat(found));
}
