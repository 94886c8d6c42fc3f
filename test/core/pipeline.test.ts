import fc from 'fast-check';
import { assemble } from '../../src/assembly/assemble.js';
import type { DecisionOptions } from '../../src/assembly/options.js';
import { ramped } from '../../src/combinators/index.js';
import type { Pipeline, PipelineState } from '../../src/core/pipeline.js';
import type {
  Decision,
  LearningRateRule,
  Policy,
  PolicyContext,
  RunFacts,
  StepObservation,
} from '../../src/core/types.js';
import { adaScale, linear, none } from '../../src/learning-rates/index.js';
import { fixed, gaussianWalk, gaussianWalkWithRebound } from '../../src/policies/index.js';
import { RUN_FACTS } from '../support/contexts.js';
import { deepFreeze, notFinitePaths, throughJson } from '../support/json.js';
import { anyRun, gradientStatistics, observation, plainObservation } from '../support/observations.js';
import { asking, drawing, scripted } from '../support/policies.js';
import { SIMULATED_FACTS, simulatedTraining } from '../support/simulated-training.js';

const FACTS: RunFacts = { baseBatchSize: 16, baseLearningRate: 0.01 };
const RATES = { learningRate: none() };

function advanceOnce(options: DecisionOptions, seen = observation(), facts = FACTS) {
  const pipeline = assemble(options, facts);
  return pipeline.advance(pipeline.start(), seen);
}

/** The state after a simulated training of so many steps, each obeying the decision before it. */
function train(
  pipeline: Pipeline,
  steps: number,
  from = pipeline.start(),
  training = simulatedTraining(),
): PipelineState {
  let state = from;
  for (let i = 0; i < steps; i++) ({ state } = pipeline.advance(state, training(state.decision)));
  return state;
}

const answering = (answer: unknown): Policy => ({
  name: 'answering',
  init: () => null,
  update: () => answer as never,
});
const throwing = (thrown: unknown): Policy => ({
  name: 'throwing',
  init: () => null,
  update: () => {
    throw thrown;
  },
});

