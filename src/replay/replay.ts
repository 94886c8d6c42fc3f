import { defer, isObservable, map, type Observable } from 'rxjs';
import { assemble } from '../assembly/assemble.js';
import { pipelineFromHeader } from '../assembly/from-header.js';
import { checkDecisionOptions, type DecisionOptions } from '../assembly/options.js';
import type { Pipeline, PipelineState } from '../core/pipeline.js';
import type { Decision, RunFacts, StepObservation } from '../core/types.js';
import type { RunLogHeader } from '../run-log/format.js';

/** What decides: options of one's own on the facts of a run, or what a run log's header says. */
export type ReplayOptions =
  | (DecisionOptions & { readonly facts: RunFacts })
  | (Pick<DecisionOptions, 'policy' | 'learningRate' | 'schedule'> & { readonly header: RunLogHeader });

/** @throws RangeError if an option or fact lies outside its range */
function pipelineOf(options: ReplayOptions): { pipeline: Pipeline; state: PipelineState } {
  if ('header' in options) return pipelineFromHeader(options.header, options);
  const { facts, ...decision } = options;
  checkDecisionOptions('replay', decision);
  const pipeline = assemble(decision, facts);
  return { pipeline, state: pipeline.start() };
}

type Step = (observation: StepObservation) => Decision;

function stepper({ pipeline, state: start }: { pipeline: Pipeline; state: PipelineState }): Step {
  let state = start;
  return (observation) => {
    ({ state } = pipeline.advance(state, observation));
    return state.decision;
  };
}

function* eachOf(observations: Iterable<StepObservation>, step: Step): Generator<Decision, void, undefined> {
  for (const observation of observations) yield step(observation);
}

async function* eachAsync(
  observations: AsyncIterable<StepObservation>,
  step: Step,
): AsyncGenerator<Decision, void, undefined> {
  for await (const observation of observations) yield step(observation);
}

/**
 * The decisions that a policy makes on a record, by the pure step of the live controller: a decision for each observation, in the kind of
 * thing that the observations came in. They are what the policy decides on that record, not what the run would have become.
 *
 * An array is replayed at once; an iterable, async iterable or Observable as it is read, each subscription from the start. What a policy
 * throws holds the decision before it, as in training.
 * @throws RangeError if an option or fact lies outside its range
 * @example replay(observations, { facts: { baseBatchSize: 16, baseLearningRate: 0.1 }, policy: gaussianWalk() })
 */
export function replay(observations: readonly StepObservation[], options: ReplayOptions): Decision[];
export function replay(
  observations: Iterable<StepObservation>,
  options: ReplayOptions,
): Generator<Decision, void, undefined>;
export function replay(
  observations: AsyncIterable<StepObservation>,
  options: ReplayOptions,
): AsyncGenerator<Decision, void, undefined>;
export function replay(observations: Observable<StepObservation>, options: ReplayOptions): Observable<Decision>;
export function replay(
  observations:
    | readonly StepObservation[]
    | Iterable<StepObservation>
    | AsyncIterable<StepObservation>
    | Observable<StepObservation>,
  options: ReplayOptions,
) {
  const begin = pipelineOf(options);
  if (Array.isArray(observations)) return (observations as readonly StepObservation[]).map(stepper(begin));
  if (isObservable(observations)) return defer(() => observations.pipe(map(stepper(begin))));
  if (Symbol.asyncIterator in observations) return eachAsync(observations, stepper(begin));
  return eachOf(observations as Iterable<StepObservation>, stepper(begin));
}
