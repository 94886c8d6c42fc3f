import fc from 'fast-check';
import { assemble, describeOptions } from '../../src/assembly/assemble.js';
import { pipelineFromHeader } from '../../src/assembly/from-header.js';
import type { DecisionOptions } from '../../src/assembly/options.js';
import { type Description, learningRateFrom, policyFrom, scheduleFrom } from '../../src/assembly/registry.js';
import * as combinators from '../../src/combinators/index.js';
import { describePolicy } from '../../src/combinators/restricted.js';
import type { Policy, RunFacts } from '../../src/core/types.js';
import * as learningRates from '../../src/learning-rates/index.js';
import * as policies from '../../src/policies/index.js';
import { formatHeader, type RunLogHeader } from '../../src/run-log/format.js';
import { type LoggedRun, readRunLog } from '../../src/run-log/read.js';
import * as schedules from '../../src/schedules/index.js';
import { anyFacts, decisionsOf, FACTS, scripted, training } from '../controller/support.js';
import { logarithmic } from '../support/arbitraries.js';
import { RUN_FACTS } from '../support/contexts.js';
import { throughJson } from '../support/json.js';
import { anyRun, observation } from '../support/observations.js';
import { anyLeaf, anyOptions, anyPolicy, anyRule, anySchedule, anyWrap } from './support.js';

const rebuilt = (policy: Policy): Policy => policyFrom(throughJson(describePolicy(policy)) as unknown as Description);

/** The header as it is read back from the text of a log. */
function headerOf(options: DecisionOptions, facts: RunFacts): RunLogHeader {
  const text = formatHeader({ facts, options: describeOptions(options, facts), about: {} });
  return (readRunLog(text).runs[0] as LoggedRun).header;
}

test('the generators know every policy, combinator, rule and schedule', () => {
  expect(Object.keys(anyLeaf).sort()).toEqual(Object.keys(policies).sort());
  expect(Object.keys(anyWrap).sort()).toEqual(Object.keys(combinators).sort());
  expect(Object.keys(anyRule).sort()).toEqual(Object.keys(learningRates).sort());
  expect(Object.keys(anySchedule).sort()).toEqual(Object.keys(schedules).sort());
});

describe('rebuilt from its description', () => {
  test('every policy, wrapped in any combinators, decides, starts and draws the same', () => {
    fc.assert(
      fc.property(anyPolicy, anyFacts, anyRun, (policy, facts, run) => {
        expect(describePolicy(rebuilt(policy))).toEqual(describePolicy(policy));
        const [one, other] = [assemble({ policy }, facts), assemble({ policy: rebuilt(policy) }, facts)];
        expect(other.start()).toEqual(one.start());
        expect(decisionsOf(other, run)).toEqual(decisionsOf(one, run));
        expect(other.drawSize).toBe(one.drawSize);
        expect(other.drawTarget(other.start(), observation())).toBe(one.drawTarget(one.start(), observation()));
      }),
      { numRuns: 100 },
    );
  });

  test('every rule gives the same factors', () => {
    const size = fc.integer({ min: 1, max: 4096 });
    fc.assert(
      fc.property(fc.oneof(...Object.values(anyRule)), size, size, logarithmic(1e-3, 1e6), (rule, at, base, scale) => {
        const copy = learningRateFrom(throughJson({ name: rule.name, options: rule.options ?? {} }));
        const noise = {
          traceOfCovariance: 1,
          squaredGradientNorm: 1,
          noiseScale: scale,
          standardError: 1,
          degreesOfFreedom: 9,
          measurements: 9,
        };
        expect(copy.name).toBe(rule.name);
        expect(copy.factor(at, base, { noise }, RUN_FACTS)).toBe(rule.factor(at, base, { noise }, RUN_FACTS));
      }),
    );
  });

  test('every schedule gives the same factors', () => {
    const clock = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(...Object.values(anySchedule)), clock, clock, (schedule, examples, gainedExamples) => {
        const copy = scheduleFrom(throughJson({ name: schedule.name, options: schedule.options ?? {} }));
        const progress = { examples, gainedExamples };
        expect(copy.name).toBe(schedule.name);
        expect(copy.options).toEqual(schedule.options);
        expect(copy.factor(progress, RUN_FACTS)).toBe(schedule.factor(progress, RUN_FACTS));
      }),
    );
  });
});

describe.each(['unheardOf', 'constructor', '__proto__', 'toString', 'hasOwnProperty', 'default', ''])(
  "the name '%s'",
  (name) => {
    test.each<[string, () => unknown]>([
      ['policy', () => policyFrom({ name, options: {} })],
      ['combinator', () => policyFrom({ name, options: { policy: { name: 'fixed', options: {} } } })],
      ['learning-rate rule', () => learningRateFrom({ name, options: {} })],
      ['schedule', () => scheduleFrom({ name, options: {} })],
      ['policy', () => policyFrom({ name: 'cooled', options: { policy: { name, options: {} } } })],
    ])('is no %s', (kind, build) => {
      expect(build).toThrow(RangeError);
      expect(build).toThrow(`there is no ${kind} '${name}'; there are `);
    });
  },
);

