import fc from 'fast-check';
import { assemble } from '../../src/assembly/assemble.js';
import { type GeneralizationGuardOptions, generalizationGuard } from '../../src/combinators/index.js';
import type { Policy } from '../../src/core/types.js';
import { none } from '../../src/learning-rates/index.js';
import { logarithmic } from '../support/arbitraries.js';
import { plainObservation } from '../support/observations.js';
import { answering, asking, obeying, type ShownStep, scripted } from '../support/policies.js';
import { type Rejection, rejects, rejectsUnknown } from '../support/rejections.js';

/** A step after an evaluation. */
const evaluated = (validationLoss: number, loss: number): ShownStep => ({
  estimates: { loss },
  shows: { validationLoss },
});
const plain: ShownStep = { estimates: { loss: 1 } };
const over = (
  steps: readonly ShownStep[],
  asked: readonly (number | undefined)[],
  options?: GeneralizationGuardOptions,
) => obeying(generalizationGuard(scripted(asked), options), steps);

const BEFORE = evaluated(1, 0.9);
/** The gap was 0.1: now 0.3, which is 0.2 more, over a tenth of 1.1. */
const PARTED = evaluated(1.1, 0.8);

test('falls back where the losses part after a growth, and says so', () => {
  // Grown at the end of the first step, in force at the second.
  const { decisions, sizes } = over([BEFORE, plain, PARTED, plain], [64, 64, 128, undefined]);
  expect(sizes).toEqual([64, 64, 16, 16]);
  expect(decisions[2]).toEqual({
    batchSize: 16,
    reason: 'the validation loss parted from the training loss above 16: script 2',
  });
  expect(decisions[3]).toEqual({ reason: 'script 3' });
});

test('a hold above the size before is no hold', () => {
  expect(over([BEFORE, plain, PARTED], [64, undefined, undefined]).sizes).toEqual([64, 64, 16]);
});

describe('does nothing', () => {
  const last = (steps: readonly ShownStep[], options?: GeneralizationGuardOptions, asked = 64) =>
    over(steps, Array(steps.length).fill(asked), options).sizes.at(-1);

  test('where the gap is no wider than allowed, to the last bit', () => {
    // 0.25 more than 0.25; a quarter of the validation loss of 1 is not less.
    expect(last([evaluated(1, 0.75), plain, evaluated(1, 0.5)], { tolerance: 0.25 })).toBe(64);
    expect(last([evaluated(1, 0.75), plain, evaluated(1, 0.49)], { tolerance: 0.25 })).toBe(16);
    expect(last([evaluated(1, 0.75), plain, evaluated(1, 0.5)], { tolerance: 0.24 })).toBe(16);
  });

  test('where the gap opens as the validation loss falls', () => {
    expect(last([BEFORE, plain, evaluated(0.99, 0.2)])).toBe(64);
    expect(last([BEFORE, plain, evaluated(1, 0.2)])).toBe(16);
  });

  test('without a growth', () => {
    expect(last([BEFORE, plain, PARTED], undefined, 16)).toBe(16);
    expect(over([BEFORE, plain, PARTED], [8, 8, 16]).sizes).toEqual([8, 8, 16]);
  });

  test('without an evaluation before, or a training loss, or a finite validation loss', () => {
    expect(last([plain, plain, PARTED])).toBe(64);
    expect(last([{ shows: { validationLoss: 1 } }, plain, PARTED])).toBe(64);
    expect(last([BEFORE, plain, { shows: { validationLoss: 9 } }])).toBe(64);
    expect(last([BEFORE, plain, evaluated(Infinity, 0.8)])).toBe(64);
    expect(last([evaluated(Number.NaN, 0.8), plain, PARTED])).toBe(64);
  });

  test('without evaluations at all', () => {
    const asked = fc.array(fc.option(fc.integer({ min: 1, max: 999 }), { nil: undefined }), { maxLength: 20 });
    fc.assert(
      fc.property(asked, (sizes) => {
        const steps = sizes.map(() => plain);
        expect(over(steps, sizes).decisions).toEqual(obeying(scripted(sizes), steps).decisions);
      }),
    );
  });
});

