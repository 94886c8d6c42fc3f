import { assemble, describeOptions } from '../assembly/assemble.js';
import { optionsFromJson } from '../assembly/from-json.js';
import { checkDecisionOptions, type DecisionOptions } from '../assembly/options.js';
import type { Pipeline, PipelineState } from '../core/pipeline.js';
import type { Decision, StepObservation } from '../core/types.js';
import { RUN_LOG_VERSION, type RunLogHeader } from '../run-log/format.js';
import { formatDecision } from '../run-log/format-decision.js';
import { headerOf, parseObject, stepOf } from '../run-log/parse-line.js';
import { isObject, type JsonFields } from '../run-log/validate.js';

/** Options of {@link serve}. */
export interface ServeOptions {
  /** What decides where a run's first line does not say. @defaultValue the package's defaults */
  readonly options?: DecisionOptions;
  /** Told of the beginning of a run, for a log's header. */
  readonly onRun?: (run: Omit<RunLogHeader, 'runLog' | 'version'>) => void;
  /** Told of each step with its decision, for a log. */
  readonly onStep?: (observation: StepObservation, decision: Decision) => void;
}

/** One line in, one line out; undefined for a blank one. Lines are without their ends. */
export type Server = (line: string) => string | undefined;

type Run = { readonly pipeline: Pipeline; state: PipelineState; step: number; examplesSeen: number };

/** The longest line that is parsed [UTF-16 code units]. */
const MAX_LINE_LENGTH = 16 * 2 ** 20;

/** A policy, rule or schedule may be given by its name alone. */
function withNames(options: unknown): unknown {
  if (!isObject(options)) return options;
  const named = ['policy', 'learningRate', 'schedule'].filter((key) => typeof options[key] === 'string');
  return { ...options, ...Object.fromEntries(named.map((key) => [key, { name: options[key] }])) };
}

/** The run's first line as a header: the fields that a trainer need not give are filled in. */
function asHeader({ options = {}, ...fields }: JsonFields, place: string): RunLogHeader {
  return headerOf({ runLog: RUN_LOG_VERSION, about: {}, ...fields, options: withNames(options) }, place);
}

function pipelineOf(
  header: RunLogHeader,
  defaults: DecisionOptions,
): { pipeline: Pipeline; state: PipelineState; options: DecisionOptions } {
  const given = optionsFromJson(header.options);
  const options = { ...defaults, ...given };
  const pipeline = assemble(options, header.facts);
  const resumed = header.state as { pipeline: PipelineState } | undefined;
  return { pipeline, options, state: resumed === undefined ? pipeline.start() : pipeline.resume(resumed.pipeline) };
}

/**
 * The controller as a line filter, for trainers in other languages and on many machines.
 *
 * A line with `facts` begins a run: `{"facts": {"baseBatchSize": 32, "baseLearningRate": 0.1}, "options": {"policy": "gaussianWalk"}}`; the
 * answer is the decision for the first step. Every other line is an observation; the answer is the decision for the next step.
 * `{"get": "state"}` answers `{"state": …}`, which as `state` of a later run's first line goes on from there. What cannot be used is
 * answered by `{"error": "line 3: loss must be a number; got …"}` and changes nothing: the decision before it stands. Pure but for its memory.
 * @throws RangeError if a default option lies outside its range
 * @example const answer = serve(); answer('{"facts":{"baseBatchSize":32,"baseLearningRate":0.1}}');
 */
export function serve({ options: defaults = {}, onRun, onStep }: ServeOptions = {}): Server {
  checkDecisionOptions('serve', defaults);
  let run: Run | undefined;
  let line = 0;

  function begin(fields: JsonFields, place: string): string {
    const header = asHeader(fields, place);
    const { pipeline, state, options } = pipelineOf(header, defaults);
    const { step = 0, examplesSeen = 0 } = (header.state ?? {}) as { step?: number; examplesSeen?: number };
    run = { pipeline, state, step, examplesSeen };
    const { facts, about } = header;
    const resumed = header.state !== undefined && { state: header.state };
    onRun?.({ facts, options: describeOptions(options, facts), about, ...resumed });
    return formatDecision(state.decision);
  }

  function observe(fields: JsonFields, place: string): string {
    const { observation } = stepOf(fields, place);
    if (run === undefined) throw new TypeError(`${place}: a step before the line with the facts of the run`);
    const { step, examplesSeen } = observation;
    if (step <= run.step) throw new TypeError(`${place}: step must be above ${run.step}, the step before; got ${step}`);
    if (examplesSeen < run.examplesSeen) {
      throw new TypeError(`${place}: examplesSeen must not fall below ${run.examplesSeen}; got ${examplesSeen}`);
    }
    const { state, decision } = run.pipeline.advance(run.state, observation);
    run = { ...run, state, step, examplesSeen };
    onStep?.(observation, decision);
    return formatDecision(decision);
  }

  function stateOf(place: string): string {
    if (run === undefined) throw new TypeError(`${place}: there is no run whose state could be told`);
    const { state, step, examplesSeen } = run;
    return JSON.stringify({ state: { version: 1, step, examplesSeen, pipeline: state } });
  }

  function answer(text: string, place: string): string {
    if (text.length > MAX_LINE_LENGTH)
      throw new TypeError(`${place}: a line of more than ${MAX_LINE_LENGTH} characters`);
    const fields = parseObject(text);
    if (fields === undefined) throw new TypeError(`${place}: not a JSON object`);
    if (fields.get !== undefined) {
      if (fields.get !== 'state') throw new TypeError(`${place}: get must be "state"`);
      return stateOf(place);
    }
    return fields.facts === undefined ? observe(fields, place) : begin(fields, place);
  }

  return (text) => {
    line += 1;
    if (text.trim() === '') return undefined;
    const place = `line ${line}`;
    try {
      return answer(text, place);
    } catch (thrown) {
      const { message } = thrown as Error;
      return JSON.stringify({ error: message.startsWith(place) ? message : `${place}: ${message}` });
    }
  };
}
