import fc from 'fast-check';
import { assemble } from '../../src/assembly/assemble.js';
import type { PolicyDecision, StepObservation } from '../../src/core/types.js';
import { none } from '../../src/learning-rates/index.js';
import { type GrowOnPlateauOptions, growOnPlateau } from '../../src/policies/index.js';
import { policyContext, RUN_FACTS } from '../support/contexts.js';
import { throughJson } from '../support/json.js';
import { plainObservation } from '../support/observations.js';
import { type Rejection, rejects, rejectsUnknown } from '../support/rejections.js';

/** One step: the loss of an evaluation before it, or the smoothed training loss after it, or neither. */
interface Step {
  readonly epoch?: number;
  readonly examplesSeen?: number;
  readonly validation?: number;
  readonly training?: number;
  readonly batchSize?: number;
  readonly candidates?: readonly number[];
  readonly datasetSize?: number;
}

/** The decisions over steps, the state going through JSON from one to the next. */
function decisions(options: GrowOnPlateauOptions, steps: readonly Step[]): PolicyDecision[] {
  let state = growOnPlateau(options).init();
  return steps.map(({ epoch = 0, examplesSeen = 0, validation, training, datasetSize, ...changes }) => {
    const seen = plainObservation({
      epoch,
      examplesSeen,
      ...(validation !== undefined && { validationLoss: validation }),
    });
    const facts = { baseBatchSize: 16, baseLearningRate: 0.01, ...(datasetSize !== undefined && { datasetSize }) };
    const context = policyContext({ observation: seen, facts, ...changes });
    const estimates = training === undefined ? {} : { loss: training };
    const answer = growOnPlateau(options).update(throughJson(state), estimates, context);
    state = answer.state;
    return answer.decision;
  });
}

const sizes = (...given: Parameters<typeof decisions>) => decisions(...given).map(({ batchSize }) => batchSize);
/** An evaluation an epoch, from epoch 1 on. */
const evaluations = (losses: readonly number[]): Step[] =>
  losses.map((validation, i) => ({ epoch: i + 1, validation }));

test('by hand: two epochs without a new best, and the batch doubles', () => {
  const options = { factor: 2, patience: { epochs: 2 }, minDelta: 0.1 };
  expect(decisions(options, evaluations([1, 0.85, 0.8, 0.77, 0.7, 0.69, 0.7, 0.6]))).toEqual([
    { reason: 'validation loss 1.00: the best' },
    { reason: 'validation loss 0.850: the best' },
    // 0.85 less a tenth of it is 0.765.
    { reason: 'no new best validation loss for 1 of 2 epochs' },
    { batchSize: 32, learningRateScale: 1, reason: 'no new best validation loss for 2 epochs: batch 32' },
    { batchSize: 32, learningRateScale: 1, reason: 'validation loss 0.700: the best' },
    { batchSize: 32, learningRateScale: 1, reason: 'no new best validation loss for 1 of 2 epochs' },
    { batchSize: 64, learningRateScale: 1, reason: 'no new best validation loss for 2 epochs: batch 64' },
    { batchSize: 64, learningRateScale: 1, reason: 'validation loss 0.600: the best' },
  ]);
});

test('a factor that is no step of the candidates keeps its exact size in mind', () => {
  const options = { factor: 1.3, patience: { epochs: 1 } };
  // 16·1.3ᵏ = 20.8, 27.0, 35.2, 45.7, 59.4; between 32 and 64 the border is 45.25.
  expect(sizes(options, evaluations([1, 1, 1, 1, 1, 1]))).toEqual([undefined, 16, 32, 32, 64, 64]);
});

test('past the largest candidate the rate is cut, by the factor each time', () => {
  const options = { factor: 5, patience: { epochs: 1 } };
  const steps = evaluations([1, 1, 1, 1, 1]).map((step) => ({ ...step, candidates: [16, 80, 400] }));
  expect(decisions(options, steps).slice(1)).toEqual([
    { batchSize: 80, learningRateScale: 1, reason: 'no new best validation loss for 1 epochs: batch 80' },
    { batchSize: 400, learningRateScale: 1, reason: 'no new best validation loss for 1 epochs: batch 400' },
    {
      batchSize: 400,
      learningRateScale: 0.2,
      reason: 'no new best validation loss for 1 epochs: batch 400, rate x0.200',
    },
    {
      batchSize: 400,
      learningRateScale: 0.04,
      reason: 'no new best validation loss for 1 epochs: batch 400, rate x0.0400',
    },
  ]);
  // Where the bound lies within a growth, the batch takes what it can and the rate the rest: 16·5·5 = 400 = 100·4.
  const short = steps.map((step) => ({ ...step, candidates: [16, 100] }));
  expect(decisions(options, short)[2]).toMatchObject({ batchSize: 100, learningRateScale: 0.25 });
});

test('grows from the size that is applied', () => {
  const steps = evaluations([1, 1, 1]).map((step) => ({ ...step, batchSize: 64 }));
  expect(sizes({ factor: 2, patience: { epochs: 1 } }, steps)).toEqual([undefined, 128, 256]);
});