test('an evaluation before the first larger batch tells of the size before', () => {
  // The step that shows it is the first larger one: it is what the later ones are compared with.
  const steps = [plain, evaluated(1, 0.9), evaluated(1.1, 0.95), PARTED];
  expect(over(steps, [64, 64, 64, 64]).sizes).toEqual([64, 64, 64, 16]);
  // Compared with the first evaluation, the second would have parted.
  expect(over([evaluated(1, 0.99), evaluated(1, 0.5), evaluated(1, 0.5)], [64, 64, 64]).sizes).toEqual([64, 64, 64]);
});

test('watches for two evaluations, or as many as told', () => {
  const good = evaluated(1, 0.9);
  const sizes = (evaluations: number | undefined, goodOnes: number) => {
    const steps = [BEFORE, ...Array(goodOnes).fill(good), PARTED];
    const options = evaluations === undefined ? {} : { evaluations };
    return over([steps[0] as ShownStep, plain, ...steps.slice(1)], Array(9).fill(64), options).sizes.at(-1);
  };
  expect([0, 1, 2].map((many) => sizes(undefined, many))).toEqual([16, 16, 64]);
  expect([0, 1].map((many) => sizes(1, many))).toEqual([16, 64]);
  expect([2, 3].map((many) => sizes(3, many))).toEqual([16, 64]);
});

test('an evaluation that is still good leaves the comparison where it was', () => {
  // Each opens the gap by less than a tenth, together they open it by more.
  const steps = [evaluated(1, 0.9), plain, evaluated(1, 0.82), evaluated(1, 0.74)];
  expect(over(steps, Array(4).fill(64)).sizes).toEqual([64, 64, 64, 16]);
});

test('after the watch, a later growth is compared with the last evaluation', () => {
  const ok = evaluated(1.1, 0.9);
  const steps = [BEFORE, plain, ok, ok, plain, evaluated(1.1, 0.85)];
  expect(over(steps, [32, 32, 32, 64, 64, 64]).sizes.at(-1)).toBe(64);
  expect(over([...steps.slice(0, 5), evaluated(1.15, 0.7)], [32, 32, 32, 64, 64, 64]).sizes.at(-1)).toBe(32);
});

test('growths in a row count as one, watched anew', () => {
  const steps = [BEFORE, plain, evaluated(1, 0.9), plain, evaluated(1, 0.9), PARTED];
  expect(over(steps, [32, 32, 64, 64, 64, 64]).sizes.at(-1)).toBe(16);
});

test('a growth that was taken back is not watched', () => {
  expect(over([BEFORE, plain, plain, PARTED], [64, 16, 16, 16]).sizes).toEqual([64, 16, 16, 16]);
  expect(over([BEFORE, plain, plain, PARTED], [64, 16, 16, 64]).sizes.at(-1)).toBe(64);
  // Down, but not all of the way.
  expect(over([BEFORE, plain, plain, PARTED], [64, 17, 17, 17]).sizes.at(-1)).toBe(16);
});

test('rests for five evaluations, or as many as told, then may grow, and is watched', () => {
  const again = (rest: number | undefined) => {
    const steps = [BEFORE, plain, PARTED, ...Array(8).fill(evaluated(1.1, 0.8))];
    const options = rest === undefined ? {} : { rest };
    return over(steps, Array(11).fill(64), options).sizes.slice(2);
  };
  expect(again(undefined)).toEqual([16, 16, 16, 16, 16, 64, 64, 64, 64]);
  expect(again(1)).toEqual([16, 64, 64, 64, 64, 64, 64, 64, 64]);
  const worse = [BEFORE, plain, PARTED, evaluated(1.1, 0.8), plain, evaluated(1.2, 0.6), plain];
  expect(over(worse, Array(7).fill(64), { rest: 1 }).sizes).toEqual([64, 64, 16, 64, 64, 16, 16]);
});

