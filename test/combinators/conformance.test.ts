import { assemble } from '../../src/assembly/assemble.js';
import * as combinators from '../../src/combinators/index.js';
import type { Policy } from '../../src/core/types.js';
import * as policies from '../../src/policies/index.js';
import { drawContext } from '../support/contexts.js';
import { drawing, greedy } from '../support/policies.js';
import { holdsPolicyLaws } from '../support/policy-laws.js';

type Combinator = (policy: Policy, options: object) => Policy;
const COMBINATORS = Object.entries(combinators) as unknown as [string, Combinator][];

/** Every combinator with safe defaults around one policy, the first outermost. */
const everyOne = (policy: Policy): Policy =>
  COMBINATORS.reduceRight<Policy>((inner, [, combine]) => combine(inner, {}), policy);

describe.each(COMBINATORS)('%s', (name, combine) => {
  test('goes by its name, keeps the policy in its description', () => {
    const { name: given, options } = combine(policies.fixed(64) as Policy, {});
    expect(given).toBe(name);
    expect(options).toMatchObject({ policy: { name: 'fixed', options: { batchSize: 64 } } });
  });

  test('passes start and draw through, within what it allows', () => {
    const wrapped = combine(drawing(16, 32) as Policy, {});
    expect(wrapped.start?.(drawContext())).toBe(16);
    expect(wrapped.draw?.size).toBe(32);
    expect(
      wrapped.draw?.target({ loss: 1, drift: 1, variance: 1, batchSize: 32, degreesOfFreedom: 20 }, drawContext()),
    ).toBe(32);
    expect(combine(greedy('last') as Policy, {}).draw).toBeUndefined();
  });

  test('changes nothing in the order of candidates', () => {
    let seen: readonly number[] = [];
    const spy: Policy = {
      ...(greedy('last') as Policy),
      update: (state, _estimates, { candidates }) => {
        seen = candidates;
        return { state, decision: { reason: 'looked' } };
      },
    };
    const pipeline = assemble({ policy: combine(spy, {}) }, { baseBatchSize: 16, baseLearningRate: 0.1 });
    pipeline.advance(pipeline.start(), {
      ...{ step: 1, epoch: 0, examplesSeen: 16, batchSize: 16, microBatches: 1 },
      ...{ learningRate: 0.1, baseLearningRate: 0.1, loss: 1, stepMs: 1 },
    });
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  describe.each(Object.entries(policies))('around %s', (_policy, create) => {
    holdsPolicyLaws(() => combine(create() as Policy, {}), 8);
  });
});

describe('all of them together', () => {
  describe.each(Object.entries(policies))('around %s', (_policy, create) => {
    holdsPolicyLaws(() => everyOne(create() as Policy), 12);
  });

  test('each has its say', () => {
    const { clamped, cooled, laddered, ramped, steadied } = combinators;
    const policy = clamped(cooled(laddered(ramped(steadied(greedy('last')))), { steps: 3 }), { max: 100 });
    const pipeline = assemble({ policy }, { baseBatchSize: 16, baseLearningRate: 0.1, datasetSize: 60_000 });
    let state = pipeline.start();
    const path = Array.from({ length: 12 }, (_, i) => {
      const { batchSize } = state.decision;
      ({ state } = pipeline.advance(state, {
        ...{ step: i + 1, epoch: 0, examplesSeen: 16 * (i + 1), batchSize, microBatches: 1 },
        ...{ learningRate: 0.1, baseLearningRate: 0.1, loss: 1, stepMs: 1 },
      }));
      return state.decision.batchSize;
    });
    expect(path).toEqual([16, 16, 32, 32, 32, 64, 64, 64, 64, 64, 64, 64]);
  });

  test('but nothing moves without evidence where that is asked for', () => {
    const { clamped, cooled, informed, laddered, ramped, steadied } = combinators;
    const policy = informed(clamped(cooled(laddered(ramped(steadied(greedy('last')))), { steps: 3 }), { max: 100 }));
    const pipeline = assemble({ policy }, { baseBatchSize: 16, baseLearningRate: 0.1, datasetSize: 60_000 });
    let state = pipeline.start();
    for (let step = 1; step < 12; step++) {
      ({ state } = pipeline.advance(state, {
        ...{ step, epoch: 0, examplesSeen: 16 * step, batchSize: state.decision.batchSize, microBatches: 1 },
        ...{ learningRate: 0.1, baseLearningRate: 0.1, loss: 1, stepMs: 1 },
      }));
      expect(state.decision.batchSize).toBe(16);
    }
    expect(state.decision.reason).toMatch(/^waits for evidence: no noise scale yet; then: /);
  });
});
