import type { Json, JsonObject, RunFacts, Signal, StepObservation } from '../core/types.js';
import { PACKAGE_VERSION, RUN_LOG_VERSION, type RunLogHeader } from '../run-log/format.js';
import type { LogRecord } from '../run-log/stream.js';
import { shown } from './cell.js';
import { type MergedRow, mergeRows, type Row } from './merge-rows.js';
import type { Columns, ForeignFormat, ImportOptions } from './types.js';

/** Where a row stands in the training. */
export interface Position {
  /** Updates so far, from 1. */
  readonly step: number;
  /** Pass over the data, from 0. */
  readonly epoch?: number;
  /** Where it is known better than from the steps [examples]. */
  readonly examplesSeen?: number;
}

/** Rows of another tool's log, and how to read them. */
export interface ForeignRows {
  readonly file: string;
  readonly format: ForeignFormat;
  readonly columns: Columns;
  readonly rows: AsyncIterable<Row>;
  /** What a conversion back needs besides the rows. */
  readonly about: JsonObject;
  readonly signals: readonly Signal[];
  /** @param index of the row among those with a loss, from 0 */
  position(row: MergedRow, index: number, facts: RunFacts): Position;
}

/** What {@link StepObservation} may hold besides: the rows it was made of. */
type Imported = StepObservation & { readonly imported: readonly Json[] };

/** The signals that these columns carry. */
export function signalsOf(columns: Columns, hasTime: boolean): Signal[] {
  const told = (['loss', 'validationLoss', 'learningRate', 'batchSize'] as const).filter(
    (quantity) => columns[quantity] !== undefined,
  );
  return hasTime ? [...told, 'time'] : told;
}

function missing(file: string, fact: string, name: string): never {
  const flag = `--${fact.replace(' ', '-')}`;
  throw new TypeError(`${file}: does not tell the ${fact}: give facts.${name} (${flag})`);
}

function sizeOf(row: MergedRow): number | undefined {
  if (row.batchSize === undefined) return undefined;
  const size = Math.round(row.batchSize);
  if (Number.isSafeInteger(size) && size >= 1) return size;
  throw new TypeError(`${row.place}: the batch size must be a number >= 1; got ${shown(row.batchSize)}`);
}

function factsOf(file: string, first: MergedRow, given: Partial<RunFacts>): RunFacts {
  const baseBatchSize = given.baseBatchSize ?? sizeOf(first) ?? missing(file, 'batch size', 'baseBatchSize');
  const baseLearningRate =
    given.baseLearningRate ?? first.learningRate ?? missing(file, 'learning rate', 'baseLearningRate');
  return { ...given, baseBatchSize, baseLearningRate };
}

function headerOf(foreign: ForeignRows, facts: RunFacts): RunLogHeader {
  const { format, columns, signals, about } = foreign;
  const told = Object.fromEntries(Object.entries(columns).filter(([, name]) => name !== ''));
  return {
    runLog: RUN_LOG_VERSION,
    version: PACKAGE_VERSION,
    facts,
    options: {},
    about: { imported: { format, columns: told, signals, ...about } as JsonObject },
  };
}

/** What the step before left to the next one. */
type Before = { readonly step: number; readonly examplesSeen: number; readonly wallTime: number };

/** Mean time of the steps since the row before [ms]; NaN where no clock tells it. */
function meanStepMs({ wallTime = Number.NaN }: MergedRow, steps: number, before: Before): number {
  const elapsed = ((wallTime - before.wallTime) * 1000) / steps;
  return elapsed >= 0 ? elapsed : Number.NaN;
}

function observe(row: MergedRow, position: Position, facts: RunFacts, before: Before): Imported {
  const { step } = position;
  if (!Number.isSafeInteger(step) || step <= before.step) {
    throw new TypeError(`${row.place}: steps must grow; got ${shown(step)} after ${before.step}`);
  }
  const batchSize = sizeOf(row) ?? facts.baseBatchSize;
  const examplesSeen = position.examplesSeen ?? before.examplesSeen + (step - before.step) * batchSize;
  const epoch = position.epoch ?? Math.floor(Math.max(0, examplesSeen - 1) / (facts.datasetSize ?? Infinity));
  const learningRate = row.learningRate ?? facts.baseLearningRate;
  return {
    step,
    epoch,
    examplesSeen,
    batchSize,
    microBatches: 1,
    learningRate,
    baseLearningRate: learningRate,
    loss: row.loss,
    stepMs: row.stepMs ?? meanStepMs(row, step - before.step, before),
    ...(row.validationLoss !== undefined && { validationLoss: row.validationLoss }),
    imported: row.raw,
  };
}

/**
 * Header and steps of a foreign log.
 * @throws TypeError with file, line and column for what cannot be read, and where a fact of the run is told nowhere
 */
export async function* foreignRecords(
  foreign: ForeignRows,
  { facts: given = {} }: ImportOptions,
): AsyncGenerator<LogRecord> {
  const { file, columns } = foreign;
  let before: Before = { step: 0, examplesSeen: 0, wallTime: Number.NaN };
  let facts: RunFacts | undefined;
  let index = 0;
  for await (const row of mergeRows(foreign.rows, columns)) {
    if (facts === undefined) {
      facts = factsOf(file, row, given);
      yield { kind: 'header', header: headerOf(foreign, facts), line: 1, place: file };
    }
    const observation = observe(row, foreign.position(row, index++, facts), facts, before);
    const { step, examplesSeen } = observation;
    before = { step, examplesSeen, wallTime: row.wallTime ?? Number.NaN };
    yield { kind: 'step', observation, line: row.line, place: row.place };
  }
  if (facts === undefined) throw new TypeError(`${file}: no row has a training loss (${columns.loss})`);
}
