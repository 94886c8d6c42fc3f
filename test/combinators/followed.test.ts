import { assemble } from '../../src/assembly/assemble.js';
import { type FollowedOptions, followed } from '../../src/combinators/index.js';
import type { Estimates, Policy, PolicyDecision } from '../../src/core/types.js';
import { none } from '../../src/learning-rates/index.js';
import { fixed, gaussianWalkWithRebound } from '../../src/policies/index.js';
import { type ContextChanges, drawContext, policyContext } from '../support/contexts.js';
import { throughJson } from '../support/json.js';
import { observation, plainObservation } from '../support/observations.js';
import { answering, asking, drawing, scripted } from '../support/policies.js';
import { type Rejection, rejects, rejectsUnknown } from '../support/rejections.js';
import { SIMULATED_FACTS, simulatedTraining } from '../support/simulated-training.js';

type Step = { readonly seen?: number; readonly epoch?: number; readonly loss?: number; readonly batchSize?: number };

/** The decisions of a first policy that asks for `asked` (default: 64) and a second that asks for 1. */
function decisions(
  options: FollowedOptions,
  steps: readonly Step[],
  first: Policy = asking(64) as Policy,
  changes: ContextChanges = {},
): PolicyDecision[] {
  const policy = followed([first, fixed(1) as Policy], options);
  let state = policy.init();
  return steps.map(({ seen = 0, epoch = 0, loss, batchSize = 16 }) => {
    const estimates: Estimates = loss === undefined ? {} : { loss };
    const context = policyContext({ ...changes, batchSize, observation: observation({ examplesSeen: seen, epoch }) });
    const answer = policy.update(throughJson(state), estimates, context);
    state = answer.state;
    return answer.decision;
  });
}

const sizes = (...args: Parameters<typeof decisions>) => decisions(...args).map(({ batchSize }) => batchSize);
const first = { batchSize: 64, reason: 'asked' };
const over = (why: string) => ({ batchSize: 1, reason: `fixed takes over, ${why}: fixed` });
const second = { batchSize: 1, reason: 'fixed' };

test('after so many examples', () => {
  const steps = [{ seen: 99 }, { seen: 100 }, { seen: 101 }, { seen: 5 }];
  expect(decisions({ afterExamples: 100 }, steps)).toEqual([first, over('after 100 examples'), second, second]);
});

test('after so many epochs by the count of the loop', () => {
  const steps = [{ epoch: 0 }, { epoch: 1 }, { epoch: 2 }];
  expect(decisions({ afterEpochs: 2 }, steps)).toEqual([first, first, over('after 2 epochs')]);
});

test('where the size of the data is known, with the last step of the epoch', () => {
  const facts = { ...policyContext().facts, datasetSize: 100 };
  const steps = [{ seen: 149 }, { seen: 150 }];
  expect(decisions({ afterEpochs: 1.5 }, steps, undefined, { facts })).toEqual([first, over('after 1.5 epochs')]);
  expect(sizes({ afterEpochs: 1 }, [{ seen: 99, epoch: 1 }], undefined, { facts })).toEqual([1]);
});

test('below a loss, once there is one', () => {
  const steps = [{}, { loss: 0.5 }, { loss: 0.49 }, { loss: 3 }];
  expect(decisions({ belowLoss: 0.5 }, steps)).toEqual([first, first, over('the loss is below 0.5'), second]);
});

describe('after so many examples at the largest candidate', () => {
  const at = (asked: readonly (number | undefined)[], batchSize = 16) =>
    sizes(
      { atLargestFor: 100 },
      asked.map((_, i) => ({ seen: 50 * i, batchSize })),
      scripted(asked) as Policy,
    );

  test('counted from when it was first asked for', () => {
    expect(at([64, 1024, 1024, 1024, 1024])).toEqual([64, 1024, 1024, 1, 1]);
    expect(at([1024, 2048, 5000])).toEqual([1024, 2048, 1]);
  });

  test('anew when it was left', () => {
    expect(at([1024, 1024, 512, 1024, 1024, 1024])).toEqual([1024, 1024, 512, 1024, 1024, 1]);
  });

  test('a hold at it counts', () => {
    expect(at([undefined, undefined, undefined], 1024)).toEqual([undefined, undefined, 1]);
    expect(at([undefined, undefined, undefined], 512)).toEqual([undefined, undefined, undefined]);
  });

  test('says so', () => {
    const steps = [0, 1, 2].map((i) => ({ seen: 50 * i }));
    const [, , last] = decisions({ atLargestFor: 100 }, steps, asking(1024) as Policy);
    expect(last).toEqual(over('100 examples at the largest size'));
  });
});

test('the first condition that is met counts', () => {
  const options = { afterExamples: 1000, belowLoss: 0.1, afterEpochs: 9, atLargestFor: 500 };
  expect(
    sizes(options, [
      { seen: 10, loss: 1 },
      { seen: 20, loss: 0.05 },
    ]),
  ).toEqual([64, 1]);
  expect(sizes(options, [{ seen: 1000, loss: 1 }])).toEqual([1]);
});

test('the state of the second begins when it takes over', () => {
  const policy = followed([asking(64) as Policy, scripted([1, 2, 3]) as Policy], { afterExamples: 100 });
  let state = policy.init();
  const path = [50, 99, 100, 150, 200].map((examplesSeen) => {
    const answer = policy.update(state, {}, policyContext({ observation: observation({ examplesSeen }) }));
    state = throughJson(answer.state);
    return answer.decision.batchSize;
  });
  expect(path).toEqual([64, 64, 1, 2, 3]);
  expect(state).toEqual({ isSecond: true, since: null, inner: 3 });
});