test('at rest lets smaller sizes pass, and sizes up to the bound', () => {
  expect(over([BEFORE, plain, PARTED, plain, plain, plain], [64, 64, 64, 8, 16, 17]).sizes).toEqual([
    64, 64, 16, 8, 16, 16,
  ]);
});

test('the factor on the rate passes', () => {
  const inner = answering({ batchSize: 64, learningRateScale: 0.5 });
  const { decisions } = obeying(generalizationGuard(inner), [BEFORE, plain, PARTED]);
  expect(decisions.map((d) => d.learningRateScale)).toEqual([0.5, 0.5, 0.5]);
  expect(decisions[2]?.batchSize).toBe(16);
});

test('the unit of the loss does not matter', () => {
  const losses = fc.array(fc.tuple(logarithmic(0.1, 10), logarithmic(0.1, 10)), { minLength: 3, maxLength: 12 });
  fc.assert(
    fc.property(losses, fc.constantFrom(0.25, 8, 1024), (all, unit) => {
      const at = (by: number) => all.map(([validation, loss]) => evaluated(by * validation, by * loss));
      const asked = all.map((_, i) => 16 * (i + 1));
      expect(over(at(unit), asked).sizes).toEqual(over(at(1), asked).sizes);
    }),
  );
});

test('in a training whose validation loss rises above 64 it finds 64, and looks again after each rest', () => {
  const policy = generalizationGuard(
    {
      name: 'doubling',
      init: () => null,
      update: (state, _estimates, { batchSize, observation }) => ({
        state,
        decision: {
          batchSize: observation.step % 20 === 0 ? 2 * batchSize : batchSize,
          reason: 'doubled every twenty steps',
        },
      }),
    } as Policy,
    { evaluations: 4, rest: 6 },
  );
  const pipeline = assemble(
    { policy, learningRate: none(), memory: 100 },
    { baseBatchSize: 16, baseLearningRate: 0.1 },
  );
  let [state, validationLoss] = [pipeline.start(), 1];
  const sizes: number[] = [];
  for (let step = 1; step <= 240; step++) {
    const { batchSize } = state.decision;
    validationLoss += batchSize > 64 ? 0.03 : 0;
    const seen = { step, batchSize, loss: 1, ...(step % 5 === 0 && { validationLoss }) };
    ({ state } = pipeline.advance(state, plainObservation(seen)));
    sizes.push(state.decision.batchSize);
  }
  expect(Math.max(...sizes)).toBe(128);
  // Twenty steps each at 16 and 32; then 128 for the steps until the evaluation that shows 0.13 more.
  const runs = sizes.flatMap((size, i) => (size === sizes[i - 1] ? [] : [[size, i + 1]]));
  expect(runs.slice(0, 5)).toEqual([
    [16, 1],
    [32, 20],
    [64, 40],
    [128, 60],
    [64, 65],
  ]);
  expect(sizes.filter((size) => size === 128).length).toBeLessThan(60);
});

test('its description holds the defaults', () => {
  const policy = { name: 'asking', options: {} };
  expect(generalizationGuard(asking(1)).options).toEqual({ tolerance: 0.1, evaluations: 2, rest: 5, policy });
});

const bad = (options: object, name: string, range: string, value: string): Rejection => [
  () => generalizationGuard(asking(1), options),
  `generalizationGuard: ${name}`,
  range,
  value,
];
rejects([
  bad({ tolerance: 0 }, 'tolerance', 'a finite number > 0', '0'),
  bad({ evaluations: 0 }, 'evaluations', 'a whole number >= 1', '0'),
  bad({ rest: 0 }, 'rest', 'a whole number >= 1', '0'),
]);
rejectsUnknown('generalizationGuard', (options) => generalizationGuard(asking(1), options));