describe('a new best', () => {
  const improves = (from: number, to: number, minDelta?: number): boolean => {
    const options = { factor: 2, patience: { epochs: 1 }, ...(minDelta !== undefined && { minDelta }) };
    return decisions(options, evaluations([from, to]))[1]?.reason.endsWith('the best') === true;
  };

  test('is below the old one by more than its share', () => {
    expect([improves(2, 1.4999, 0.25), improves(2, 1.5, 0.25)]).toEqual([true, false]);
    expect([improves(1, 0.99989), improves(1, 0.99991)]).toEqual([true, false]);
    expect([improves(1, 0.9999999, 0), improves(1, 1, 0)]).toEqual([true, false]);
  });

  test('is so below zero too', () => {
    expect([improves(-2, -2.6, 0.25), improves(-2, -2.4, 0.25), improves(-2, -1.4, 0.25)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

test('rests after a growth, then waits anew', () => {
  const options = { factor: 2, patience: { epochs: 2 }, cooldown: { epochs: 3 } };
  const asked = decisions(options, evaluations([1, 1, 1, 1, 1, 1, 1, 1]));
  expect(asked.map(({ batchSize }) => batchSize)).toEqual([undefined, undefined, 32, 32, 32, 32, 32, 64]);
  expect(asked[3]?.reason).toBe('no new best validation loss; rests for 2 epochs more');
  expect(asked[5]?.reason).toBe('no new best validation loss for 0 of 2 epochs');
  // A new best while it rests does not shorten the rest, one after it begins the wait anew.
  expect(sizes(options, evaluations([1, 1, 1, 0.5, 1, 1, 1, 1]))).toEqual([
    undefined,
    undefined,
    32,
    32,
    32,
    32,
    32,
    64,
  ]);
  expect(sizes(options, evaluations([1, 1, 1, 1, 1, 1, 0.5, 1, 1])).slice(-3)).toEqual([32, 32, 64]);
});

describe('the loss that is watched', () => {
  const options = { factor: 2, patience: { examples: 100 } };

  test('is the smoothed training loss, step by step, where there is no evaluation', () => {
    const steps = [0, 50, 99, 100, 150, 200].map((examplesSeen) => ({ examplesSeen, training: 1 }));
    expect(sizes(options, steps)).toEqual([undefined, undefined, undefined, 32, 32, 64]);
    expect(decisions(options, steps)[1]?.reason).toBe('no new best training loss for 50 of 100 examples');
  });

  test('is that of evaluations once there has been one, and then only that', () => {
    const steps = [
      { examplesSeen: 0, training: 1 },
      { examplesSeen: 90, training: 1, validation: 2 },
      { examplesSeen: 150, training: 1 },
      { examplesSeen: 500, training: 0.1 },
      { examplesSeen: 510, training: 0.1, validation: 2 },
    ];
    expect(decisions(options, steps)).toEqual([
      { reason: 'training loss 1.00: the best' },
      { reason: 'validation loss 2.00: the best' },
      { reason: 'no new validation loss' },
      { reason: 'no new validation loss' },
      { batchSize: 32, learningRateScale: 1, reason: 'no new best validation loss for 100 examples: batch 32' },
    ]);
  });

  test('is none before the first', () => {
    expect(decisions(options, [{ examplesSeen: 999 }])).toEqual([{ reason: 'no new training loss' }]);
    // The wait begins with the first loss.
    const steps = [
      { examplesSeen: 500, training: 1 },
      { examplesSeen: 599, training: 1 },
    ];
    expect(sizes(options, steps)).toEqual([undefined, undefined]);
    expect(decisions(options, [{ examplesSeen: 0, validation: Number.NaN, training: 1 }])[0]?.reason).toMatch(
      /^training/,
    );
  });
});

test('passes over the data are counted by examples where their number is known', () => {
  const steps = [399, 400, 500].map((examplesSeen) => ({ examplesSeen, training: 1, datasetSize: 100 }));
  expect(sizes({ factor: 2, patience: { epochs: 1 } }, steps)).toEqual([undefined, 32, 64]);
});

test('by default waits ten epochs for a ten-thousandth, then grows fivefold', () => {
  const policy = growOnPlateau();
  const options = { factor: 5, minDelta: 1e-4, patience: { epochs: 10 }, cooldown: { epochs: 0 } };
  expect(policy).toMatchObject({ name: 'growOnPlateau', options, needs: ['loss'] });
  const flat = sizes({}, evaluations(Array.from({ length: 21 }, () => 1)));
  expect(flat.slice(0, 10)).toEqual(Array.from({ length: 10 }));
  // 16·5 = 80 is nearest to 64, 400 to 512.
  expect([flat[10], flat[19], flat[20]]).toEqual([64, 64, 512]);
  expect(growOnPlateau({ patience: { examples: 9 } }).options).toMatchObject({ cooldown: { examples: 0 } });
});

/** A scheduler as others write it: bad readings are counted, the rate is cut, and the batch is not known. */
function cuts(
  losses: readonly number[],
  { patience, minDelta, cooldown }: Record<'patience' | 'minDelta' | 'cooldown', number>,
) {
  let [best, bad, rest, count] = [Infinity, 0, 0, 0];
  return losses.map((loss) => {
    const isBetter = best === Infinity || loss < best * (1 - minDelta);
    if (isBetter) [best, bad] = [loss, 0];
    else bad += 1;
    if (rest > 0) [rest, bad] = [rest - 1, 0];
    if (bad >= patience) [count, bad, rest] = [count + 1, 0, cooldown];
    return count;
  });
}

test('grows at the evaluations at which a plateau scheduler cuts the rate', () => {
  const spans = fc.record({
    patience: fc.integer({ min: 1, max: 4 }),
    minDelta: fc.constantFrom(0, 1e-4, 0.1),
    cooldown: fc.integer({ min: 0, max: 3 }),
  });
  const losses = fc.array(fc.double({ min: 0.1, max: 3, noNaN: true }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(losses, spans, (values, { patience, minDelta, cooldown }) => {
      const options = { factor: 2, minDelta, patience: { epochs: patience }, cooldown: { epochs: cooldown } };
      const noise = decisions(options, evaluations(values)).map(
        ({ batchSize = 16, learningRateScale = 1 }) => learningRateScale / batchSize,
      );
      expect(noise).toEqual(cuts(values, { patience, minDelta, cooldown }).map((count) => 1 / 16 / 2 ** count));
    }),
    { numRuns: 300 },
  );
});

test('over a training that stalls twice the batch grows at each stall, whatever the batch size; resumed at any step too', () => {
  const facts = { ...RUN_FACTS, datasetSize: 800 };
  const options = () => ({
    policy: growOnPlateau({ factor: 4, patience: { epochs: 3 } }),
    learningRate: none(),
    maxBatchSize: 256,
  });
  /** Falls from epoch 0 to 3 and from 8 to 10. */
  const lossAt = (epoch: number): number => 3 - Math.min(epoch, 3) * 0.5 - Math.max(0, Math.min(epoch - 8, 2)) * 0.5;
  const run = (cut: number): [epoch: number, size: number][] => {
    let pipeline = assemble(options(), facts);
    let [state, examplesSeen, evaluated] = [pipeline.start(), 0, 0];
    const grown: [number, number][] = [];
    for (let step = 1; examplesSeen < 800 * 16; step++) {
      const epoch = Math.floor(examplesSeen / 800);
      const { batchSize: asked } = state.decision;
      const batchSize = Math.min(asked, 800 * (epoch + 1) - examplesSeen);
      examplesSeen += batchSize;
      const seen: StepObservation = plainObservation({
        ...{ step, epoch, examplesSeen, batchSize },
        ...(epoch > evaluated && { validationLoss: lossAt(epoch) }),
        ...(batchSize < asked && { short: true }),
      });
      evaluated = epoch;
      if (step === cut) [pipeline, state] = [assemble(options(), facts), throughJson(state)];
      ({ state } = pipeline.advance(state, seen));
      if (state.decision.batchSize !== asked) grown.push([epoch, state.decision.batchSize]);
    }
    return grown;
  };
  // Best at 3 and again at 10; three epochs later the wait is over.
  const expected: [number, number][] = [
    [6, 64],
    [13, 256],
  ];
  expect(run(0)).toEqual(expected);
  for (const cut of [10, 200, 290, 310, 340]) expect(run(cut)).toEqual(expected);
});

test('a growth without end stays finite', () => {
  const policy = growOnPlateau({ factor: 1e300, patience: { examples: 1 } });
  let state = policy.init();
  for (let examplesSeen = 0; examplesSeen < 5; examplesSeen++) {
    const context = policyContext({ observation: plainObservation({ examplesSeen }) });
    const answer = policy.update(state, { loss: 1 }, context);
    state = answer.state;
    const { learningRateScale = 1 } = answer.decision;
    expect(learningRateScale > 0 && Number.isFinite(state.size)).toBe(true);
  }
});

const bad = (options: unknown, option: string, range: string, value: string): Rejection => [
  () => growOnPlateau(options as GrowOnPlateauOptions),
  `growOnPlateau: ${option}`,
  range,
  value,
];

rejects([
  bad({ factor: 1 }, 'factor', 'a finite number > 1', '1'),
  bad({ minDelta: -0.1 }, 'minDelta', 'between 0 and 1', '-0.1'),
  bad({ minDelta: 1.1 }, 'minDelta', 'between 0 and 1', '1.1'),
  bad({ patience: { epochs: 0 } }, 'patience.epochs', 'a whole number >= 1', '0'),
  bad({ cooldown: { epochs: -1 } }, 'cooldown.epochs', 'a whole number >= 0', '-1'),
  bad({ patience: { examples: 9 }, cooldown: { epochs: 1 } }, 'cooldown', 'in examples, as patience is', 'epochs'),
  bad(
    { patience: { steps: 10 } },
    'patience',
    '{ epochs } or { examples }, not steps: a step is as long as its batch, so a schedule in steps would move with the sizes it sets',
    '{"steps":10}',
  ),
]);
rejectsUnknown('growOnPlateau', growOnPlateau);
