import { assemble } from '../../src/assembly/assemble.js';
import { adamAt, checkAdam } from '../../src/core/adam.js';
import type { AdamParameters, LearningRateRule } from '../../src/core/types.js';
import { adamSquareRoot, squareRoot } from '../../src/learning-rates/index.js';

const BASE: AdamParameters = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const FACTS = { baseBatchSize: 16, baseLearningRate: 0.01 };
const making = (adam: Partial<AdamParameters>): LearningRateRule => ({
  name: 'mine',
  factor: () => 1,
  adamParameters: (_size, _baseSize, base) => ({ ...base, ...adam }),
});

test('a rule for Adam is refused without one, by its name, with what to use', () => {
  const message = (optimizer: string): string =>
    `learning-rate rule 'adamSquareRoot' sets Adam's betas and epsilon, and the facts of this run know of no Adam (optimizer: ${optimizer}); use squareRoot() instead`;
  expect(() => checkAdam(adamSquareRoot(), { optimizer: 'momentum' })).toThrow(new RangeError(message('momentum')));
  expect(() => checkAdam(adamSquareRoot(), {})).toThrow(new RangeError(message('sgd')));
  expect(() => assemble({ learningRate: adamSquareRoot() }, { ...FACTS, optimizer: 'adaptive' })).toThrow(
    new RangeError(message('adaptive')),
  );
});

test('with Adam it is taken, and other rules are without', () => {
  expect(() => checkAdam(adamSquareRoot(), { adam: BASE })).not.toThrow();
  expect(() => checkAdam(squareRoot(), {})).not.toThrow();
});

test('the pipeline asks the rule, at the size and over what the user has', () => {
  const pipeline = assemble({ learningRate: adamSquareRoot() }, { ...FACTS, adam: BASE });
  const own = { beta1: 0.75, beta2: 0.875, epsilon: 2 };
  expect(pipeline.adamAt(32, own)).toEqual({ beta1: 0.5, beta2: 0.75, epsilon: 2 / Math.SQRT2 });
  expect(pipeline.adamAt(16, own)).toBe(own);
  expect(assemble({ learningRate: squareRoot() }, FACTS).adamAt(32, own)).toBeUndefined();
});

test.each<[Partial<AdamParameters>, string]>([
  [{ beta1: 1 }, 'beta1 must be a number in [0, 1); got 1'],
  [{ beta1: -0.1 }, 'beta1 must be a number in [0, 1); got -0.1'],
  [{ beta2: 1.5 }, 'beta2 must be a number in [0, 1); got 1.5'],
  [{ beta2: Number.NaN }, 'beta2 must be a number in [0, 1); got NaN'],
  [{ epsilon: -1 }, 'epsilon must be a finite number >= 0; got -1'],
  [{ epsilon: Number.POSITIVE_INFINITY }, 'epsilon must be a finite number >= 0; got Infinity'],
  [{ epsilon: Number.NaN }, 'epsilon must be a finite number >= 0; got NaN'],
])('a rule that makes Adam of %j is in error', (adam, message) => {
  expect(() => adamAt(making(adam), 32, 16, BASE)).toThrow(new RangeError(`learning-rate rule 'mine': ${message}`));
});

test('the ends of the ranges are taken', () => {
  const ends = { beta1: 0, beta2: 0, epsilon: 0 };
  expect(adamAt(making(ends), 32, 16, BASE)).toEqual(ends);
});