describe('bounds hold whatever a policy says', () => {
  const BOUNDS = { ...RATES, minBatchSize: 8, maxBatchSize: 100 };

  test.each([
    [0, 8],
    [-5, 8],
    [Number.NEGATIVE_INFINITY, 8],
    [3.7, 8],
    [33.4, 33],
    [1e9, 100],
    [Number.POSITIVE_INFINITY, 100],
  ])('asked for %d it gives %d and says so', (asked, given) => {
    const { decision, error } = advanceOnce({ ...BOUNDS, policy: asking(asked) });
    expect(decision).toMatchObject({ step: 1, batchSize: given, reason: `asked (asked for ${asked})` });
    expect(error).toBeUndefined();
  });

  test.each([[Number.NaN], ['64'], [true], [{}]])('asked for %p it holds and reports', (asked) => {
    const { decision, error } = advanceOnce({ ...BOUNDS, policy: asking(asked) });
    expect(error).toBeInstanceOf(RangeError);
    expect(error?.message).toBe(`policy 'asking': batchSize must be a number; got ${asked}`);
    expect(decision).toMatchObject({ step: 1, batchSize: 16, learningRate: 0.01, reason: `held: ${error?.message}` });
  });

  test('asked for infinitely many where nothing bounds it, it holds and reports', () => {
    const { decision, error } = advanceOnce({ ...RATES, policy: asking(Number.POSITIVE_INFINITY) });
    expect(error?.message).toBe("policy 'asking': batchSize must be finite where nothing bounds it; got Infinity");
    expect(decision.batchSize).toBe(16);
  });

  test.each([[undefined], [null], [42], [{}], [{ state: null }]])('answered %p it holds and reports', (answer) => {
    const { decision, error, state } = advanceOnce({ ...BOUNDS, policy: answering(answer) });
    expect(error).toBeInstanceOf(Error);
    expect(decision).toMatchObject({ batchSize: 16, learningRate: 0.01 });
    expect(state.policy).toBeNull();
  });

  test('a policy that throws is reported, its state and the decision before it stand, the estimates go on', () => {
    const { decision, error, estimates } = advanceOnce({ ...BOUNDS, policy: throwing(new TypeError('broken')) });
    expect(error).toEqual(new TypeError('broken'));
    expect(decision).toMatchObject({ step: 1, batchSize: 16, reason: 'held: broken' });
    expect(estimates.loss).toBe(2.3);
    expect(advanceOnce({ ...BOUNDS, policy: throwing('a word') }).error).toEqual(new Error('a word'));
  });

  test('in any run, with any bounds and any quantum', () => {
    const asks = fc.array(fc.oneof(fc.double(), fc.integer({ min: -10, max: 3000 })), {
      minLength: 20,
      size: 'max',
      maxLength: 60,
    });
    const bounds = fc.record({
      minBatchSize: fc.integer({ min: 1, max: 300 }),
      range: fc.integer({ min: 0, max: 1000 }),
      batchQuantum: fc.constantFrom(1, 16, 48),
      datasetSize: fc.option(fc.integer({ min: 400, max: 5000 }), { nil: undefined }),
      minLearningRate: fc.constantFrom(0, 0.005),
      maxLearningRate: fc.constantFrom(0.011, 0.5),
    });
    fc.assert(
      fc.property(anyRun, asks, bounds, (run, asked, { range, batchQuantum, datasetSize, ...limits }) => {
        const maxBatchSize = limits.minBatchSize + range;
        const options = { ...limits, maxBatchSize, policy: scripted(asked), learningRate: linear() };
        const facts = { baseBatchSize: batchQuantum, baseLearningRate: 0.01, batchQuantum };
        const pipeline = assemble(options, { ...facts, ...(datasetSize !== undefined && { datasetSize }) });
        const most =
          Math.max(1, Math.floor(Math.min(maxBatchSize, datasetSize ?? Infinity) / batchQuantum)) * batchQuantum;
        const least = Math.min(Math.ceil(limits.minBatchSize / batchQuantum) * batchQuantum, most);
        let state = pipeline.start();
        for (const seen of run) {
          ({ state } = pipeline.advance(state, seen));
          const { batchSize, learningRate, learningRateFactor } = state.decision;
          expect(batchSize % batchQuantum).toBe(0);
          expect(batchSize).toBeGreaterThanOrEqual(least);
          expect(batchSize).toBeLessThanOrEqual(most);
          if (learningRateFactor === 1) continue;
          expect(learningRate).toBeGreaterThanOrEqual(limits.minLearningRate);
          expect(learningRate).toBeLessThanOrEqual(limits.maxLearningRate);
        }
      }),
    );
  });
});