describe('the pipeline of a header', () => {
  test('starts and decides as the one it was written of', () => {
    fc.assert(
      fc.property(anyOptions, anyFacts, anyRun, (options, facts, run) => {
        const live = assemble(options, facts);
        const { pipeline, state } = pipelineFromHeader(headerOf(options, facts));
        expect(state).toEqual(live.start());
        expect(decisionsOf(pipeline, run, state)).toEqual(decisionsOf(live, run));
        expect(pipeline.facts).toEqual(facts);
      }),
      { numRuns: 150 },
    );
  });

  test('needs a policy or rule of one’s own passed, wrapped as it was', () => {
    const own = scripted([64, 32, 9], { secret: 1 });
    const learningRate = { name: 'halved', factor: (size: number, base: number) => (size === base ? 1 : 0.5) };
    const run = [1, 2, 3].map((step) => observation({ step }));
    for (const policy of [own, combinators.clamped(own, { max: 40 })]) {
      const options = { policy, learningRate };
      const header = headerOf(options, FACTS);
      const { pipeline, state } = pipelineFromHeader(header, options);
      const decisions = decisionsOf(pipeline, run, state);
      expect(decisions).toEqual(decisionsOf(assemble(options, FACTS), run));
      expect(decisions.map(({ batchSize }) => batchSize)).toEqual([policy === own ? 64 : 40, 32, 9]);
      expect(() => pipelineFromHeader(header)).toThrow("there is no policy 'scripted'");
      expect(() => pipelineFromHeader(header, { policy })).toThrow("there is no learning-rate rule 'halved'");
    }
  });
});

test('whatever the policy asks for, the decision lies within the bounds and is a multiple of the quantum', () => {
  const asked = fc.oneof(fc.integer({ min: -10, max: 20_000 }), fc.double({ min: 0, max: 5000, noNaN: true }));
  fc.assert(
    fc.property(anyOptions, anyFacts, fc.array(asked, { maxLength: 10 }), (options, facts, sizes) => {
      const pipeline = assemble({ ...options, policy: scripted(sizes) }, facts);
      const { batchQuantum = 1, datasetSize = Infinity } = facts;
      const most = Math.min(options.maxBatchSize ?? Infinity, datasetSize);
      const least = options.minBatchSize ?? 1;
      const isPossible = Math.ceil(least / batchQuantum) * batchQuantum <= most;
      let state = pipeline.start();
      for (const _size of [null, ...sizes]) {
        const { batchSize } = state.decision;
        expect(Number.isSafeInteger(batchSize / batchQuantum)).toBe(true);
        expect(batchSize).toBeGreaterThanOrEqual(isPossible ? least : batchQuantum);
        expect(batchSize).toBeLessThanOrEqual(Math.max(batchQuantum, most));
        ({ state } = pipeline.advance(state, observation({ batchSize })));
      }
    }),
    { numRuns: 200 },
  );
});

test('no candidate is over 64 times the base or under eight updates an epoch, unless asked for', () => {
  fc.assert(
    fc.property(anyOptions, anyFacts, ({ minBatchSize: _min, maxBatchSize: _max, ...options }, facts) => {
      let sizes: readonly number[] = [];
      const recording: Policy = {
        ...scripted([]),
        start({ candidates, baseBatchSize }) {
          sizes = candidates;
          return baseBatchSize;
        },
      };
      assemble({ ...options, policy: recording }, facts).start();
      const { baseBatchSize, datasetSize = Infinity, batchQuantum = 1 } = facts;
      const usual = Math.max(baseBatchSize, Math.min(64 * baseBatchSize, datasetSize / 8));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(Math.max(batchQuantum, usual));
    }),
    { numRuns: 300 },
  );
});

describe('where the loop can only accumulate', () => {
  const facts = { ...FACTS, batchQuantum: 16, maxMicroBatchSize: 16 };

  test('every policy without a size of its own starts with two batches, which can be measured', () => {
    const { clamped, cooled, informed, laddered, ramped, steadied } = combinators;
    const walk = policies.gaussianWalk() as Policy;
    const wrapped = [
      walk,
      clamped(walk, {}),
      cooled(walk),
      informed(walk),
      laddered(walk),
      ramped(walk),
      steadied(walk, { factor: 4 }),
    ];
    for (const policy of wrapped)
      expect(assemble({ policy } as DecisionOptions, facts).start().decision.batchSize).toBe(32);
    expect(assemble({}, facts).start().decision.batchSize).toBe(32);
    expect(assemble({ policy: policies.fixed() }, facts).start().decision.batchSize).toBe(16);
  });
});

test('by default, over a training that gains from it, the batch grows in steps of two, ten updates apart', () => {
  const pipeline = assemble({}, FACTS);
  const next = training();
  let state = pipeline.start();
  const sizes = Array.from({ length: 300 }, () => {
    ({ state } = pipeline.advance(state, next(state.decision)));
    return state.decision.batchSize;
  });
  expect(sizes.at(-1)).toBeGreaterThanOrEqual(128);
  const moves = sizes.flatMap((size, i) => (i > 0 && size !== sizes[i - 1] ? [i] : []));
  expect(moves.every((i) => (sizes[i] as number) <= 2 * (sizes[i - 1] as number))).toBe(true);
  expect(moves.every((i, at) => at === 0 || i - (moves[at - 1] as number) >= 10)).toBe(true);
});

test('a rule leads the rate within its bounds; the rate of the user is never bounded', () => {
  const learningRate = { name: 'tenfold', factor: (size: number) => (size === 16 ? 1 : size / 1.6) };
  const bounds = { minLearningRate: 0.2, maxLearningRate: 0.5 };
  const pipeline = assemble({ policy: scripted([1, 160, 16]), learningRate, ...bounds }, FACTS);
  let state = pipeline.start();
  const rates = [1, 2, 3].map((step) => {
    ({ state } = pipeline.advance(state, observation({ step, baseLearningRate: 0.1 })));
    return state.decision.learningRate;
  });
  expect(pipeline.start().decision.learningRate).toBe(0.1);
  expect(rates).toEqual([0.2, 0.5, 0.1]);
});
