import type { Estimates, Json, Policy, PolicyDecision, StepObservation } from '../../src/core/types.js';
import { type ContextChanges, policyContext } from './contexts.js';
import { throughJson } from './json.js';
import { plainObservation } from './observations.js';

/** Asks for these sizes, one a step; where a step has none, holds. */
export function scripted(sizes: readonly (number | undefined)[]): Policy<number> {
  return {
    name: 'scripted',
    init: () => 0,
    update(state) {
      const batchSize = sizes[state];
      const decision: PolicyDecision = { ...(batchSize !== undefined && { batchSize }), reason: `script ${state}` };
      return { state: state + 1, decision };
    },
  };
}

/** Always answers the same, whatever it is; for sizes that no sound policy asks for. */
export const asking = (batchSize: unknown): Policy<null> => ({
  name: 'asking',
  init: () => null,
  update: (state) => ({ state, decision: { batchSize: batchSize as number, reason: 'asked' } }),
});

/** Asks for the largest, or smallest, candidate that it is offered. */
export const greedy = (end: 'first' | 'last'): Policy<null> => ({
  name: 'greedy',
  init: () => null,
  update: (state, _estimates, { candidates }) => ({
    state,
    decision: { batchSize: candidates.at(end === 'first' ? 0 : -1) as number, reason: `the ${end}` },
  }),
});

/** Starts at a size and draws up to a size. */
export const drawing = (start: number, target: number): Policy<null> => ({
  ...asking(undefined),
  start: () => start,
  draw: { size: 32, target: () => target },
});

/** Answers with these decisions, one a step, the last one for ever. */
export const answering = (...decisions: readonly Partial<PolicyDecision>[]): Policy<number> => ({
  name: 'answering',
  init: () => 0,
  update: (step) => ({
    state: step + 1,
    decision: { reason: `answer ${step}`, ...(decisions[step] ?? decisions.at(-1)) },
  }),
});

/** What a step of {@link obeying} shows; `forced` is applied whatever was decided. */
export interface ShownStep {
  readonly seen?: number;
  readonly estimates?: Estimates;
  readonly shows?: Partial<StepObservation>;
  readonly forced?: number;
}

/** The decisions of a policy in a loop that obeys it, through JSON at each step. */
export function obeying<State extends Json>(
  policy: Policy<State>,
  steps: readonly ShownStep[],
  changes: ContextChanges = {},
): { readonly decisions: readonly PolicyDecision[]; readonly sizes: readonly number[]; readonly state: State } {
  let state = policy.init();
  let batchSize = changes.batchSize ?? 16;
  let examplesSeen = 0;
  const sizes: number[] = [];
  const decisions = steps.map(({ seen, estimates = {}, shows = {}, forced }, i) => {
    batchSize = forced ?? batchSize;
    examplesSeen = seen ?? examplesSeen + batchSize;
    const observation = plainObservation({ step: i + 1, batchSize, examplesSeen, ...shows });
    const answer = policy.update(throughJson(state), estimates, policyContext({ ...changes, batchSize, observation }));
    state = answer.state;
    batchSize = answer.decision.batchSize ?? batchSize;
    sizes.push(batchSize);
    return answer.decision;
  });
  return { decisions, sizes, state };
}