describe('numbers that are not finite', () => {
  const { gradient: _measured, ...plain } = observation();
  const BROKEN = [
    ['loss', { ...plain, loss: Number.NaN }],
    ['loss', observation({ loss: Number.POSITIVE_INFINITY })],
    ['baseLearningRate', observation({ baseLearningRate: Number.NaN })],
    ['squaredNormOfMean', observation({ gradient: gradientStatistics({ squaredNormOfMean: Number.NaN }) })],
    ['degreesOfFreedom', observation({ gradient: gradientStatistics({ degreesOfFreedom: Infinity }) })],
    ['projectionDeviations', observation({ gradient: gradientStatistics({ projectionDeviations: Infinity }) })],
    ['weightProjection', observation({ gradient: gradientStatistics({ weightProjection: Number.NaN }) })],
    ['squaredNormOfStep', observation({ gradient: gradientStatistics({ squaredNormOfStep: Infinity }) })],
  ] as const;

  test.each(BROKEN)('%s: nothing of the step is taken, the decision stands, the anomaly is named', (what, seen) => {
    const pipeline = assemble({ policy: gaussianWalk(), measure: { every: 2 } }, SIMULATED_FACTS);
    const before = deepFreeze(train(pipeline, 60));
    const { state, estimates, decision, anomaly, error } = pipeline.advance(before, { ...seen, step: 61 });
    expect({ anomaly, error }).toEqual({ anomaly: what, error: undefined });
    expect(estimates).toEqual(before.estimates);
    const { decision: _decision, measuring: _measuring, ...memory } = state;
    expect(memory).toEqual((({ decision: _d, measuring: _m, ...rest }) => rest)(before));
    const { batchSize, learningRate, learningRateFactor } = before.decision;
    expect(decision).toMatchObject({ step: 61, batchSize, learningRate, learningRateFactor });
    expect(decision.reason).toBe(
      what === 'degreesOfFreedom' ? 'statistics of one micro-batch: held' : `${what} is not finite: held`,
    );
  });

  test.each([0, 0.99, -1, Number.NaN])(
    '%d degrees of freedom are statistics of nothing: the step is dropped',
    (free) => {
      const pipeline = assemble({ policy: gaussianWalk(), measure: { every: 2 } }, SIMULATED_FACTS);
      const before = deepFreeze(train(pipeline, 60));
      const gradient = gradientStatistics({ degreesOfFreedom: free });
      const { anomaly, estimates, decision, error } = pipeline.advance(before, observation({ step: 61, gradient }));
      expect({ anomaly, error }).toEqual({ anomaly: 'degreesOfFreedom', error: undefined });
      expect(estimates).toEqual(before.estimates);
      expect(decision).toMatchObject({
        batchSize: before.decision.batchSize,
        reason: 'statistics of one micro-batch: held',
      });
      const one = observation({ step: 61, gradient: gradientStatistics({ degreesOfFreedom: 1 }) });
      expect(pipeline.advance(before, one)).not.toHaveProperty('anomaly');
    },
  );

  test('of g·θ and |p|² a log may lack either, and either may be 0', () => {
    for (const told of [
      {},
      { weightProjection: -3 },
      { squaredNormOfStep: 4 },
      { weightProjection: 0, squaredNormOfStep: 0 },
    ]) {
      expect(advanceOnce({}, observation({ gradient: gradientStatistics(told) }))).not.toHaveProperty('anomaly');
    }
  });

  test('a measured step that is dropped is measured again soon', () => {
    const seen = observation({ gradient: gradientStatistics({ squaredDeviations: Number.NaN }) });
    expect(advanceOnce({ measure: { every: 1 } }, seen).decision.measure).toBe(true);
  });

  test('a validation loss that is not finite is not known', () => {
    const pipeline = assemble({}, FACTS);
    const { state } = pipeline.advance(pipeline.start(), plainObservation({ validationLoss: 0.7 }));
    expect(state.estimates.validationLoss).toBe(0.7);
    const later = pipeline.advance(state, plainObservation({ validationLoss: Number.NaN }));
    expect(later).toMatchObject({ estimates: { validationLoss: 0.7 } });
    expect(later.anomaly).toBeUndefined();
    expect(pipeline.advance(state, plainObservation()).estimates.validationLoss).toBe(0.7);
  });
});

test("an epoch's short last batch is no change of size, and weighs by its examples", () => {
  let context: PolicyContext | undefined;
  const policy: Policy = {
    ...(asking(undefined) as Policy),
    update(state, _estimates, given) {
      context = given;
      return { state, decision: { reason: 'kept' } };
    },
  };
  const pipeline = assemble({ policy, memory: 1e12 }, FACTS);
  const { state } = pipeline.advance(pipeline.start(), plainObservation({ loss: 1 }));
  const short = pipeline.advance(state, plainObservation({ batchSize: 4, loss: 6, short: true }));
  expect(context?.batchSize).toBe(16);
  expect(context?.observation.batchSize).toBe(4);
  expect(short.decision.batchSize).toBe(16);
  expect(short.estimates.loss).toBeCloseTo((16 * 1 + 4 * 6) / 20, 8);
});

