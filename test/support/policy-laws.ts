import fc from 'fast-check';
import { assemble } from '../../src/assembly/assemble.js';
import type { PipelineState } from '../../src/core/pipeline.js';
import type { Estimates, Json, Policy, PolicyContext, PolicyDecision, StepObservation } from '../../src/core/types.js';
import { type ContextChanges, drawContext, ESTIMATES, knownEstimates, policyContext } from './contexts.js';
import { deepFreeze, throughJson } from './json.js';
import { anyRun, gradientStatistics, observation, plainObservation } from './observations.js';
import {
  innermostName,
  NOISE_STATISTICS,
  type NoiseStatistic,
  noisier,
  READS_NOISE_IN,
  type Sight,
} from './policy-tables.js';

const FACTS = { baseBatchSize: 16, baseLearningRate: 0.01, datasetSize: 4000 };

type Call = { readonly state: Json; readonly estimates: Estimates; readonly context: PolicyContext };

/** Every call that a pipeline makes to the policy over a run. */
export function callsOver(build: () => Policy, run: readonly StepObservation[]): Call[] {
  const calls: Call[] = [];
  const policy = build();
  const recorder: Policy = {
    ...policy,
    update(state, estimates, context) {
      calls.push({ state, estimates, context });
      return policy.update(state, estimates, context);
    },
  };
  const pipeline = assemble({ policy: recorder }, FACTS);
  run.reduce<PipelineState>((state, seen) => pipeline.advance(state, seen).state, pipeline.start());
  return calls;
}

function expectPossible({ batchSize, reason }: PolicyDecision): void {
  expect(batchSize === undefined || (Number.isFinite(batchSize) && batchSize >= 1)).toBe(true);
  expect(reason).toMatch(/^[^\n]+$/);
  expect(reason).not.toMatch(/NaN|undefined/);
}

/** A full set of estimates, some of them taken away. */
export const someEstimates: fc.Arbitrary<Estimates> = fc
  .tuple(knownEstimates, fc.subarray(['loss', 'noise', 'walk', 'walkAtHand', 'time'] as const))
  .map(([known, missing]) => {
    const all: Estimates = { ...known, walkAtHand: { ...known.walk, loss: known.loss } };
    return Object.fromEntries(Object.entries(all).filter(([key]) => !missing.includes(key as never)));
  });

/** Measured steps after which a rule of small moves has asked for another size. */
const UPDATES = 8;

/** The size after measured steps with the same statistics at a size that stays, an epoch apart and far from the start, so that nothing rests. */
export function sizeAfter(policy: Policy, { estimates, gradient }: Sight, changes: ContextChanges = {}): number {
  let state = policy.init();
  let size = changes.batchSize ?? 16;
  for (let epoch = 1; epoch <= UPDATES; epoch++) {
    const seen = observation({ step: 1000 * epoch, epoch, examplesSeen: 16_000 * epoch, gradient });
    const context = policyContext({ estimates, observation: seen, ...changes });
    const answer = policy.update(state, estimates, context);
    state = answer.state;
    size = answer.decision.batchSize ?? context.batchSize;
  }
  return size;
}

