import { assemble } from '../../src/assembly/assemble.js';
import { needsOf } from '../../src/assembly/needs.js';
import * as combinators from '../../src/combinators/index.js';
import type { Policy, Signal } from '../../src/core/types.js';
import * as policies from '../../src/policies/index.js';
import { drawContext } from '../support/contexts.js';
import { plainObservation } from '../support/observations.js';
import { drawing, greedy } from '../support/policies.js';
import { holdsPolicyLaws } from '../support/policy-laws.js';

type Combinator = (inner: Policy | readonly Policy[], options: object) => Policy;
const COMBINATORS = Object.entries(combinators) as unknown as [string, Combinator][];

/** Combinators of several policies, with one to stand beside another and leave it its say. */
const BESIDE: Readonly<Record<string, Policy>> = {
  followed: policies.fixed(24) as Policy,
  maxOf: policies.fixed(8) as Policy,
  minOf: policies.fixed(512) as Policy,
};
const OF_SEVERAL = Object.keys(BESIDE);
/** Options of combinators that cannot do without. */
const NEEDED: Readonly<Record<string, object>> = { followed: { afterExamples: 600 } };
/** Policies that differ in kind: without statistics, smoothed statistics, the batch at hand drawn as it goes. Each combinator is put around these. */
const KINDS = ['fixed', 'gaussianWalk', 'gaussianWalkWithRebound'] as const;
/**
 * Combinators that shrink a batch for reasons other than less noise: once they act, more noise can mean a smaller batch. Unacting they hold the law below;
 * what they act on is tested in their own tests.
 */
const OTHER_SIGNALS: Readonly<Record<string, string>> = {
  followed: 'the second policy takes over where the training has come to a point, whatever the noise',
  generalizationGuard: 'the validation loss parted from the training loss',
  noiseKept: 'the loss is flat and the gradient small: noise is what is wanted',
  warmedUp: 'the base size is held at the beginning',
};

/** The combinator around the policy; one of several, around it and the other. */
function around(name: string, combine: Combinator, policy: Policy, other: Policy = policy): Policy {
  return combine(OF_SEVERAL.includes(name) ? [policy, other] : policy, NEEDED[name] ?? {});
}

/** Every combinator around one policy, the first outermost. */
const everyOne = (policy: Policy): Policy =>
  COMBINATORS.reduceRight<Policy>((inner, [name, combine]) => around(name, combine, inner, BESIDE[name]), policy);

/** Asks for these sizes one after another, and in the first step only for a factor on the rate. */
const scalingOnce = (scale: number, sizes: readonly number[]): Policy<number> => ({
  name: 'scalingOnce',
  needs: [],
  init: () => 0,
  update: (step) => ({
    state: step + 1,
    decision: {
      ...(sizes[step] !== undefined && { batchSize: sizes[step] }),
      ...(step === 0 && { learningRateScale: scale }),
      reason: 'once',
    },
  }),
});

/** The factor on the rate after each step of a training that obeys. */
function scalesOver(policy: Policy, steps: number): number[] {
  const pipeline = assemble(
    { policy, minBatchSize: 4, maxBatchSize: 256 },
    { baseBatchSize: 16, baseLearningRate: 0.1 },
  );
  let state = pipeline.start();
  return Array.from({ length: steps }, (_, i) => {
    const { batchSize } = state.decision;
    ({ state } = pipeline.advance(
      state,
      plainObservation({ step: i + 1, examplesSeen: 16 * (i + 1), batchSize, baseLearningRate: 0.1, epoch: 3 }),
    ));
    return state.scale;
  });
}

test('the tables name combinators that there are', () => {
  const names = COMBINATORS.map(([name]) => name);
  expect(names).toEqual(expect.arrayContaining([...OF_SEVERAL, ...Object.keys(NEEDED), ...Object.keys(OTHER_SIGNALS)]));
  expect(Object.keys(policies)).toEqual(expect.arrayContaining([...KINDS]));
});

