import { assemble } from '../assembly/assemble.js';
import { pipelineFromHeader } from '../assembly/from-header.js';
import { checkDecisionOptions, type DecisionOptions } from '../assembly/options.js';
import type { Advance, Pipeline, PipelineState } from '../core/pipeline.js';
import type { HeaderRecord, LogRecord, StepRecord } from '../run-log/records.js';

/** A log's records, in batches, as `readRecords` gives them. */
export type Records = AsyncIterable<readonly LogRecord[]> | Iterable<readonly LogRecord[]>;

/** What decides in the replay of a log. */
export interface Deciding {
  /** In place of the header's options. @defaultValue the header's */
  readonly options?: DecisionOptions;
  /** With the header's options: a policy of one's own, which a header can only name. */
  readonly policy?: NonNullable<DecisionOptions['policy']>;
  /** With the header's options: a rule of one's own, likewise. */
  readonly learningRate?: NonNullable<DecisionOptions['learningRate']>;
  /** With the header's options: a schedule of one's own, likewise. */
  readonly schedule?: NonNullable<DecisionOptions['schedule']>;
}

/** One run being replayed. */
export interface Replayed {
  readonly state: PipelineState;
  advance(record: StepRecord): Advance;
}

function blamed(place: string, thrown: unknown): Error {
  const { message } = thrown as Error;
  const text = `${place}: ${message}`;
  return thrown instanceof RangeError
    ? new RangeError(text, { cause: thrown })
    : new TypeError(text, { cause: thrown });
}

function pipelineOf(
  record: HeaderRecord,
  { options, ...overrides }: Deciding,
): { pipeline: Pipeline; state: PipelineState } {
  try {
    if (options === undefined) return pipelineFromHeader(record.header, overrides);
    const pipeline = assemble(options, record.header.facts);
    return { pipeline, state: pipeline.start() };
  } catch (thrown) {
    throw blamed(`${record.place}: this run cannot be replayed`, thrown);
  }
}

/**
 * Begins the replay of a run at its header.
 * @throws RangeError or TypeError with file and line, if the header's options or state cannot be used
 */
export function beginRun(header: HeaderRecord, deciding: Deciding = {}): Replayed {
  const { pipeline, state: start } = pipelineOf(header, deciding);
  let state = start;
  return {
    get state() {
      return state;
    },
    advance(record) {
      try {
        const advance = pipeline.advance(state, record.observation);
        state = advance.state;
        return advance;
      } catch (thrown) {
        // Estimators take any numbers: only a header's state of another making gets here.
        throw blamed(`${record.place}: the state that the run began with cannot be used`, thrown);
      }
    },
  };
}

/** @throws RangeError naming the option that lies outside its range */
export function checkDeciding(name: string, { options }: Deciding): void {
  if (options !== undefined) checkDecisionOptions(name, options);
}
