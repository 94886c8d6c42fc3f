import { map, type OperatorFunction, pipe, scan } from 'rxjs';
import { assemble } from '../assembly/assemble.js';
import { checkDecisionOptions, type DecisionOptions } from '../assembly/options.js';
import type { PipelineState } from '../core/pipeline.js';
import type { Decision, RunFacts, StepObservation } from '../core/types.js';

/**
 * An rxjs operator: observations in, decisions out, by the same pure step as the live controller.
 *
 * Each subscription starts fresh. Errors of a policy hold the decision before it, as in training.
 * @throws RangeError if an option or a fact lies outside its range
 * @example observations$.pipe(decide({ policy: gaussianWalk() }, { baseBatchSize: 16, baseLearningRate: 0.01 }))
 */
export function decide(options: DecisionOptions, facts: RunFacts): OperatorFunction<StepObservation, Decision> {
  checkDecisionOptions('decide', options);
  const pipeline = assemble(options, facts);
  return pipe(
    scan(
      (state: PipelineState, observation: StepObservation) => pipeline.advance(state, observation).state,
      pipeline.start(),
    ),
    map(({ decision }) => decision),
  );
}
