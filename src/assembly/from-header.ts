import type { Pipeline, PipelineState } from '../core/pipeline.js';
import type { JsonObject } from '../core/types.js';
import type { RunLogHeader } from '../run-log/format.js';
import { assemble } from './assemble.js';
import { type OwnParts, optionsFromJson } from './from-json.js';
import { DECISION_KEYS } from './options.js';

/**
 * The pipeline that a run log's header describes, and the state it began with: `advance` over the log's observations makes the log's
 * decisions, bit for bit.
 *
 * @param overrides a policy, rule or schedule of one's own, which the header can only name
 * @throws RangeError if the header names a policy or rule that is not this package's and is not overridden, or an option outside its range
 * @example
 * const [run] = readRunLog(readFileSync('run.jsonl', 'utf8')).runs;
 * let { pipeline, state } = pipelineFromHeader(run.header);
 * for (const { observation } of run.steps) ({ state } = pipeline.advance(state, observation));
 */
export function pipelineFromHeader(
  header: RunLogHeader,
  overrides: OwnParts = {},
): { pipeline: Pipeline; state: PipelineState } {
  // What a later version adds to the options is not for this one to judge.
  const known = DECISION_KEYS.filter((key) => header.options[key] !== undefined);
  const json = Object.fromEntries(known.map((key) => [key, header.options[key]])) as JsonObject;
  const pipeline = assemble(optionsFromJson(json, overrides), header.facts);
  const resumed = header.state as { pipeline: PipelineState } | undefined;
  return { pipeline, state: resumed === undefined ? pipeline.start() : pipeline.resume(resumed.pipeline) };
}
