import type { Json, JsonObject, RunFacts } from '../core/types.js';
import { headerOf, stepOf } from '../run-log/parse-line.js';
import type { LogRecord } from '../run-log/stream.js';
import { isObject, type JsonFields, mistyped } from '../run-log/validate.js';
import { countIn, shown } from './cell.js';
import { findColumns } from './columns.js';
import type { MergedRow, Row } from './merge-rows.js';
import { parsePythonJson } from './python-json.js';
import { foreignRecords, type Position, signalsOf } from './records.js';
import { ALL_SIGNALS } from './signals.js';
import type { ByteSource, ImportedRun, ImportOptions } from './types.js';
import { wholeText } from './whole-text.js';

const FORMAT = 'hugging-face';
/** The field of an entry, and of the parameters, that marks a file written from a run log. */
export const RUN_LOG_KEY = 'runLog';
/** Names that the trainer gives to fields of a step. */
export const RENAMED = [
  ['loss', 'loss'],
  ['learningRate', 'learning_rate'],
  ['validationLoss', 'eval_loss'],
] as const;
/** Deeper than anything that a trainer writes. */
const DEEPEST = 16;

function isDeeper(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return left === 0 || Object.values(value).some((inner) => isDeeper(inner, left - 1));
}

async function readState(source: ByteSource, file: string): Promise<JsonFields & { log_history: JsonFields[] }> {
  let state: unknown;
  try {
    state = parsePythonJson(await wholeText(source, file));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new TypeError(`${file}: not JSON: ${cause.message}`, { cause });
  }
  if (!isObject(state)) return mistyped(file, 'trainer state', 'a JSON object', shown(state));
  if (isDeeper(state, DEEPEST)) throw new TypeError(`${file}: is nested more than ${DEEPEST} deep`);
  const { log_history: history } = state;
  if (!Array.isArray(history)) return mistyped(file, 'log_history', 'an array of objects', history);
  history.forEach((entry, i) => {
    if (!isObject(entry)) mistyped(`${file}: log_history[${i}]`, 'entry', 'an object', entry);
  });
  return { ...state, log_history: history as JsonFields[] };
}

async function* rowsOf(history: readonly JsonFields[], file: string): AsyncGenerator<Row> {
  for (const [i, entry] of history.entries()) {
    const place = `${file}: log_history[${i}]`;
    const cell = (column: string): unknown => (Object.hasOwn(entry, column) ? entry[column] : undefined);
    yield { place, line: i + 1, cell, raw: entry as Json };
  }
}

/** `epoch` counts passes done, with fractions: 1 is the end of the first. */
function position({ step, epoch, place }: MergedRow, index: number): Position {
  const updates = countIn(step, place, 'step', 1) ?? index + 1;
  return { step: updates, ...(epoch !== undefined && { epoch: Math.max(0, Math.ceil(epoch) - 1) }) };
}

/** Back from what was written from a run log. */
async function* ownRecords(
  header: JsonFields,
  history: readonly JsonFields[],
  file: string,
): AsyncGenerator<LogRecord> {
  yield { kind: 'header', header: headerOf(header, file), line: 1, place: file };
  for (const [i, entry] of history.entries()) {
    const place = `${file}: log_history[${i}]`;
    const rest = entry[RUN_LOG_KEY];
    if (!isObject(rest)) return mistyped(place, RUN_LOG_KEY, 'an object', rest);
    const line: JsonFields = { ...rest, step: entry.step };
    for (const [name, key] of RENAMED) if (entry[key] !== undefined) line[name] = entry[key];
    yield { kind: 'step', ...stepOf(line, place), line: i + 1, place };
  }
}

function batchSizeOf(state: JsonFields, file: string): Partial<RunFacts> {
  const size = countIn(state.train_batch_size, file, 'train_batch_size', 1);
  return size === undefined ? {} : { baseBatchSize: size };
}

/**
 * Reads the trainer_state.json of Hugging Face's Trainer.
 *
 * Its train_batch_size is that of one device in one pass; where there are several, give the batch size in the facts.
 * @throws TypeError with file, entry and key for what cannot be read
 */
export async function readHuggingFace(source: ByteSource, options: ImportOptions = {}): Promise<ImportedRun> {
  const { name = 'standard input', facts = {}, onWarning } = options;
  const { log_history: history, ...state } = await readState(source, name);
  const parameters = state.trial_params;
  if (isObject(parameters) && isObject(parameters[RUN_LOG_KEY])) {
    const records = ownRecords(parameters[RUN_LOG_KEY], history, name);
    return { name, format: FORMAT, signals: ALL_SIGNALS, records };
  }
  const names = [...new Set(history.flatMap((entry) => Object.keys(entry)))];
  const columns = findColumns(name, names, options.columns);
  const told = batchSizeOf(state, name);
  if (facts.baseBatchSize === undefined && told.baseBatchSize !== undefined) {
    onWarning?.(`${name}: the batch size is taken to be train_batch_size, ${told.baseBatchSize}: right for one device`);
  }
  const signals = signalsOf(columns, columns.stepMs !== undefined);
  const about: JsonObject = { state: state as JsonObject };
  const rows = rowsOf(history, name);
  const foreign = { file: name, format: FORMAT, columns, rows, about, signals, position } as const;
  const records = foreignRecords(foreign, { ...options, facts: { ...told, ...facts } });
  return { name, format: FORMAT, signals, records };
}