describe('the learning rate', () => {
  const at = (options: DecisionOptions, seen = observation()) =>
    advanceOnce({ policy: fixed(64), learningRate: linear(), ...options }, seen).decision.learningRate;

  test("is the rule's factor times the user's own rate, whatever that is by now", () => {
    expect(at({})).toBe(0.04);
    expect(at({}, observation({ baseLearningRate: 0.001 }))).toBe(0.004);
    expect(advanceOnce({ policy: fixed(64), learningRate: linear() }).decision.learningRateFactor).toBe(4);
  });

  test('stays within its bounds', () => {
    expect(at({ maxLearningRate: 0.03 })).toBe(0.03);
    expect(at({ minLearningRate: 0.05 })).toBe(0.05);
  });

  test("the bounds do not touch the user's own rate", () => {
    expect(at({ learningRate: none(), maxLearningRate: 0.003 })).toBe(0.01);
    expect(at({ learningRate: none(), minLearningRate: 0.5 })).toBe(0.01);
  });

  test('at the size decided is that of the decision, at another that of the rule', () => {
    const pipeline = assemble({ policy: fixed(64), learningRate: adaScale(), measure: { every: 1 } }, SIMULATED_FACTS);
    const before = train(pipeline, 20);
    expect(pipeline.learningRateAt(before, 64, 0.02)).toBe(before.decision.learningRate);
    // The estimates move on; the decision's factor stands until the next one.
    const moved = { ...before, estimates: {} };
    expect(pipeline.learningRateAt(moved, 64, 0.02)).toBe(before.decision.learningRate);
    expect(pipeline.learningRateAt(moved, 63, 0.02)).toBe(0.02);
    expect(pipeline.learningRateAt(before, 64, 0.2)).toBeCloseTo(10 * before.decision.learningRate, 12);
    const { noise } = before.estimates;
    expect(pipeline.learningRateAt(before, 40, 0.02)).toBe(
      0.02 * adaScale().factor(40, 16, noise ? { noise } : {}, RUN_FACTS),
    );
  });

  const rule = (factor: () => number): LearningRateRule => ({ name: 'broken', factor });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    'a factor of %d holds the decision and is reported',
    (factor) => {
      const pipeline = assemble({ policy: asking(64), learningRate: rule(() => factor) }, FACTS);
      expect(() => pipeline.start()).toThrow(
        `learning-rate rule 'broken': factor must be a finite number > 0; got ${factor}`,
      );
      const start = assemble({}, FACTS).start();
      const { decision, error } = pipeline.advance({ ...start, policy: null }, observation());
      expect(error).toBeInstanceOf(RangeError);
      expect(decision).toMatchObject({ batchSize: 16, learningRate: 0.01, step: 1 });
    },
  );
});

describe('start', () => {
  test('is the base, or the least candidate where that is more, with the rate of the rule', () => {
    expect(assemble({}, FACTS).start().decision).toEqual({
      ...{ step: 0, batchSize: 16, learningRate: 0.01, learningRateFactor: 1 },
      ...{ measure: true, reason: 'start' },
    });
    const started = assemble({ learningRate: linear(), minBatchSize: 64 }, FACTS).start().decision;
    expect(started).toMatchObject({ batchSize: 64, learningRate: 0.04 });
  });

  test('where batches are whole numbers of the loop’s own, it takes two, so that the first can be measured', () => {
    const facts = { ...FACTS, batchQuantum: 16 };
    expect(assemble({}, facts).start().decision.batchSize).toBe(32);
    expect(assemble({ policy: gaussianWalk() }, facts).start().decision.batchSize).toBe(32);
    expect(assemble({ policy: ramped(gaussianWalk(), { factor: 1.2 }) }, facts).start().decision.batchSize).toBe(32);
    expect(assemble({}, { ...facts, datasetSize: 20 }).start().decision.batchSize).toBe(16);
  });

  test('is what the policy says, within the bounds', () => {
    expect(assemble({ policy: fixed(48) }, FACTS).start().decision.batchSize).toBe(48);
    expect(assemble({ policy: fixed(48), maxBatchSize: 32 }, FACTS).start().decision.batchSize).toBe(32);
    expect(() => assemble({ policy: drawing(Number.NaN, 1) }, FACTS).start()).toThrow(RangeError);
  });

  test('an optimizer that divides by its running size of the gradient is not measured at once', () => {
    const facts = { ...FACTS, optimizer: 'adaptive' } as const;
    expect(assemble({}, facts).start().decision.measure).toBe(false);
    expect(assemble({ measure: { every: 5 } }, facts).start().decision.measure).toBe(true);
  });
});