/** The laws that every policy holds, wrapped or not; `runs` cases each, four times as many where one is a single call. */
export function holdsPolicyLaws(build: () => Policy, runs = 25): void {
  test('is pure: frozen input, the same twice', () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        for (const call of callsOver(build, deepFreeze(run))) {
          const { state, estimates, context } = deepFreeze(call);
          const policy = build();
          expect(policy.update(state, estimates, context)).toEqual(policy.update(state, estimates, context));
        }
      }),
      { numRuns: runs },
    );
  });

  test('goes on from JSON in the middle of a run with the same decisions', () => {
    fc.assert(
      fc.property(anyRun, fc.nat(60), (run, cut) => {
        const whole = assemble({ policy: build() }, FACTS);
        let state = whole.start();
        let resumed = state;
        run.forEach((seen, i) => {
          if (i === cut) resumed = throughJson(state);
          const next = whole.advance(state, seen);
          if (i >= cut) {
            const again = assemble({ policy: build() }, FACTS).advance(resumed, seen);
            expect(again.decision).toEqual(next.decision);
            resumed = throughJson(again.state);
          }
          state = next.state;
        });
      }),
      { numRuns: runs },
    );
  });

  test('asks for finite sizes >= 1 in any run: sizes forced from outside, short batches, |G|² <= 0, steps not measured', () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        for (const { state, estimates, context } of callsOver(build, run)) {
          expectPossible(build().update(state, estimates, context).decision);
        }
      }),
      { numRuns: runs },
    );
  });

  test('asks for finite sizes >= 1 whatever estimates are missing', () => {
    const sizes = fc.integer({ min: 1, max: 5000 });
    fc.assert(
      fc.property(someEstimates, sizes, fc.boolean(), (estimates, batchSize, isMeasured) => {
        const seen = isMeasured ? observation({ batchSize }) : plainObservation({ batchSize });
        const policy = build();
        const context = policyContext({ estimates, batchSize, observation: seen });
        expectPossible(policy.update(policy.init(), estimates, context).decision);
      }),
      { numRuns: 4 * runs },
    );
  });

  test('asks for finite sizes >= 1 where nothing is left of the noise or the step leads uphill', () => {
    const extremes: Estimates[] = [
      {},
      { ...ESTIMATES, loss: 0 },
      { ...ESTIMATES, loss: -1 },
      { ...ESTIMATES, walk: { drift: -1, variance: 30, batchSize: 16, degreesOfFreedom: 20 } },
      {
        ...ESTIMATES,
        walk: { drift: 0, variance: 0, batchSize: 16, degreesOfFreedom: 20 },
        walkAtHand: { ...ESTIMATES.walk, drift: 0, variance: 0, loss: 0 },
      },
      { ...ESTIMATES, noise: { ...ESTIMATES.noise, squaredGradientNorm: -3, noiseScale: 1e12 } },
      { ...ESTIMATES, noise: { ...ESTIMATES.noise, squaredGradientNorm: 0, noiseScale: 1e-9, isLowerBound: true } },
      { ...ESTIMATES, walkAtHand: { loss: -1, drift: -1, variance: 1e9, batchSize: 16, degreesOfFreedom: 20 } },
      { ...ESTIMATES, time: { fixedMs: 0, perExampleMs: 0, perMicroBatchMs: 0 } },
    ];
    for (const estimates of extremes) {
      for (const gradient of [gradientStatistics(), gradientStatistics({ squaredNormOfMean: 0, meanProjection: -1 })]) {
        const policy = build();
        const context = policyContext({ estimates, observation: observation({ gradient }) });
        expectPossible(policy.update(policy.init(), estimates, context).decision);
      }
    }
  });

  test('starts and draws with finite sizes >= 1', () => {
    const policy = build();
    const start = policy.start?.(drawContext()) ?? 16;
    expect(Number.isFinite(start) && start >= 1).toBe(true);
    if (policy.draw === undefined) return;
    const { size, target } = policy.draw;
    expect(Number.isInteger(size) && size >= 1).toBe(true);
    fc.assert(
      fc.property(knownEstimates, fc.boolean(), ({ walk, loss }, isUphill) => {
        const asked = target({ ...walk, loss, drift: isUphill ? -walk.drift : walk.drift }, drawContext());
        expect(Number.isFinite(asked) && asked >= 1).toBe(true);
      }),
      { numRuns: 4 * runs },
    );
  });

  test('more noise never means a smaller batch, at the same rate for all sizes', () => {
    const noise = READS_NOISE_IN[innermostName(build())] ?? NOISE_STATISTICS;
    const factors = fc.double({ min: 1, max: 50, noNaN: true });
    fc.assert(
      fc.property(knownEstimates, fc.constantFrom(16, 64, 256, 1024), factors, (known, batchSize, factor) => {
        const after = (statistics: readonly NoiseStatistic[], by: number): number =>
          sizeAfter(build(), noisier(known, statistics, by), { batchSize });
        const before = after([], 1);
        for (const statistics of [noise, NOISE_STATISTICS])
          expect(after(statistics, factor)).toBeGreaterThanOrEqual(before);
      }),
      { numRuns: 4 * runs },
    );
  });

  test('its description is JSON', () => {
    const { name, options = {} } = build();
    expect(throughJson({ name, options })).toEqual({ name, options });
  });
}
