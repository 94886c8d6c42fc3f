import { suitingRates } from '../../src/core/matched-rate.js';
import { ESTIMATES, policyContext } from '../support/contexts.js';
import { gradientStatistics, observation, plainObservation } from '../support/observations.js';

const BOTH = { share: 1, floor: 0.3 };
const facts = { baseBatchSize: 16, baseLearningRate: 0.01 };
const at = (
  settings: { share: number; floor: number | 'estimated' },
  changes = {},
  size = 16,
  known = null,
  loss = 2.3,
) => suitingRates(settings, known, { ...ESTIMATES, loss }, policyContext(changes), size);

test('is κ·B·(1 − ρ)·(F − F*)/trΣ over the user rate, and twice that', () => {
  // 16·(2.3 − 0.3)/100 = 0.32, of 0.01.
  expect(at(BOTH)).toEqual({ least: expect.closeTo(32, 9), most: expect.closeTo(64, 9) });
  expect(at({ ...BOTH, share: 0.25 })?.least).toBeCloseTo(8, 9);
  expect(at(BOTH, {}, 64)?.least).toBeCloseTo(128, 9);
  const doubled = observation({ baseLearningRate: 0.02 });
  expect(at(BOTH, { observation: doubled })?.least).toBeCloseTo(16, 9);
});

test('momentum counts as what is left of it, for Adam β₁, in its own metric', () => {
  expect(at(BOTH, { facts: { ...facts, optimizer: 'momentum', momentum: 0.9 } })?.least).toBeCloseTo(3.2, 9);
  const adam = { beta1: 0.75, beta2: 0.999, epsilon: 1e-7 };
  const adaptive = { ...facts, optimizer: 'adaptive', momentum: 0.5, adam };
  expect(at(BOTH, { facts: adaptive })?.least).toBeCloseTo(8, 9);
  expect(at(BOTH, { facts: { ...facts, optimizer: 'adaptive' } })?.least).toBeCloseTo(32, 9);
  const inMetric = observation({ gradient: gradientStatistics({ freshDeviations: 50 }) });
  expect(at(BOTH, { observation: inMetric, facts: adaptive })?.least).toBeCloseTo(16, 9);
});

test('the gap is a tenth of the loss at least', () => {
  expect(at({ share: 1, floor: 2.2 })).toEqual({ least: expect.closeTo(3.68, 9), most: expect.closeTo(7.36, 9) });
  expect(at({ share: 1, floor: 9 })?.least).toBeCloseTo(3.68, 9);
});

test('an estimate gives both ends, none all from a tenth to the whole', () => {
  const known = { least: 0.3, floor: 1, most: 1.3 } as never;
  expect(at({ share: 1, floor: 'estimated' }, {}, 16, known)).toEqual({
    least: expect.closeTo(16, 9),
    most: expect.closeTo(64, 9),
  });
  expect(at({ share: 1, floor: 'estimated' })).toEqual({
    least: expect.closeTo(3.68, 9),
    most: expect.closeTo(2 * 36.8, 9),
  });
  const high = { least: 2.25, floor: 2.27, most: 2.29 } as never;
  expect(at({ share: 1, floor: 'estimated' }, {}, 16, high)).toEqual({
    least: expect.closeTo(3.68, 9),
    most: expect.closeTo(7.36, 9),
  });
});

test('is unknown where statistics are missing or make no rate', () => {
  const settings = { share: 1, floor: 'estimated' } as const;
  const { loss: _loss, ...noLoss } = ESTIMATES;
  const { noise: _noise, ...noNoise } = ESTIMATES;
  expect(suitingRates(settings, null, noLoss, policyContext(), 16)).toBeUndefined();
  expect(suitingRates(settings, null, noNoise, policyContext(), 16)).toBeUndefined();
  expect(at(settings, { observation: plainObservation() })).toBeUndefined();
  expect(at(settings, {}, 16, null, 0)).toBeUndefined();
  expect(at(settings, { observation: observation({ baseLearningRate: 0 }) })).toBeUndefined();
  const noiseless = { ...ESTIMATES, noise: { ...ESTIMATES.noise, traceOfCovariance: 0 } };
  expect(suitingRates(settings, null, noiseless, policyContext(), 16)).toBeUndefined();
  expect(at(settings, {}, 16, null, -2.3)?.least).toBeCloseTo(3.68, 9);
});