describe('resume', () => {
  const earlier = train(assemble({ policy: fixed(256), learningRate: linear() }, SIMULATED_FACTS), 12);

  test('goes on from the state as it is', () => {
    expect(assemble({ learningRate: linear() }, SIMULATED_FACTS).resume(earlier)).toBe(earlier);
  });

  test('brings the batch size within narrower bounds, and the rate with it', () => {
    const narrower = assemble({ learningRate: linear(), maxBatchSize: 64 }, SIMULATED_FACTS).resume(earlier);
    const { batchSize, learningRate, learningRateFactor, reason } = narrower.decision;
    expect({ batchSize, learningRate, learningRateFactor }).toEqual({
      batchSize: 64,
      learningRate: 0.08,
      learningRateFactor: 4,
    });
    expect(reason).toBe("resumed within this run's bounds, 256 before");
    expect({ ...narrower, decision: earlier.decision }).toEqual(earlier);
    const fewer = assemble({ learningRate: none() }, { ...SIMULATED_FACTS, datasetSize: 100 }).resume(earlier);
    expect(fewer.decision).toMatchObject({ batchSize: 100, learningRate: 0.02 });
  });
});

describe('drawTarget', () => {
  const drawn = { ...observation({ batchSize: 32 }), baseLearningRate: 0.01 };
  const target = (options: DecisionOptions, seen: typeof drawn = drawn): number => {
    const pipeline = assemble(options, FACTS);
    return pipeline.drawTarget(pipeline.start(), seen);
  };

  test('is what the policy asks for, within the bounds', () => {
    expect(target({ policy: drawing(16, 200) })).toBe(200);
    expect(target({ policy: drawing(16, 200), maxBatchSize: 128 })).toBe(128);
    expect(target({ policy: ramped(drawing(16, 200), { factor: 4 }) })).toBe(64);
    expect(() => target({ policy: drawing(16, Number.NaN) })).toThrow(RangeError);
  });

  test('is what is drawn without statistics, or with a policy that does not draw', () => {
    const { gradient: _none, ...plain } = drawn;
    expect(target({ policy: drawing(16, 200) }, plain)).toBe(32);
    expect(target({ policy: gaussianWalk() })).toBe(32);
  });

  test('drawSize is the policy’s', () => {
    expect(assemble({ policy: gaussianWalkWithRebound({ drawSize: 8 }) }, FACTS).drawSize).toBe(8);
    expect(assemble({ policy: gaussianWalk() }, FACTS).drawSize).toBeUndefined();
  });
});

test('the walk at hand is known on measured steps only', () => {
  const pipeline = assemble({}, FACTS);
  const measured = pipeline.advance(pipeline.start(), observation());
  expect(measured.estimates.walkAtHand).toEqual({
    loss: 2.3,
    batchSize: 16,
    drift: 7.25,
    variance: 30,
    degreesOfFreedom: 1,
  });
  expect(pipeline.advance(measured.state, plainObservation({ step: 2 })).estimates).not.toHaveProperty('walkAtHand');
});

