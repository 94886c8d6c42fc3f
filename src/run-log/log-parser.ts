import type { StepObservation } from '../core/types.js';
import { headerOf, isHeader, parseObject, stepOf } from './parse-line.js';
import { headerRecord, type LogRecord, stepRecord } from './records.js';
import type { StepScanner } from './scan-step.js';

/** Options of {@link createLogParser}. */
export interface LogParserOptions {
  /** Of the file, for messages. @defaultValue 'run log' */
  readonly name?: string;
  /** Gets a line about each half written line that is left out. */
  readonly onWarning?: (message: string) => void;
  /** A longer line is an error [bytes]. @defaultValue 16 MiB */
  readonly maxLineBytes?: number;
}

/** Bytes in, records out. */
export interface LogParser {
  /**
   * @param bytes any part of the log; they may be changed once all batches are taken
   * @returns the records, in batches so small that most are forgotten before they cost the garbage collector anything
   * @throws TypeError with file, line and field
   */
  push(bytes: Uint8Array): Generator<LogRecord[], void, undefined>;
  /** The log is over: what is left is its last line. */
  end(): LogRecord[];
}

const MAX_LINE_BYTES = 16 * 2 ** 20;
const BATCH = 128;
const NEW_LINE = 0x0a;
const BRACE = 0x7b;
/** Half a step and, from a second kill, half a header: more broken lines in a row are no work of a killed process. */
const MOST_HALF_LINES = 2;

/** Joins the parts of a line that came in several pieces. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * The lines of a run log, one after the other, in constant memory.
 *
 * A broken line that begins like an object and ends the log, or stands before the next header, whole or broken itself, is what a killed
 * process leaves: it is left out with a warning. Within a run `step` rises and `examplesSeen` never falls.
 * @param scanner reads the lines that this package writes, faster; whoever reads little can do without
 * @throws TypeError with file, line and field for whatever else is not as docs/run-log.md says
 */
export function createLogParser(
  { name = 'run log', onWarning = () => undefined, maxLineBytes = MAX_LINE_BYTES }: LogParserOptions = {},
  scanner?: StepScanner,
): LogParser {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  let line = 0;
  let half: { place: string; why: string }[] = [];
  let hasHeader = false;
  let lastStep = 0;
  let lastExamplesSeen = 0;

  const placeOf = (): string => `${name}:${line}`;

  function broken(bytes: Uint8Array, why: string): undefined {
    half.push({ place: placeOf(), why });
    const first = half[0] as (typeof half)[0];
    const isHalf = bytes.find((byte) => byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf) === BRACE;
    if (!isHalf || half.length > MOST_HALF_LINES) throw new TypeError(`${first.place}: ${first.why}`);
    return undefined;
  }

  function leaveOut(): void {
    for (const { place } of half) onWarning(`${place}: half a line, left out`);
    half = [];
  }

  function checkOrder({ step, examplesSeen }: StepObservation): void {
    if (step <= lastStep)
      throw new TypeError(`${placeOf()}: step must be above ${lastStep}, the step before; got ${step}`);
    if (examplesSeen < lastExamplesSeen) {
      throw new TypeError(
        `${placeOf()}: examplesSeen must not fall below ${lastExamplesSeen}, of the step before; got ${examplesSeen}`,
      );
    }
    lastStep = step;
    lastExamplesSeen = examplesSeen;
  }

  function parseLine(bytes: Uint8Array): LogRecord | undefined {
    line += 1;
    if (bytes.length > maxLineBytes) throw new TypeError(`${placeOf()}: a line of more than ${maxLineBytes} bytes`);
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch {
      return broken(bytes, 'not UTF-8 text');
    }
    if (text.trim() === '') return undefined;
    const fields = parseObject(text);
    if (fields === undefined) return broken(bytes, 'not a JSON object');
    if (isHeader(fields)) {
      leaveOut();
      hasHeader = true;
      lastStep = 0;
      lastExamplesSeen = 0;
      return headerRecord(name, line, headerOf(fields, placeOf()));
    }
    if (half[0] !== undefined) throw new TypeError(`${half[0].place}: ${half[0].why}`);
    if (!hasHeader) throw new TypeError(`${placeOf()}: a step before any header`);
    const step = stepOf(fields, placeOf());
    checkOrder(step.observation);
    return stepRecord(name, line, step.observation, step.decision);
  }

  /** A step as this package writes it; all others are for {@link parseLine}. @returns begin of the next line, -1 where it is none */
  function quickStep(bytes: Uint8Array, at: number, records: LogRecord[]): number {
    if (scanner === undefined || !hasHeader || half.length > 0) return -1;
    const next = scanner.scan(bytes, at);
    if (next < 0 || next - at > maxLineBytes) return -1;
    line += 1;
    const observation = scanner.observation();
    checkOrder(observation);
    records.push(stepRecord(name, line, observation, scanner.decision()));
    return next;
  }

  return {
    *push(given) {
      // One kind of array for the scanner, whose slices are copies, unlike those of a Buffer.
      const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
      let records: LogRecord[] = [];
      let at = 0;
      while (at < bytes.length) {
        if (records.length >= BATCH) {
          yield records;
          records = [];
        }
        const next = rest.length === 0 ? quickStep(bytes, at, records) : -1;
        if (next >= 0) {
          at = next;
          continue;
        }
        const end = bytes.indexOf(NEW_LINE, at);
        if (end < 0) break;
        const part = bytes.subarray(at, end);
        const record = parseLine(rest.length === 0 ? part : joined([...rest, part]));
        if (record !== undefined) records.push(record);
        rest = [];
        restBytes = 0;
        at = end + 1;
      }
      restBytes += bytes.length - at;
      if (restBytes > maxLineBytes)
        throw new TypeError(`${name}:${line + 1}: a line of more than ${maxLineBytes} bytes`);
      if (at < bytes.length) rest.push(bytes.slice(at));
      if (records.length > 0) yield records;
    },
    end() {
      const record = rest.length === 0 ? undefined : parseLine(joined(rest));
      rest = [];
      leaveOut();
      return record === undefined ? [] : [record];
    },
  };
}
