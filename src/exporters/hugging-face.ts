import type { Json, JsonObject } from '../core/types.js';
import { RENAMED, RUN_LOG_KEY } from '../importers/hugging-face.js';
import { peek } from '../importers/peek.js';
import type { LogRecord } from '../run-log/stream.js';
import type { JsonFields } from '../run-log/validate.js';
import { originOf, rowsOf } from './origin.js';
import { pythonJson } from './python-json.js';

type StepRecord = LogRecord & { readonly kind: 'step' };

/** The trainer's own names for what it knows, the rest of the step in a field of its own. */
function entryOf({ observation, decision }: StepRecord, datasetSize: number | undefined): JsonFields {
  const rest: JsonFields = { ...observation, ...(decision && { decision }) };
  const { step, examplesSeen, epoch } = observation;
  delete rest.step;
  const entry: JsonFields = { epoch: datasetSize === undefined ? epoch : examplesSeen / datasetSize, step };
  for (const [name, key] of RENAMED) {
    if (rest[name] === undefined) continue;
    entry[key] = rest[name];
    delete rest[name];
  }
  return { ...entry, [RUN_LOG_KEY]: rest };
}

/** What a trainer's state holds besides its log, as for a run that has ended. */
function stateOf(last: JsonFields | undefined, baseBatchSize: number, header: Json): JsonFields {
  return {
    best_metric: null,
    best_model_checkpoint: null,
    epoch: last?.epoch ?? 0,
    global_step: last?.step ?? 0,
    is_hyper_param_search: false,
    is_local_process_zero: true,
    is_world_process_zero: true,
    max_steps: last?.step ?? 0,
    train_batch_size: baseBatchSize,
    trial_name: null,
    trial_params: { [RUN_LOG_KEY]: header },
  };
}

async function* entries(list: AsyncIterable<JsonFields>): AsyncGenerator<string> {
  let isFirst = true;
  for await (const entry of list) {
    yield `${isFirst ? '' : ','}\n    ${pythonJson(entry)}`;
    isFirst = false;
  }
}

function fields(state: JsonFields): string {
  return Object.entries(state)
    .map(([name, value]) => `,\n  ${JSON.stringify(name)}: ${pythonJson(value)}`)
    .join('');
}

async function* across(header: LogRecord & { kind: 'header' }, rest: AsyncIterable<LogRecord>): AsyncGenerator<string> {
  const { baseBatchSize, datasetSize } = header.header.facts;
  let last: JsonFields | undefined;
  async function* steps(): AsyncGenerator<JsonFields> {
    for await (const record of rest) {
      if (record.kind === 'header') throw new TypeError(`${record.place}: another run; this format holds one`);
      last = entryOf(record, datasetSize);
      yield last;
    }
  }
  yield* entries(steps());
  yield `\n  ]${fields(stateOf(last, baseBatchSize, header.header as unknown as JsonObject))}\n}\n`;
}

async function* back(state: JsonFields, rest: AsyncIterable<LogRecord>): AsyncGenerator<string> {
  async function* rows(): AsyncGenerator<JsonFields> {
    for await (const record of rest) yield* rowsOf(record) as readonly JsonFields[];
  }
  yield* entries(rows());
  yield `\n  ]${fields(state)}\n}\n`;
}

/**
 * Writes one run as a trainer_state.json; one that came from this format goes back as it was.
 * @throws TypeError at a second run
 */
export async function* writeHuggingFace(records: AsyncIterable<LogRecord>): AsyncGenerator<string> {
  const { first, rest } = await peek(records);
  if (first?.kind !== 'header') throw new TypeError('there is no run to write');
  yield '{\n  "log_history": [';
  const state = originOf(first, 'hugging-face')?.state;
  yield* state === undefined ? across(first, rest) : back(state as JsonFields, rest);
}