test('the factor that the first put on the rate stays until the second gives one', () => {
  const scale = (a: Policy, b: Policy) => {
    const policy = followed([a, b], { afterExamples: 1 });
    return policy.update(policy.init(), {}, policyContext()).decision.learningRateScale;
  };
  const [half, double, silent] = [
    answering({ learningRateScale: 0.5 }) as Policy,
    answering({ learningRateScale: 2 }) as Policy,
    asking(8) as Policy,
  ];
  expect(scale(half, silent)).toBe(0.5);
  expect(scale(half, double)).toBe(2);
  expect(scale(silent, double)).toBe(2);
  expect(scale(silent, silent)).toBeUndefined();
});

test('starts as the first does, and leaves drawing to nobody', () => {
  const policy = followed([drawing(24, 99) as Policy, asking(1) as Policy], { afterEpochs: 1 });
  expect(policy.start?.(drawContext())).toBe(24);
  expect(policy.draw).toBeUndefined();
  expect(followed([asking(1) as Policy, drawing(24, 99) as Policy], { afterEpochs: 1 }).start).toBeUndefined();
});

test('its description holds what was given', () => {
  const policies = [
    { name: 'asking', options: {} },
    { name: 'fixed', options: { batchSize: 1 } },
  ];
  const described = (options: FollowedOptions) => followed([asking(1) as Policy, fixed(1) as Policy], options).options;
  expect(described({ belowLoss: 0 })).toEqual({ belowLoss: 0, policies });
  expect(described({ afterEpochs: 2, atLargestFor: 5, afterExamples: 1 })).toEqual({
    ...{ afterEpochs: 2, atLargestFor: 5, afterExamples: 1 },
    policies,
  });
});

test('in a training: the last epoch at batch size 1, from its first step', () => {
  const policy = followed([fixed(100) as Policy, fixed(1) as Policy], { afterEpochs: 2 });
  const facts = { ...SIMULATED_FACTS, datasetSize: 500 };
  const pipeline = assemble({ policy, learningRate: none() }, facts);
  const train = simulatedTraining({ datasetSize: 500 });
  let state = pipeline.start();
  const path = Array.from({ length: 13 }, () => {
    const seen = train(state.decision);
    ({ state } = pipeline.advance(state, seen));
    return [seen.epoch, seen.batchSize];
  });
  expect(path.slice(0, 10).every(([epoch = 9, size]) => epoch < 2 && size === 100)).toBe(true);
  expect(path.slice(10)).toEqual([
    [2, 1],
    [2, 1],
    [2, 1],
  ]);
});

test('a first policy that would settle the size while drawing sets the next batch', () => {
  const policy = followed([gaussianWalkWithRebound() as Policy, fixed(1) as Policy], { afterExamples: 40 });
  const pipeline = assemble({ policy }, { baseBatchSize: 16, baseLearningRate: 0.01, datasetSize: 100 });
  expect(pipeline.drawSize).toBeUndefined();
  let state = pipeline.start();
  ({ state } = pipeline.advance(state, observation({ loss: 0.01 })));
  expect(state.decision.reason).toMatch(/^m\* = /);
  ({ state } = pipeline.advance(state, plainObservation({ step: 2, examplesSeen: 40 })));
  expect(state.decision.batchSize).toBe(1);
});

const bad = (options: object, name: string, range: string, value: string): Rejection => [
  () => followed([asking(1) as Policy, asking(2) as Policy], options as FollowedOptions),
  `followed: ${name}`,
  range,
  value,
];
rejects([
  bad({ afterExamples: 0 }, 'afterExamples', 'a whole number >= 1', '0'),
  bad({ afterExamples: 1.5 }, 'afterExamples', 'a whole number >= 1', '1.5'),
  bad({ afterEpochs: 0 }, 'afterEpochs', 'a finite number > 0', '0'),
  bad({ afterEpochs: Infinity }, 'afterEpochs', 'a finite number > 0', 'Infinity'),
  bad({ belowLoss: Number.NaN }, 'belowLoss', 'a finite number >= -1.7976931348623157e+308', 'NaN'),
  bad({ atLargestFor: 0 }, 'atLargestFor', 'a whole number >= 1', '0'),
]);
rejectsUnknown('followed', (options) => followed([asking(1) as Policy, asking(2) as Policy], options));

test('rejects no condition, a number of steps, and other than two policies', () => {
  const two = [asking(1), asking(2)] as unknown as [Policy, Policy];
  expect(() => followed(two, {})).toThrow(
    new RangeError(
      'followed must be told when the second policy takes over: one of afterExamples, afterEpochs, belowLoss, atLargestFor',
    ),
  );
  expect(() => followed(two, { afterSteps: 5 } as never)).toThrow(
    "followed has no option 'afterSteps': a step is as long as its batch, so a number of them says nothing of how far the training is; give afterExamples or afterEpochs",
  );
  const three = [...two, asking(3)] as never;
  expect(() => followed(three, { afterEpochs: 1 })).toThrow('followed: policies must be a list of exactly 2; got 3');
  expect(() => followed([asking(1)] as never, { afterEpochs: 1 })).toThrow('exactly 2; got 1');
  expect(() => followed(asking(1) as never, { afterEpochs: 1 })).toThrow('exactly 2; got no list');
});