describe.each(COMBINATORS)('%s', (name, combine) => {
  test('goes by its name, keeps the policy in its description', () => {
    const { name: given, options } = around(name, combine, policies.fixed(64) as Policy);
    const inner = { name: 'fixed', options: { batchSize: 64 } };
    expect(given).toBe(name);
    expect(options).toMatchObject(OF_SEVERAL.includes(name) ? { policies: [inner, inner] } : { policy: inner });
  });

  test('passes start and draw through, within what it allows', () => {
    const wrapped = around(name, combine, drawing(16, 32) as Policy);
    expect(wrapped.start?.(drawContext())).toBe(16);
    expect(around(name, combine, greedy('last') as Policy).draw).toBeUndefined();
    // Who will be in charge cannot be told while a batch is drawn.
    if (name === 'followed') {
      expect(wrapped.draw).toBeUndefined();
      return;
    }
    expect(wrapped.draw?.size).toBe(32);
    expect(
      wrapped.draw?.target({ loss: 1, drift: 1, variance: 1, batchSize: 32, degreesOfFreedom: 20 }, drawContext()),
    ).toBe(32);
  });

  test('takes nothing but policies', () => {
    for (const wrong of [policies.fixed, undefined, { name: 'fixed' }] as unknown as Policy[]) {
      expect(() => around(name, combine, wrong)).toThrow(RangeError);
      expect(() => around(name, combine, wrong)).toThrow('a combinator must be given a policy; got ');
    }
    const [wrongly, many] = OF_SEVERAL.includes(name)
      ? [policies.fixed(1), 'policies must be a list of ']
      : [[policies.fixed(1)], 'a combinator must be given a policy; got a list of 1'];
    expect(() => combine(wrongly as Policy, NEEDED[name] ?? {})).toThrow(many);
  });

  test('needs what is in it', () => {
    const own = name === 'informed' ? ['gradient'] : [];
    const needing = (needs: readonly Signal[]): Policy => ({ ...(greedy('last') as Policy), needs });
    expect(needsOf(around(name, combine, needing([])))).toEqual(own);
    const loss = around(name, combine, needing(['loss']), needing(['time', 'loss']));
    expect(needsOf(loss)).toEqual(OF_SEVERAL.includes(name) ? ['loss', 'time'] : ['loss', ...own]);
    expect(needsOf(around(name, combine, greedy('last') as Policy))).toEqual(['gradient']);
  });

  test('a factor on the rate passes, said once, with a decision that is held or changed too', () => {
    for (const sizes of [[], [16], [64, 16, 128], [100, 5, 77], [256, 4, 256]]) {
      const scales = scalesOver(around(name, combine, scalingOnce(0.5, sizes) as Policy), 6);
      expect(scales).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
    }
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
    const pipeline = assemble({ policy: around(name, combine, spy) }, { baseBatchSize: 16, baseLearningRate: 0.1 });
    pipeline.advance(pipeline.start(), {
      ...{ step: 1, epoch: 0, examplesSeen: 16, batchSize: 16, microBatches: 1 },
      ...{ learningRate: 0.1, baseLearningRate: 0.1, loss: 1, stepMs: 1 },
    });
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  describe.each(KINDS)('around %s', (kind) => {
    const create = Object.entries(policies).find(([policy]) => policy === kind)?.[1] as () => unknown;
    holdsPolicyLaws(() => around(name, combine, create() as Policy, BESIDE[name]), 5);
  });
});

describe('all of them together', () => {
  describe.each(Object.entries(policies))('around %s', (_policy, create) => {
    holdsPolicyLaws(() => everyOne(create() as Policy), 4);
  });

  test('a factor on the rate passes all of them', () => {
    expect(scalesOver(everyOne(scalingOnce(0.25, [64, 16, 32]) as Policy), 4)).toEqual([0.25, 0.25, 0.25, 0.25]);
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