describe('what measured steps add to the estimates', () => {
  /** The simulated training, its gradients all of one layer. */
  function layered(): (decision: Decision) => StepObservation {
    const training = simulatedTraining();
    return (decision) => {
      const { gradient, ...seen } = training(decision);
      if (gradient === undefined) return seen;
      const { squaredNormOfMean, squaredDeviations } = gradient;
      const layers = [{ layer: 'dense', parameters: 4, squaredNormOfMean, squaredDeviations }];
      return { ...seen, gradient: { ...gradient, layers } };
    };
  }

  const OPTIONS: DecisionOptions = { measure: { every: 3, layers: true } };
  const run = (pipeline: Pipeline, steps: number, from = pipeline.start(), training = layered()): PipelineState =>
    train(pipeline, steps, from, training);

  test('the layers, the noise of the only one that of the model', () => {
    const { layers, noise } = run(assemble(OPTIONS, SIMULATED_FACTS), 40).estimates;
    expect(layers).toHaveLength(1);
    expect(layers?.[0]).toMatchObject({ layer: 'dense', parameters: 4 });
    expect(layers?.[0]?.traceOfCovariance).toBeCloseTo(noise?.traceOfCovariance as number, 10);
    expect(layers?.[0]?.squaredGradientNorm).toBeCloseTo(noise?.squaredGradientNorm as number, 10);
    expect(train(assemble(OPTIONS, SIMULATED_FACTS), 40).estimates).not.toHaveProperty('layers');
  });

  test('the share of the time that measuring took', () => {
    const pipeline = assemble(OPTIONS, SIMULATED_FACTS);
    const first = pipeline.advance(pipeline.start(), plainObservation());
    expect(first.estimates).not.toHaveProperty('measuringShare');
    // 1 ms of 1 + 5, before the time of the pass is known
    const second = pipeline.advance(pipeline.start(), observation());
    expect(second.estimates.measuringShare).toBeCloseTo(1 / 6, 12);
    // 3 ms for the pass and 1 for the statistics each third step, beside 5 or more
    const { measuringShare = 0 } = run(pipeline, 90).estimates;
    expect(measuringShare).toBeGreaterThan(0.1);
    expect(measuringShare).toBeLessThan(0.25);
  });

  test('both stand until the next measured step', () => {
    const pipeline = assemble(OPTIONS, SIMULATED_FACTS);
    const before = run(pipeline, 40);
    const { layers, measuringShare } = before.estimates;
    const plain = pipeline.advance(before, plainObservation({ step: 41 }));
    expect(plain.estimates).toMatchObject({ layers, measuringShare });
    const measured = pipeline.advance(before, layered()(assemble(OPTIONS, SIMULATED_FACTS).start().decision));
    expect(measured.estimates.layers).not.toEqual(layers);
    expect(measured.estimates.measuringShare).not.toBe(measuringShare);
  });

  test('and they go on from JSON', () => {
    const whole = run(assemble(OPTIONS, SIMULATED_FACTS), 90);
    const training = layered();
    const first = run(assemble(OPTIONS, SIMULATED_FACTS), 40, undefined, training);
    const second = run(assemble(OPTIONS, SIMULATED_FACTS), 50, throughJson(first), training);
    expect(second).toEqual(whole);
    expect(throughJson(first).estimates).toHaveProperty('layers');
    expect(throughJson(first).estimates).toHaveProperty('measuringShare');
  });
});

describe('advance', () => {
  const PARTS: [string, () => DecisionOptions][] = [
    ['the default', () => ({})],
    ['gaussianWalk', () => ({ policy: gaussianWalk({ floor: 0 }), learningRate: linear(), measure: { every: 1 } })],
    ['gaussianWalkWithRebound', () => ({ policy: gaussianWalkWithRebound(), learningRate: adaScale({ power: 0.5 }) })],
  ];

  describe.each(PARTS)('with %s', (_name, options) => {
    test('is pure, deterministic and goes on from JSON, in any run', () => {
      fc.assert(
        fc.property(anyRun, (run) => {
          const [one, other] = [assemble(options(), SIMULATED_FACTS), assemble(options(), SIMULATED_FACTS)];
          let state = deepFreeze(one.start());
          let resumed = throughJson(other.start());
          for (const seen of deepFreeze(run)) {
            const next = one.advance(state, seen);
            expect(one.advance(state, seen)).toEqual(next);
            expect(other.advance(resumed, seen).decision).toEqual(next.decision);
            expect(notFinitePaths(next.state)).toEqual([]);
            resumed = throughJson(other.advance(resumed, seen).state);
            expect(resumed).toEqual(next.state);
            state = deepFreeze(next.state);
          }
        }),
        { numRuns: 20 },
      );
    });

    test('a resumed training decides as the uninterrupted one', () => {
      const whole = train(assemble(options(), SIMULATED_FACTS), 300);
      const training = simulatedTraining();
      const first = train(assemble(options(), SIMULATED_FACTS), 140, undefined, training);
      const second = train(assemble(options(), SIMULATED_FACTS), 160, throughJson(first), training);
      expect(second).toEqual(whole);
    });
  });

  test('a training of the default moves the batch and the rate', () => {
    const { decision } = train(assemble({ measure: { budget: 0.2 } }, SIMULATED_FACTS), 400);
    expect(decision.batchSize).toBeGreaterThan(32);
    expect(decision.learningRate).toBeGreaterThan(0.02);
  });
});
