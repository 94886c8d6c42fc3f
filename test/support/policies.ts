import type { Policy, PolicyDecision } from '../../src/core/types.js';

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
