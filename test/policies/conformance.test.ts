import fc from 'fast-check';
import type { Policy } from '../../src/core/types.js';
import * as policies from '../../src/policies/index.js';
import { knownEstimates, policyContext } from '../support/contexts.js';
import { holdsPolicyLaws } from '../support/policy-laws.js';

describe.each(Object.entries(policies))('%s', (name, create) => {
  const build = (): Policy => create() as Policy;

  test('has a safe default for every option and goes by its name', () => {
    expect(build().name).toBe(name);
  });

  holdsPolicyLaws(build);

  test('asks for a candidate, or for a whole number of examples', () => {
    fc.assert(
      fc.property(knownEstimates, (known) => {
        const estimates = { ...known, walkAtHand: { ...known.walk, loss: known.loss } };
        const context = policyContext({ estimates, candidates: [16, 24, 40] });
        const policy = build();
        const asked = policy.update(policy.init(), estimates, context).decision.batchSize ?? 24;
        expect(context.candidates.includes(asked) || Number.isInteger(asked)).toBe(true);
      }),
    );
  });
});
